"""What a tree of processes uses, read from /proc: memory, CPU time and number of processes."""

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """What one process uses at one moment."""

    memory_bytes: int
    """Anonymous and shared pages; a page shared with a fork counts here too."""
    cpu_s: float
    """Its own and that of its children who have ended."""
    threads: int


def tree(root: int) -> list[int]:
    """`root` and all its descendants that exist now, zombies included."""
    found, new = [root], [root]
    while new:
        new = [child for parent in new for child in _children(parent)]
        found += new
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - hot
            found += map(int, _read(f"/proc/{pid}/task/{task}/children").split())
    except OSError:
        pass
    return found


def usage(pid: int, *, unsuspected_bytes: int = 0) -> Usage | None:
    """What process `pid` uses; None when it is gone.

    Below `unsuspected_bytes` of resident memory the pages of files are counted too: that costs
    only one small file to read.
    """
    try:
        fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
        # Numbered from 3 in proc(5), the state: 14-17 are the times, 20 the threads, 24 the memory.
        memory_bytes = int(fields[21]) * _PAGE_BYTES
        if memory_bytes > unsuspected_bytes:
            status = _fields(_read(f"/proc/{pid}/status"))
            memory_bytes = _kilobytes(status, "RssAnon") + _kilobytes(status, "RssShmem")
    except OSError:
        return None
    return Usage(
        memory_bytes=memory_bytes,
        cpu_s=sum(map(int, fields[11:15])) / _TICKS_PER_S,
        threads=int(fields[17]),
    )


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - hot
        return file.read()


def footprint_bytes(idle: int, pids: list[int]) -> int:
    """Memory that `pids` hold together beyond what they were forked with; each page counted once.

    Exact where `usage` counts a page once for each fork, and dearer: the kernel walks all pages.
    `idle` is a fork of the same parent that has done nothing: its share of the parent's pages is
    what each of the others has, too.
    """
    inherited = _share(idle)
    return sum(max(0, _share(pid) - inherited) for pid in pids)


def _share(pid: int) -> int:
    try:
        rollup = _fields((_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii"))
    except OSError:
        return 0
    return _kilobytes(rollup, "Pss_Anon") + _kilobytes(rollup, "Pss_Shmem")


def inner_pid(pid: int) -> int | None:
    """The number that `pid` has in its own pid namespace; None when it is gone."""
    try:
        status = _read(f"/proc/{pid}/status")
    except OSError:
        return None
    numbers, _, _ = status.partition("\nNSpid:")[2].partition("\n")
    return int(numbers.split()[-1])


def own_pid() -> int:
    """This process's number as /proc shows it, which may be another namespace's."""
    return int(Path("/proc/self").readlink().name)


def pid_of_pidfd(pidfd: int) -> int:
    """The number of the process behind `pidfd` as /proc shows it; -1 when it has been reaped."""
    fields = _fields((_PROC / f"self/fdinfo/{pidfd}").read_text(encoding="ascii"))
    return int(fields.get("Pid", "-1"))


def _fields(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in pairs}


def _kilobytes(fields: dict[str, str], name: str) -> int:
    return int(fields.get(name, "0").split()[0]) << 10

"""Wall seconds, CPU seconds and peak memory of a command with all its descendants.

CPU is read from a control group of the command's own where root may make one, else from
`wait4`, which misses a descendant that nobody waited for.
"""

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_PAUSE_S = 0.3


@dataclass(frozen=True)
class Cost:
    """What a command took."""

    wall_s: float
    cpu_s: float
    peak_pss_bytes: int = 0
    """Proportional set size of the command and all below it at its highest sample; 0 if not sampled."""
    peak_grader_bytes: int = 0
    """Of the command's own process alone."""


def _own_group() -> Path | None:
    for root, usage in (
        ("/sys/fs/cgroup/cpuacct", "cpuacct.usage"),
        ("/sys/fs/cgroup", "cpu.stat"),
    ):
        group = Path(root) / f"labhub-bench-{os.getpid()}"
        try:
            group.mkdir(exist_ok=True)
        except OSError:
            continue
        if (group / usage).exists():
            return group
    return None


def _group_cpu_s(group: Path) -> float:
    if (group / "cpuacct.usage").exists():
        return int((group / "cpuacct.usage").read_text()) / 1e9
    stat = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(stat["usage_usec"]) / 1e6


def measure(command: list[str], *, cwd: Path, env: dict[str, str], memory: bool = False) -> Cost:
    """Runs a command to its end and says what it took.

    Raises:
        RuntimeError: the command could not be run; its last lines are in the message.
    """
    group = _own_group()
    log = cwd / "bench.log"
    before = _group_cpu_s(group) if group else _children_cpu_s()
    start = time.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdout=out, stderr=out,
            preexec_fn=(lambda: _enter(group)) if group else None,
        )  # fmt: skip
        peaks = _sample_until_done(process) if memory else (0, 0)
        code = process.wait()
    wall = time.perf_counter() - start
    if code not in (0, 1):
        raise RuntimeError(f"{command} ended with {code}:\n{log.read_text()[-2000:]}")
    after = _group_cpu_s(group) if group else _children_cpu_s()
    return Cost(wall, after - before, *peaks)


def _enter(group: Path) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()))


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _sample_until_done(process: "subprocess.Popen[bytes]") -> tuple[int, int]:
    peak = own_peak = 0
    while process.poll() is None:
        below = psutil.Process(process.pid).children(recursive=True)
        own = _pss_bytes(psutil.Process(process.pid))
        peak = max(peak, own + sum(map(_pss_bytes, below)))
        own_peak = max(own_peak, own)
        time.sleep(_PAUSE_S)
    return peak, own_peak


def _pss_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.Error, OSError):
        return 0


def main() -> None:
    """Prints what the command given as arguments took."""
    cost = measure(sys.argv[1:], cwd=Path.cwd(), env=dict(os.environ), memory=True)
    print(f"{cost.wall_s:.2f} s wall, {cost.cpu_s:.2f} s CPU, {cost.peak_pss_bytes / 1e6:.0f} MB")


if __name__ == "__main__":
    main()

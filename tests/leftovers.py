"""Programs that outlive the tests which have started them.

They are found by a variable of the environment that every program inherits from pytest.
"""

import os
import time
from pathlib import Path
from uuid import uuid4

MARK = "LABHUB_TESTS_ID"
GRACE_S = 20.0
"""How long a program may take that was told to end."""


def mark_environment() -> None:
    """Have everything that this process starts from now on carry a mark of its own."""
    os.environ[MARK] = uuid4().hex


def left_running() -> list[str]:
    """A line on each marked program whose starter has ended before it; waits a while for their end.

    What this process itself has still running is no such program.
    """
    until = time.monotonic() + GRACE_S
    while (left := orphans(os.environ[MARK])) and time.monotonic() < until:
        time.sleep(0.2)
    return [describe(pid) for pid in left]


def orphans(mark: str) -> list[int]:
    """The pids of all programs with this mark that do not descend from this process."""
    wanted = f"{MARK}={mark}"
    pids = (int(path.name) for path in Path("/proc").glob("[0-9]*"))
    return [pid for pid in pids if wanted in words(pid, "environ") and not is_ours(pid)]


def is_ours(pid: int) -> bool:
    """Whether it is this process or descends from it; also when it is gone."""
    while pid > 1 and pid != os.getpid():
        pid = parent_of(pid)
    return pid != 1


def parent_of(pid: int) -> int:
    """The pid of a process's parent; 0 when it is gone."""
    text = " ".join(words(pid, "stat"))
    return int(text.rpartition(")")[2].split()[1]) if text else 0


def describe(pid: int) -> str:
    """The pid, the test in which it was started, and the command."""
    values = dict(each.partition("=")[::2] for each in words(pid, "environ"))
    test = values.get("PYTEST_CURRENT_TEST", "between tests")
    return f"{pid} ({test}): {' '.join(words(pid, 'cmdline'))[:200]}"


def words(pid: int, file: str) -> list[str]:
    """The words of a file of /proc; none of a process that is gone or somebody else's."""
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []

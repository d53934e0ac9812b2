"""What student code may read in /proc: its own process, and what the machine says of itself.

All answer processes see one procfs, and anybody may read the name and the arguments of every
process there: a hidden value that one hand-in gets in a test could be printed by a cell of another.
Landlock is a wall that the kernel checks whenever a file is opened.
Reference: Documentation/userspace-api/landlock.rst of Linux.
"""

import ctypes
import os
import struct
from collections.abc import Iterator

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every machine
_READ_FILE = 1 << 2
_PATH_BENEATH = 1
_OF_THE_MACHINE = (
    "cpuinfo",
    "filesystems",
    "loadavg",
    "meminfo",
    "stat",
    "sys",
    "uptime",
    "version",
)

_libc = ctypes.CDLL(None, use_errno=True)


def hide_other_processes() -> None:
    """From now on this process and its children read no file of others in /proc, for ever.

    Children cannot read their own there either. Raises OSError when the kernel has no Landlock.
    """
    ruleset = _call(_CREATE_RULESET, struct.pack("<Q", _READ_FILE), 8, 0)
    try:
        for path in _readable():
            _permit(ruleset, path)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _readable() -> Iterator[str]:
    yield from (f"/{name}" for name in os.listdir("/") if name != "proc")  # noqa: PTH208 - hot
    yield from (f"/proc/{name}" for name in ("self", *_OF_THE_MACHINE))


def _permit(ruleset: int, path: str) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # this kernel has no such file, or nobody may see it
        return
    try:
        _call(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("<Qi", _READ_FILE, place), 0)
    finally:
        os.close(place)


def _call(number: int, *arguments: int | bytes) -> int:
    result: int = _libc.syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result

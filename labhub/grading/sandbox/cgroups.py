"""Control groups for answer processes, where this process may make some.

The kernel then bounds memory and the number of processes at once, where the watcher looks five
times a second. Version 2 only. A group is delegated when its files belong to our user and nobody
else is in it: `systemd-run --user --scope -p Delegate=yes labhub autograde ...`.
Reference: Documentation/admin-guide/cgroup-v2.rst of Linux.
"""

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from labhub.grading.model import Limits

_CONTROLLERS = ("memory", "pids")
_ROOT = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")
_MEMORY_SLACK = 1.125
"""The limits that one process meets by itself come first: an error in its cell, not its end."""


@dataclass(frozen=True)
class ControlGroup:
    """The group of one answer process."""

    folder: Path

    def hold(self, pids: Iterable[int]) -> None:
        """Put processes in; what they fork is in it too."""
        for pid in pids:
            with contextlib.suppress(OSError):  # it has ended
                _write(self.folder / "cgroup.procs", str(pid))

    @property
    def ran_out_of_memory(self) -> bool:
        """Whether the kernel ended its processes for the memory that they used."""
        with contextlib.suppress(OSError):
            events = (self.folder / "memory.events").read_text(encoding="ascii").splitlines()
            return any(line.startswith("oom_kill ") and line[9:] != "0" for line in events)
        return False

    def close(self) -> None:
        """Remove the group; its processes have ended."""
        with contextlib.suppress(OSError):
            self.folder.rmdir()


class ControlGroups:
    """The groups that this process may make, below its own."""

    def __init__(self, own: Path) -> None:
        """Step aside, so that groups can be made beside us. Raises OSError where that is refused.

        A group that hands out controllers holds no process itself: we go into one below.
        """
        self._own, self._aside = own, own / f"labhub-{os.getpid()}"
        self._aside.mkdir()
        try:
            _write(self._aside / "cgroup.procs", str(os.getpid()))
            _write(own / "cgroup.subtree_control", _asked("+"))
        except OSError:
            self._go_back()
            raise

    @classmethod
    def delegated(cls, root: Path = _ROOT, membership: Path = _MEMBERSHIP) -> Self | None:
        """The groups, where our own is delegated to us with both controllers; else None."""
        try:
            lines = membership.read_text(encoding="utf-8").splitlines()
            own = root / next(line[4:] for line in lines if line.startswith("0::/"))
            offered = (own / "cgroup.controllers").read_text(encoding="ascii").split()
            return cls(own) if set(_CONTROLLERS) <= set(offered) else None
        except (OSError, StopIteration):
            return None

    def make(self, number: int, limits: Limits) -> ControlGroup | None:
        """A group with the bounds of `limits`; None where the kernel refuses."""
        group = ControlGroup(self._own / f"labhub-{os.getpid()}-{number}")
        memory_bytes = round(_MEMORY_SLACK * limits.memory_bytes) + limits.workdir_bytes
        try:
            group.folder.mkdir()
        except OSError:
            return None
        try:
            _write(group.folder / "memory.max", str(memory_bytes))
            _write(group.folder / "memory.oom.group", "1")
            _write(group.folder / "pids.max", str(limits.processes))
        except OSError:
            group.close()
            return None
        return group

    def close(self) -> None:
        """Go back to where we were."""
        with contextlib.suppress(OSError):
            _write(self._own / "cgroup.subtree_control", _asked("-"))
        self._go_back()

    def _go_back(self) -> None:
        with contextlib.suppress(OSError):
            _write(self._own / "cgroup.procs", str(os.getpid()))
            self._aside.rmdir()


def _asked(sign: str) -> str:
    return " ".join(f"{sign}{name}" for name in _CONTROLLERS)


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="ascii")

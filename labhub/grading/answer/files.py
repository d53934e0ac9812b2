"""Files as they are at a test's place: what later cells write or remove is nothing to that test.

All tests run when all cells have run, and a fork does not copy files. So where cells have changed
the working folder, a snapshot gets a copy of it.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

COPY_BYTES = 16 << 20
"""A snapshot shares the working folder when more has been written there."""
COPY_FILES = 1000
"""A snapshot shares the working folder when it holds more files and folders."""
SMALL_BYTES = 64 << 10
"""Larger files that no cell has written are not copied."""

_State = tuple[int, int, int]
_Listing = dict[Path, _State]


class WorkingFolder:
    """The folder that a process was in when its first cell ran."""

    def __init__(self) -> None:
        self._root = Path.cwd()
        self._at_start = _listing(self._root)

    def copy_if_changed(self) -> Path | None:
        """A copy of the folder, when cells have changed it; None when it can be shared."""
        with contextlib.suppress(OSError):  # a full disk, or a cell has removed the folder
            now = _listing(self._root)
            if self._at_start is None or now is None:
                return None
            written = {path for path, state in now.items() if self._at_start.get(path) != state}
            size = sum(now[path][1] for path in written)
            if now != self._at_start and size <= COPY_BYTES and Path.cwd() == self._root:
                return self._copy(now, written)
        return None

    def _copy(self, files: _Listing, written: set[Path]) -> Path:
        copy = Path(tempfile.mkdtemp(prefix="files-"))
        for path in files:
            target = copy / path.relative_to(self._root)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path in written or files[path][1] <= SMALL_BYTES:
                shutil.copy2(path, target)
            else:
                target.symlink_to(path)  # no hard link: the folder is a mount of its own
        return copy


def _listing(root: Path) -> _Listing | None:
    """The regular files below `root`, each with what changes when it is written.

    None where there is more than a snapshot copies: the look itself must not take long, for each
    test has one.
    """
    found: _Listing = {}
    seen = 0
    for folder, _, names in os.walk(root):
        seen += 1 + len(names)
        if seen > COPY_FILES:
            return None
        for name in names:
            path = Path(folder, name)
            with contextlib.suppress(OSError):
                about = path.lstat()
                if stat.S_ISREG(about.st_mode):
                    found[path] = about.st_ino, about.st_size, about.st_mtime_ns
    return found

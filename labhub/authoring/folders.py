"""Two folders compared, and one put in the place of the other at once."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ChangeKind(StrEnum):
    """What happened to a file between an old folder and a new one."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True)
class FileChange:
    """One file that differs, by its path relative to the folder."""

    path: str
    kind: ChangeKind


def files_of(folder: Path) -> dict[str, Path]:
    """Every file below `folder` by its relative path, in order; empty where there is no folder."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() or path.is_symlink()
    }


def compare(old: Path, new: Path) -> tuple[FileChange, ...]:
    """The files whose bytes differ, in order of their paths."""
    before, after = files_of(old), files_of(new)
    changes = [FileChange(name, ChangeKind.REMOVED) for name in before.keys() - after.keys()]
    changes += [FileChange(name, ChangeKind.ADDED) for name in after.keys() - before.keys()]
    changes += [
        FileChange(name, ChangeKind.CHANGED)
        for name in before.keys() & after.keys()
        if before[name].read_bytes() != after[name].read_bytes()
    ]
    return tuple(sorted(changes, key=lambda change: change.path))


def put_in_place(new: Path, target: Path) -> None:
    """Make `new` the folder `target`; what was there goes only after the new one stands.

    Both lie on one file system. If the second rename fails, the old folder comes back.
    """
    aside = new.with_name(new.name + ".old")
    shutil.rmtree(aside, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    had_target = target.exists()
    if had_target:
        target.rename(aside)
    try:
        new.rename(target)
    except OSError:
        if had_target:
            aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """An empty folder to fill, which becomes `target` at the end; an error changes nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield made
        made.chmod(0o755)
        put_in_place(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)

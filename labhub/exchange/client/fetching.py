"""Fetching an assignment: a first copy, or a newer version beside a student's work, or merged.

What a student changed is never overwritten. A file that the student left as it was released
becomes the newer one; of any other, the newer one is laid beside it as `name (version 3).ipynb`,
or merged into it cell by cell, with the old file in `backups/`.
"""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from labhub.exchange.client.errors import AlreadyFetchedError
from labhub.exchange.client.service import Service
from labhub.exchange.client.transport import unpacked
from labhub.exchange.client.workfolder import Fetched, WorkFolder, same_work, write


@dataclass(frozen=True)
class Wish:
    """How a student wants to fetch."""

    merge: bool = False
    replace_missing: bool = False
    dry_run: bool = False
    """Only say what would be done."""


@dataclass(frozen=True)
class Step:
    """What becomes of one file."""

    name: str
    content: bytes
    words: str
    instead_of: str = ""
    """The file of the student's that is backed up first."""
    beside: str = ""
    """The released path that this is a newer copy of."""


@dataclass(frozen=True)
class Fetching:
    """What a fetch did, or would do."""

    version: int
    words: tuple[str, ...] = ()
    """A sentence per file that somebody should know about."""
    is_first: bool = False
    beside: tuple[str, ...] = field(default=())
    """Files that were laid beside the student's."""


def fetch(
    service: Service, course: str, assignment: str, folder: WorkFolder, wish: Wish | None = None
) -> Fetching:
    """Fetch the newest version into the folder.

    Raises `AlreadyFetchedError` where it is there already, an `IntakeError` where a merge cannot
    read the student's notebook, and what the service refuses.
    """
    wish = wish or Wish()
    number = _newest(service, course, assignment)
    state = folder.fetched()
    if not folder.exists():
        if not wish.dry_run:
            _first(service, course, assignment, folder, number)
        return Fetching(number, (f"{assignment}: version {number}",), is_first=True)
    if state and state.version == number and not wish.replace_missing:
        raise _there(folder)
    if state and state.seen >= number and not (wish.merge or wish.replace_missing):
        raise _there(folder)
    return _again(
        service, Fetched(course, assignment) if state is None else state, folder, number, wish
    )


def _newest(service: Service, course: str, assignment: str) -> int:
    from labhub.exchange.handin.errors import NotReleasedError

    entry = service.assignment(course, assignment)
    if entry.version is None or not entry.is_out:
        raise NotReleasedError(
            f"{entry.title or assignment} has not been released yet.",
            hint="Look at its release date.",
        )
    return entry.version


def _there(folder: WorkFolder) -> AlreadyFetchedError:
    return AlreadyFetchedError(
        f"You already have a copy of the assignment in this directory: {folder.root}",
        hint="Missing files come back with --replace. Rename the folder to begin anew.",
    )


def _first(service: Service, course: str, assignment: str, folder: WorkFolder, number: int) -> None:
    """Lay the version down whole: a fetch that is cut short leaves no folder."""
    archive = service.version_archive(course, assignment, number)
    folder.root.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.root.name}.", dir=folder.root.parent))
    try:
        inside = WorkFolder(made)
        inside.put_version(number, archive)
        for name, content in (inside.version(number) or {}).items():
            write(made / name, content)
        inside.put_fetched(Fetched(course, assignment, number, number))
        made.chmod(0o755)
        made.rename(folder.root)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _again(
    service: Service, state: Fetched, folder: WorkFolder, number: int, wish: Wish
) -> Fetching:
    """A version beside, into or under what is there."""
    archive = service.version_archive(state.course, state.assignment, number)
    new = _contents(archive)
    old = folder.version(state.version)
    steps = [
        step
        for name, content in new.items()
        for step in _steps(folder, name, content, (old or {}).get(name), number, wish)
    ]
    settled = not any(step.beside for step in steps)
    fetching = Fetching(
        number,
        tuple(step.words for step in steps),
        beside=tuple(step.name for step in steps if step.beside),
    )
    if wish.dry_run:
        return fetching
    folder.put_version(number, archive)
    for step in steps:
        if step.instead_of:
            folder.back_up(step.instead_of, f"before version {number}")
        write(folder.root / step.name, step.content)
    beside = {step.name: step.beside for step in steps if step.beside}
    if settled:
        _clear_beside(folder, state)
    version = number if settled else state.version
    folder.put_fetched(replace(state, version=version, seen=number, beside=beside))
    return fetching


def _steps(
    folder: WorkFolder, name: str, new: bytes, old: bytes | None, number: int, wish: Wish
) -> Iterator[Step]:
    path = folder.root / name
    if not path.exists():
        yield Step(name, new, f"{name}: new")
        return
    mine = path.read_bytes()
    if mine == new:
        return
    if same_work(mine, new):
        return  # only outputs differ
    if old is not None and same_work(mine, old):
        yield Step(name, new, f"{name}: version {number}", instead_of=name)
    elif wish.merge and name.endswith(".ipynb"):
        yield from _merged(name, mine, new, old, number)
    elif old != new:
        beside = _beside(name, number)
        yield Step(beside, new, f"{name}: version {number} lies beside as '{beside}'", beside=name)


def _merged(name: str, mine: bytes, new: bytes, old: bytes | None, number: int) -> Iterator[Step]:
    import json

    from labhub.exchange.merge import ChangeKind, merge_notebooks

    merged = merge_notebooks(mine, new, old, name=name)
    told = [
        f"{name}: {change.sentence}"
        for change in merged.changes
        if change.kind is not ChangeKind.CELL_RENEWED
    ]
    renewed = len(merged.of(ChangeKind.CELL_RENEWED))
    words = "\n".join([*told, f"{name}: merged with version {number}; {renewed} cells renewed"])
    content = json.dumps(merged.notebook, indent=1, ensure_ascii=False).encode() + b"\n"
    yield Step(name, content, words, instead_of=name)


def _clear_beside(folder: WorkFolder, state: Fetched) -> None:
    """A copy beside that the student did not touch has served; one with work in it stays."""
    released = folder.version(state.seen) or {}
    for name, original in state.beside.items():
        path = folder.root / name
        if path.is_file() and same_work(path.read_bytes(), released.get(original, b"")):
            path.unlink()


def _beside(name: str, number: int) -> str:
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem} (version {number}){path.suffix}"))


def _contents(archive: bytes) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory(prefix="labhub-") as scratch:
        path = Path(scratch) / "version.zip"
        path.write_bytes(archive)
        return unpacked(path)

"""One folder of data sets for everybody: filled once, compared with its hashes, read-only.

The downloading is `nnlab.download`'s: whole files or none, resumable, one fetch at a time.
"""

import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labhub.hub.errors import DataFolderUnusableError, DataUnavailableError, UnknownDataSetError
from nnlab.datasets import DataError
from nnlab.download import TIMEOUT_S, fetch, is_right
from nnlab.sources import SETS, DataSet

FILE_MODE, FOLDER_MODE = 0o444, 0o755
_MB = 1_000_000
_WRITABLE = stat.S_IWGRP | stat.S_IWOTH
# The packed files of a set, and room for one more while it is checked.
_ROOM = 2


@dataclass(frozen=True)
class DataFile:
    """One file of a data set in the folder, and what is wrong with it."""

    data_set: str
    name: str
    state: str
    """`ok`, `missing`, `damaged`, or `writable`: others than its owner may change it."""

    @property
    def is_right(self) -> bool:
        """Whether labs may trust it."""
        return self.state == "ok"


def chosen(names: Sequence[str]) -> list[DataSet]:
    """The data sets of these names; all where none is named. Raises UnknownDataSetError."""
    for name in names:
        if name not in SETS:
            raise UnknownDataSetError(
                f"There is no data set '{name}'.", hint=f"There is: {', '.join(SETS)}."
            )
    return [SETS[name] for name in names or SETS]


def look_over(folder: Path, sets: Sequence[DataSet]) -> Iterator[DataFile]:
    """Every file of the sets, compared with its SHA-256."""
    for each in sets:
        for name, sha256 in each.files.items():
            yield DataFile(each.name, name, _state(folder / each.name / name, sha256))


def _state(path: Path, sha256: str) -> str:
    if not path.is_file():
        return "missing"
    if not is_right(path, sha256):
        return "damaged"
    modes = path.stat().st_mode | path.parent.stat().st_mode
    return "writable" if modes & _WRITABLE else "ok"


def fill(
    folder: Path,
    sets: Sequence[DataSet],
    *,
    first: Sequence[str] = (),
    timeout_s: float = TIMEOUT_S,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Put every file of the sets in its place, readable for all and writable for nobody else.

    `first` are folders or addresses to try before the sets' own mirrors. What has arrived stays
    when something else fails: the next call goes on there. Raises DataFolderUnusableError or
    DataUnavailableError.
    """
    missing = [each for each in sets if _lacks(folder, each)]
    _check_room(folder, missing)
    for each in missing:
        say(f"{each.title}: {each.megabytes} MB, {each.licence}")
        places = [place for one in first for place in places_in(one, each)]
        try:
            fetch(each, folder, first=places, timeout_s=timeout_s, say=say)
        except DataError as error:
            raise DataUnavailableError(
                f"{each.title}: {error}",
                hint="Run it again: what has arrived is kept. A copy of the files on a disk or a "
                "mirror of your own is named with --from.",
            ) from error
        except OSError as error:
            raise _unusable(folder, error) from error
    for each in sets:
        close(folder / each.name)


def _lacks(folder: Path, each: DataSet) -> bool:
    return any(found.state in ("missing", "damaged") for found in look_over(folder, [each]))


def places_in(source: str, each: DataSet) -> list[str]:
    """Where a data set may lie in a copy: in a folder of its own name, or beside all others.

    >>> places_in("https://mirror.example/data/", SETS["fashion-mnist"])
    ['https://mirror.example/data/fashion-mnist', 'https://mirror.example/data']
    """
    if source.startswith(("http://", "https://")):
        base = source.rstrip("/")
        return [f"{base}/{each.name}", base]
    folder = Path(source)
    found = [path for path in (folder / each.name, folder) if _holds(path, each)]
    return [str(path) for path in found]


def _holds(folder: Path, each: DataSet) -> bool:
    return any((folder / name).is_file() for name in each.files)


def close(folder: Path) -> None:
    """Let everybody read the files of a data set, and nobody but the owner of the folder write.

    What broken connections left behind goes: the set is whole.
    """
    try:
        for path in folder.iterdir():
            if path.suffix == ".part":
                path.unlink()
            elif path.is_file():
                path.chmod(0o644 if path.name.startswith(".") else FILE_MODE)
        for each in (folder, folder.parent):
            each.chmod(FOLDER_MODE)
    except OSError as error:
        raise _unusable(folder, error) from error


def _check_room(folder: Path, sets: Sequence[DataSet]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise _unusable(folder, error) from error
    need = _ROOM * _MB * sum(each.megabytes for each in sets)
    if free < need:
        raise DataFolderUnusableError(
            f"{folder} has room for {free // _MB} MB, and {need // _MB} MB are needed.",
            hint="Make room, or choose another folder.",
        )


def _unusable(folder: Path, error: OSError) -> DataFolderUnusableError:
    return DataFolderUnusableError(
        f"{folder} cannot be written: {error.strerror}.",
        hint="Run this as the account that owns the folder, or name another one with --to.",
    )

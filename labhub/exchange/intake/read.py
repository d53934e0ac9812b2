"""Reads one handed-in file within bounds. What cannot be read raises its named status."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from labhub.exchange.intake.errors import (
    EmptyFileError,
    LinkOutsideError,
    MissingNotebookError,
    NotAFileError,
    TooLargeError,
    UnreadableFileError,
)


@dataclass(frozen=True)
class Bounds:
    """What a handed-in notebook may have. More is refused before it costs memory."""

    file_bytes: int = 32 << 20
    containers: int = 500_000
    """Lists and objects of the JSON (counted as brackets)."""
    values: int = 4_000_000
    """Values of the JSON (counted as commas)."""
    depth: int = 64
    cells: int = 2_000
    output_bytes: int = 2 << 20
    """Kept of one output of a cell; a larger picture is left out."""
    notebook_output_bytes: int = 16 << 20
    """Kept of all outputs together."""
    files: int = 200
    """Extra files beside the notebooks."""
    files_bytes: int = 64 << 20
    """Of all extra files together."""


DEFAULT_BOUNDS = Bounds()


def printable(name: str, most: int = 80) -> str:
    """A file name that is safe to show: control and unencodable characters made visible."""
    shown = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in name)
    return f"{shown[:most]}…" if len(shown) > most else shown


def linked_folder(folder: Path) -> LinkOutsideError:
    """The refusal of a hand-in whose folder is a link: what it shows may be somebody else's."""
    return LinkOutsideError(
        f"The folder {printable(folder.name)} is a link to another place, so your work is not in "
        "it. Hand in the notebook itself."
    )


def read_bounded(path: Path, folder: Path, limit_bytes: int) -> bytes:
    """The bytes of a regular file that lies in `folder`.

    A link is followed when it stays in the folder. Pipes and devices are never opened for a
    wait, and never more than `limit_bytes` are read.

    Raises:
        LinkOutsideError: a link leads out of the folder, or to nothing.
        NotAFileError: a folder, pipe, socket or device.
        TooLargeError: more bytes than `limit_bytes`.
        EmptyFileError: no bytes, or white space only.
        MissingNotebookError: there is no such file.
        UnreadableFileError: the operating system refuses.
    """
    name = printable(path.name)
    try:
        raw = _read(_inside(path, folder), name, limit_bytes)
    except FileNotFoundError as error:
        raise MissingNotebookError(f"There is no file {name} in your hand-in.") from error
    except OSError as error:
        raise UnreadableFileError(
            f"The file {name} could not be read ({error.strerror or error}). Hand it in again."
        ) from error
    if not raw.strip():
        raise EmptyFileError(
            f"The file {name} is empty. Save your notebook, look at the file's size, "
            "and hand it in again."
        )
    return raw


def _inside(path: Path, folder: Path) -> Path:
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if target.is_relative_to(os.path.realpath(folder)) and target.exists():
        return target
    raise LinkOutsideError(
        f"The file {printable(path.name)} is a link to another place, so your work is not in it. "
        "Hand in the notebook itself."
    )


def _read(path: Path, name: str, limit_bytes: int) -> bytes:
    if not stat.S_ISREG(path.lstat().st_mode):
        raise _not_a_file(name)
    # O_NONBLOCK: a pipe put in its place since would make open() wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise _not_a_file(name)
        raw = b"" if facts.st_size > limit_bytes else file.read(limit_bytes + 1)
    size = max(facts.st_size, len(raw))
    if size > limit_bytes:
        raise TooLargeError(
            f"The file {name} has {size / 1e6:.0f} MB; at most {limit_bytes / 1e6:.0f} MB are "
            "read. Clear large outputs (pictures, videos, long prints), save, and hand in again."
        )
    return raw


def _not_a_file(name: str) -> NotAFileError:
    return NotAFileError(
        f"{name} is not a file but a folder, pipe or device. Hand in the notebook itself."
    )

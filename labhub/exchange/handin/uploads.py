"""Files on their way in: names and sizes are held to the course's limits while bytes arrive."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from labhub.course.model import HandInLimits
from labhub.exchange.handin.errors import (
    HandInTooLargeError,
    NameTwiceError,
    PathInNameError,
    TooManyFilesError,
)
from labhub.exchange.store.blobs import Blobs, Incoming
from labhub.exchange.store.files import FileRecord

LONGEST_PATH, DEEPEST = 255, 8
PATIENCE = timedelta(minutes=2)
"""How long an upload may take and still count from its beginning."""
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\\\:*?\"<>|]")
"""Characters that some operating system does not take in the name of a file."""


@dataclass
class Upload:
    """The files of one hand-in while they come in. `receiving` makes it."""

    blobs: Blobs
    limits: HandInLimits
    stack: ExitStack
    begun_at: datetime | None = None
    """When its first bytes came; None where that is not known."""
    parts: list["Part"] = field(default_factory=list)

    def begin(self, path: str) -> "Part":
        """The next file; write its bytes to it.

        Raises `PathInNameError`, `NameTwiceError`, `TooManyFilesError` or `DiskFullError`.
        """
        name = checked_path(path)
        if any(part.path.casefold() == name.casefold() for part in self.parts):
            raise NameTwiceError(
                f"There are two files '{name}'.", hint="Rename one of them, and hand in again."
            )
        if len(self.parts) >= self.limits.files:
            raise TooManyFilesError(
                f"There are more than {self.limits.files} files.",
                hint="Hand in the notebook and only what it needs.",
            )
        part = Part(self, name, self.stack.enter_context(self.blobs.receiving()))
        self.parts.append(part)
        return part

    def came_at(self, now: datetime) -> datetime:
        """When it counts as handed in: as it began, so that a busy service makes nobody late.

        One that took longer than `PATIENCE` came when it ended: nobody keeps a place open in time
        and writes the answers afterwards.
        """
        begun = self.begun_at
        return begun if begun is not None and now - begun <= PATIENCE else now

    @property
    def size_bytes(self) -> int:
        """Of all files so far."""
        return sum(part.incoming.size_bytes for part in self.parts)

    @property
    def records(self) -> tuple[FileRecord, ...]:
        """What came in, in order of the paths."""
        return tuple(sorted(part.record for part in self.parts))

    def keep(self) -> tuple[FileRecord, ...]:
        """Make all bytes durable. Raises `DiskFullError`."""
        for part in self.parts:
            part.incoming.keep()
        return self.records


@dataclass(frozen=True)
class Part:
    """One file of an upload."""

    upload: Upload
    path: str
    incoming: Incoming

    def write(self, piece: bytes) -> None:
        """Add bytes. Raises `HandInTooLargeError` or `DiskFullError`."""
        limits = self.upload.limits
        if self.incoming.size_bytes + len(piece) > limits.file_bytes:
            raise _too_large(f"The file '{self.path}' is", limits.file_bytes)
        if self.upload.size_bytes + len(piece) > limits.total_bytes:
            raise _too_large("All files together are", limits.total_bytes)
        self.incoming.write(piece)

    @property
    def record(self) -> FileRecord:
        """What came in so far."""
        return FileRecord(self.path, self.incoming.sha256, self.incoming.size_bytes)


@contextmanager
def receiving(
    blobs: Blobs, limits: HandInLimits, begun_at: datetime | None = None
) -> Iterator[Upload]:
    """An upload; whatever of it was not kept is gone at the end."""
    with ExitStack() as stack:
        yield Upload(blobs, limits, stack, begun_at)


def checked_path(path: str) -> str:
    """The path of a handed-in file as it is kept: relative, POSIX, in Unicode's form C.

    Subfolders are taken; a path that leads out of the hand-in is not. Raises `PathInNameError`.

    >>> checked_path("./figures/plot.png")
    'figures/plot.png'
    """
    name = unicodedata.normalize("NFC", path.removeprefix("./"))
    steps = name.split("/")
    if (
        len(name.encode("utf-8", "surrogatepass")) > LONGEST_PATH
        or len(steps) > DEEPEST
        or any(not step.strip(". ") or step != step.strip() for step in steps)
        or FORBIDDEN.search(name)
        or any(unicodedata.category(character) in ("Cs", "Cc") for character in name)
    ):
        shown = ascii(path[:80])
        raise PathInNameError(
            f"{shown} is no name for a file of a hand-in.",
            hint="Expected a plain name such as lab1.ipynb, without a path to another place.",
        )
    return name


def _too_large(what: str, limit_bytes: int) -> HandInTooLargeError:
    return HandInTooLargeError(
        f"{what} larger than {limit_bytes >> 20} MiB.",
        hint="Clear the outputs of the notebook, leave data out, and hand in again.",
    )

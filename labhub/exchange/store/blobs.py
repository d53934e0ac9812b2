"""The bytes of files, each named by its SHA-256 and kept once.

What is kept is on the disk, name and all, before `keep` returns. What is cut short leaves a file
in `partial/` and nothing else; such leftovers are cleared by the next start.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EDQUOT, EFBIG, ENOSPC
from io import BufferedReader
from pathlib import Path

from labhub.exchange.store.errors import BlobCorruptError, BlobMissingError, DiskFullError
from labhub.exchange.store.files import FileRecord

FOLDER = "store"
PIECE_BYTES = 1 << 20


class Incoming:
    """A file on its way in. Its bytes become a blob when `keep` is called, else they vanish."""

    def __init__(self, blobs: "Blobs") -> None:
        self._blobs = blobs
        descriptor, name = tempfile.mkstemp(dir=blobs.partial)
        # While the lock is held, no start of another process takes this for a leftover.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._file = os.fdopen(descriptor, "w+b", buffering=0)
        self._path = Path(name)
        self._hash = hashlib.sha256()
        self.size_bytes = 0

    @property
    def sha256(self) -> str:
        """Of all that was written so far, in hexadecimal."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        """Add bytes. Raises `DiskFullError`."""
        with full_disk_named():
            view = memoryview(piece)
            while view:
                view = view[self._file.write(view) :]
        self._hash.update(piece)
        self.size_bytes += len(piece)

    def content(self, limit_bytes: int) -> bytes:
        """The first bytes of what was written so far."""
        return os.pread(self._file.fileno(), limit_bytes, 0)

    def keep(self) -> str:
        """Make the bytes durable under their name; the name (SHA-256). Raises `DiskFullError`."""
        target = self._blobs.path(self.sha256)
        with full_disk_named():
            if not self._blobs.holds(self.sha256):
                os.fsync(self._file.fileno())
                _ensure_folder(target.parent)
                self._path.rename(target)
            # Also for what was there: its name may not be durable yet.
            sync_folder(target.parent)
        return self.sha256

    def close(self) -> None:
        """Let go of the file; what was not kept is removed."""
        self._path.unlink(missing_ok=True)
        self._file.close()


@dataclass(frozen=True)
class Blobs:
    """The bytes of one course's store."""

    root: Path
    """The folder `store` of a course."""

    @property
    def partial(self) -> Path:
        """Where bytes are written while they come in."""
        return self.root / "partial"

    def path(self, sha256: str) -> Path:
        """Where the bytes of this name lie, or would lie."""
        return self.root / "blobs" / sha256[:2] / sha256[2:]

    @contextmanager
    def receiving(self) -> Iterator[Incoming]:
        """A file on its way in; removed at the end unless it was kept. Raises `DiskFullError`."""
        with full_disk_named():
            incoming = Incoming(self)
        try:
            yield incoming
        finally:
            incoming.close()

    def add(self, source: Path) -> FileRecord:
        """Keep a copy of a file; its record bears the file's own name."""
        with source.open("rb") as file, self.receiving() as incoming:
            while piece := file.read(PIECE_BYTES):
                incoming.write(piece)
            return FileRecord(source.name, incoming.keep(), incoming.size_bytes)

    def open(self, sha256: str) -> BufferedReader:
        """The bytes, to read. Raises `BlobMissingError`."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise BlobMissingError(
                f"The file {sha256[:12]} of the store is missing.",
                hint="Run `labhub store verify`, and restore it from a backup.",
            ) from None

    def read(self, sha256: str) -> bytes:
        """The bytes, compared with their name. Raises `BlobMissingError` or `BlobCorruptError`."""
        with self.open(sha256) as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _corrupt(sha256)
        return content

    def check(self, sha256: str) -> int:
        """Compare the bytes with their name; their number.

        Raises `BlobMissingError` or `BlobCorruptError`.
        """
        with self.open(sha256) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise _corrupt(sha256)
            return file.tell()

    def holds(self, sha256: str) -> bool:
        """Whether the bytes are there and whole."""
        try:
            self.check(sha256)
        except (BlobMissingError, BlobCorruptError):
            return False
        return True

    def copy(self, record: FileRecord, folder: Path) -> Path:
        """Write a file of the store below a folder. Raises as `open` does, or `DiskFullError`."""
        target = folder / record.path
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.open(record.sha256) as source, full_disk_named(), target.open("wb") as file:
            shutil.copyfileobj(source, file, PIECE_BYTES)
        return target

    def names(self) -> Iterator[str]:
        """The SHA-256 of everything that is kept, in order."""
        for folder in sorted((self.root / "blobs").glob("[0-9a-f][0-9a-f]")):
            yield from (f"{folder.name}{path.name}" for path in sorted(folder.iterdir()))


def open_blobs(root: Path) -> Blobs:
    """The bytes of the course in the folder `root`; leftovers of a kill are cleared."""
    blobs = Blobs(root / FOLDER)
    blobs.root.mkdir(mode=0o700, exist_ok=True)
    blobs.partial.mkdir(mode=0o700, exist_ok=True)
    _ensure_folder(blobs.root / "blobs")
    for path in blobs.partial.iterdir():
        _clear(path)
    return blobs


@contextmanager
def full_disk_named() -> Iterator[None]:
    """Raises `DiskFullError` where the operating system finds no room."""
    try:
        yield
    except OSError as error:
        if error.errno not in (ENOSPC, EDQUOT, EFBIG):
            raise
        raise DiskFullError(
            "There is no room left where hand-ins are kept; nothing of yours was kept.",
            hint="Keep your file, tell the staff, and hand in again when they have made room.",
        ) from error


def _clear(path: Path) -> None:
    """Remove a leftover, unless a living process is writing it."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        path.unlink(missing_ok=True)


def _ensure_folder(folder: Path) -> None:
    """The folder, durable in its parent."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """The names in a folder are durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _corrupt(sha256: str) -> BlobCorruptError:
    return BlobCorruptError(
        f"The file {sha256[:12]} of the store is not what was put there.",
        hint="Run `labhub store verify`, and restore it from a backup.",
    )

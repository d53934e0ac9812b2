"""Files of the store as one zip, made while it is sent."""

import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote

from starlette.responses import StreamingResponse

from labhub.exchange.store.blobs import PIECE_BYTES, Blobs
from labhub.exchange.store.files import FileRecord


def zip_answer(
    blobs: Blobs, files: Iterable[FileRecord], name: str, at: datetime
) -> StreamingResponse:
    """A download `name`.zip; the files in it carry the time `at`.

    Raises `BlobMissingError` before anything is sent.
    """
    chosen = sorted(files)
    for file in chosen:
        blobs.open(file.sha256).close()
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.zip"}
    pieces = zip_pieces(blobs, chosen, at)
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


def zip_pieces(blobs: Blobs, files: Iterable[FileRecord], at: datetime) -> Iterator[bytes]:
    """The bytes of the zip."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.path, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with blobs.open(file.sha256) as source, archive.open(entry, "w") as target:
                while piece := source.read(PIECE_BYTES):
                    target.write(piece)
                    yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """Where the zip is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """What was written since."""
        whole = b"".join(self._pieces)
        self._pieces.clear()
        return whole

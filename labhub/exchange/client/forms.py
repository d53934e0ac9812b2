"""A form with files that is sent piece by piece: no file is read whole."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PIECE_BYTES = 256 * 1024
FILES = "files"
"""The name of the field that holds files."""


@dataclass(frozen=True)
class Form:
    """A multipart form. It can be sent again: every `pieces()` starts from the beginning."""

    files: Mapping[str, Path]
    """POSIX path as the service shall know it -> where the file lies."""
    fields: Mapping[str, str] = field(default_factory=dict)
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def content_type(self) -> str:
        """The header that says how to read the form."""
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def size_bytes(self) -> int:
        """Of the whole form."""
        heads = sum(len(self._file_head(name)) + 2 for name in self.files)
        contents = sum(path.stat().st_size for path in self.files.values())
        return len(self._fields()) + heads + contents + len(self._end())

    def pieces(self) -> Iterator[bytes]:
        """The bytes of the form; a file that grew meanwhile is sent as long as it was said."""
        yield self._fields()
        for name, path in self.files.items():
            yield self._file_head(name)
            yield from _content(path)
            yield b"\r\n"
        yield self._end()

    def _fields(self) -> bytes:
        parts = (
            f'--{self.boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n'
            f"{value}\r\n"
            for name, value in self.fields.items()
        )
        return "".join(parts).encode()

    def _file_head(self, name: str) -> bytes:
        return (
            f"--{self.boundary}\r\n"
            f'Content-Disposition: form-data; name="{FILES}"; filename="{_quoted(name)}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()

    def _end(self) -> bytes:
        return f"--{self.boundary}--\r\n".encode()


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        left = path.stat().st_size
        while left and (piece := stream.read(min(PIECE_BYTES, left))):
            left -= len(piece)
            yield piece


def _quoted(name: str) -> str:
    """A name as browsers write it into the header of a part."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")

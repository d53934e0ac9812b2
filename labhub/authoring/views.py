"""Every way in which a file may say something: as it stands, decoded, unpacked, decompressed.

`views` yields texts: the file's bytes, the strings of JSON (a notebook's cells by name), members
of archives, texts of PNG images, base64 and hexadecimal runs, escapes, and what is inside those
again. Depth, count and bytes are bounded.
"""

import base64
import binascii
import bz2
import codecs
import html
import io
import json
import lzma
import re
import struct
import tarfile
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

DEPTH = 6
PART_BYTES = 8 << 20
"""Of what is unpacked or decoded; a file itself is read to its end."""
TOTAL_BYTES = 64 << 20
PNG = b"\x89PNG\r\n\x1a\n"
ZLIB_START = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
ZLIB_TRIES = 200
BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}(?:\s*\n\s*[A-Za-z0-9+/_-]{4,})*")
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}[\s:]?){12,}")
ESCAPES = re.compile(rb"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{3})")


@dataclass(frozen=True)
class View:
    """A text, and the way to it: `lab1.ipynb > l1e03-t1 outputs > base64`."""

    place: str
    text: str


@dataclass
class _Walk:
    """What has been seen, and what may still be decoded."""

    left: int
    """Bytes."""
    seen: set[int] = field(default_factory=set)

    def is_new(self, data: bytes) -> bool:
        key = hash(data)
        if key in self.seen or self.left < len(data):
            return False
        self.seen.add(key)
        self.left -= len(data)
        return True


def views(name: str, data: bytes) -> Iterator[View]:
    """Every text that the bytes of a file hold, each once."""
    yield View(name, name)
    yield from _views(name, data, DEPTH, _Walk(left=len(data) + TOTAL_BYTES))


def _views(place: str, data: bytes, depth: int, walk: _Walk) -> Iterator[View]:
    if not walk.is_new(data):
        return
    yield View(place, _text(data))
    if depth:
        for step, part in _parts(data):
            deeper = f"{place} > {step}" if step else place
            yield from _views(deeper, part[:PART_BYTES], depth - 1, walk)


def _text(data: bytes) -> str:
    """Text for matching: UTF-8 where it is; NUL bytes of wider encodings left out."""
    try:
        return data.decode("utf-8").replace("\0", "")
    except UnicodeDecodeError:
        return data.replace(b"\0", b"").decode("latin-1")


def _parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What is inside these bytes, each with the name of the step that leads there."""
    if data[:1] in (b"{", b"["):
        yield from _json_parts(data)
    yield from _packed_parts(data)
    if data.startswith(PNG):
        yield from _png_parts(data)
    else:
        yield from _zlib_parts(data)
    yield from _encoded_parts(data)


# --- JSON ------------------------------------------------------------------------------------


def _json_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(content, dict) and isinstance(content.get("cells"), list):
        cells = content.pop("cells")
        for index, cell in enumerate(cells):
            name = _cell_name(cell, index)
            keys = cell if isinstance(cell, dict) else {"": cell}
            yield from ((f"{name} {key}".strip(), part) for key, part in _strings(keys))
    yield from _strings(content)


def _cell_name(cell: object, index: int) -> str:
    meta = cell.get("metadata") if isinstance(cell, dict) else None
    nbgrader = meta.get("nbgrader") if isinstance(meta, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return str(grade_id or f"cell {index + 1}")


def _strings(content: object, key: str = "") -> Iterator[tuple[str, bytes]]:
    """Each string of JSON data with the name of its outermost key; lists of lines as one."""
    waiting: list[tuple[str, object]] = [(key, content)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(name or str(k), v) for k, v in value.items()]
            yield name, "\n".join(value).encode()
        elif isinstance(value, list):
            if value and all(isinstance(line, str) for line in value):
                yield name, "".join(value).encode()
            else:
                waiting += [(name, each) for each in value]
        elif isinstance(value, str):
            yield name, value.encode("utf-8", "surrogatepass")


# --- archives, compression, images -----------------------------------------------------------


def _packed_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        if b"PK\x03\x04" in data:
            yield from _zip_parts(data)
        if data[257:262] == b"ustar":
            yield from _tar_parts(data)
        if data.startswith(b"\x1f\x8b"):
            yield "gzip", zlib.decompressobj(31).decompress(data, PART_BYTES)
        if data.startswith(b"BZh"):
            yield "bz2", bz2.BZ2Decompressor().decompress(data, PART_BYTES)
        if data.startswith((b"\xfd7zXZ\x00", b"\x5d\x00\x00")):
            yield "xz", lzma.LZMADecompressor().decompress(data, PART_BYTES)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, tarfile.TarError):
        return


def _zip_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "comment", archive.comment
            for member in archive.infolist():
                with archive.open(member) as file:
                    yield member.filename, file.read(PART_BYTES)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return


def _tar_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for member in archive:
            if file := archive.extractfile(member):
                yield member.name, file.read(PART_BYTES)


def _png_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The texts of a PNG image, and what stands after its end; not its pixels."""
    position = len(PNG)
    while position + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        body = data[position + 8 : position + 8 + length]
        position += length + 12
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP"):
            yield f"png {kind.decode()}", body
        if kind == b"IEND":
            yield "after the image", data[position:]
            return


def _zlib_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every zlib stream, also inside other data (PDF, PNG texts, pickles)."""
    for count, match in enumerate(ZLIB_START.finditer(data)):
        if count == ZLIB_TRIES:
            return
        try:
            yield "zlib", zlib.decompressobj().decompress(data[match.start() :], PART_BYTES)
        except zlib.error:
            continue


# --- encodings of text -----------------------------------------------------------------------


def _encoded_parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    for match in BASE64.finditer(data):
        yield from _base64_parts(b"".join(match.group().split()))
    for match in HEX.finditer(data):
        digits = re.sub(rb"[\s:]", b"", match.group())
        yield "hexadecimal", binascii.unhexlify(digits[: len(digits) // 2 * 2])
    if ESCAPES.search(data):
        yield "escapes", codecs.escape_decode(_unicode_escapes(data))[0]
    if b"%" in data and (plain := urllib.parse.unquote_to_bytes(data)) != data:
        yield "percent", plain
    if b"&" in data and b";" in data:
        yield "html", html.unescape(_text(data)).encode("utf-8", "surrogatepass")


def _base64_parts(run: bytes) -> Iterator[tuple[str, bytes]]:
    """The run decoded from each of its first four characters: where it begins is not known."""
    plain = run.replace(b"-", b"+").replace(b"_", b"/")
    starts = range(4) if len(plain) <= 4096 else range(1)
    for start in starts:
        part = plain[start:]
        decoded = base64.b64decode(part[: len(part) // 4 * 4] + _last_group(part))
        if start == 0 or _is_readable(decoded):
            yield "base64", decoded


def _last_group(part: bytes) -> bytes:
    rest = part[len(part) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) >= 2 else b""


def _is_readable(data: bytes) -> bool:
    readable = sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in data)
    return readable >= 0.9 * len(data)


def _unicode_escapes(data: bytes) -> bytes:
    r"""`\u003d` as the character that it stands for; other escapes stay."""

    def character(match: re.Match[bytes]) -> bytes:
        return chr(int(match.group(1), 16)).encode("utf-8", "surrogatepass")

    return re.sub(rb"\\u([0-9a-fA-F]{4})", character, data)

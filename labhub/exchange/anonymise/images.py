"""Pictures without what cameras and programs write beside the pixels.

Only PNG and JPEG are kept, taken apart by their formats: chunks of W3C PNG 3, 11.2 to 11.3, and
segments of ITU-T T.81, B.1.1. A picture that is neither, or is damaged, is left out.
"""

import base64
import binascii
import struct
from collections.abc import Iterator

PNG = b"\x89PNG\r\n\x1a\n"
KEPT_CHUNKS = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD")
)
"""What is needed to show the pixels; text, time, Exif and profiles with names are not."""
START_OF_SCAN = 0xDA
ALONE = {0x01, *range(0xD0, 0xDA)}
"""JPEG markers without a length."""


def without_metadata(encoded: str) -> str | None:
    """The picture, base64 in and out, without metadata; None where it cannot be shown safely."""
    try:
        raw = base64.b64decode(encoded, validate=False)
        clean = _png(raw) if raw.startswith(PNG) else _jpeg(raw)
    except (binascii.Error, struct.error, ValueError):
        return None
    return base64.b64encode(clean).decode("ascii")


def _png(raw: bytes) -> bytes:
    chunks = [chunk for name, chunk in _chunks(raw) if name in KEPT_CHUNKS]
    return PNG + b"".join(chunks)


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, name = len(PNG), b""
    while name != b"IEND":
        (length,) = struct.unpack(">I", raw[at : at + 4])
        name = raw[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(raw):
            raise ValueError("the picture is cut off")
        yield name, raw[at:end]
        at = end


def _jpeg(raw: bytes) -> bytes:
    if raw[:2] != b"\xff\xd8":
        raise ValueError("the picture is neither PNG nor JPEG")
    kept, at = [raw[:2]], 2
    while True:
        if raw[at] != 0xFF:
            raise ValueError("the picture is damaged")
        marker = raw[at + 1] if at + 1 < len(raw) else 0
        if marker == START_OF_SCAN:
            end = raw.rfind(b"\xff\xd9")
            if end < at:
                raise ValueError("the picture is cut off")
            return b"".join([*kept, raw[at : end + 2]])
        size = 0 if marker in ALONE else struct.unpack(">H", raw[at + 2 : at + 4])[0]
        if not (_is_application(marker) or marker == 0xFE):
            kept.append(raw[at : at + 2 + size])
        at += 2 + size
        if at >= len(raw):
            raise ValueError("the picture is cut off")


def _is_application(marker: int) -> bool:
    """Exif, XMP, thumbnails, names of programs. APP0 and APP14 say how to read the colours."""
    return 0xE1 <= marker <= 0xEF and marker != 0xEE

"""Dates, times without a zone, and durations: by their whole numbers."""
# ruff: noqa: ANN401 - values of several kinds pass through here

import struct
from datetime import date, datetime, time, timedelta
from typing import Any

from labhub.grading.codec.core import READERS, WRITERS, Decoder, Encoder
from labhub.grading.errors import ProtocolError

_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond", "fold")
_PARTS: dict[type, tuple[str, ...]] = {
    date: _DATE,
    datetime: (*_DATE, *_TIME),
    time: _TIME,
    timedelta: ("days", "seconds", "microseconds"),
}
_KINDS = tuple(_PARTS)


def _write(encoder: Encoder, value: Any) -> None:
    if getattr(value, "tzinfo", None) is not None:
        encoder.refer(value)
        return
    parts = _PARTS[type(value)]
    encoder.out += b"@"
    encoder.out.append(_KINDS.index(type(value)))
    encoder.out += struct.pack(f"<{len(parts)}i", *(getattr(value, part) for part in parts))


def _read(decoder: Decoder) -> Any:
    place = decoder.byte()
    if place >= len(_KINDS):
        raise ProtocolError("There is no such kind of date.")
    kind = _KINDS[place]
    numbers = struct.Struct(f"<{len(_PARTS[kind])}i")
    values = numbers.unpack(decoder.take(numbers.size))
    return kind(**dict(zip(_PARTS[kind], values, strict=True)))


WRITERS |= dict.fromkeys(_KINDS, _write)
READERS[ord("@")] = _read

"""How the values of Python itself are written and read: numbers, text, containers."""
# ruff: noqa: ANN401 - values of every kind pass through here

import struct
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from labhub.grading.codec.core import (
    MAX_ELEMENTS,
    READERS,
    WRITERS,
    Decoder,
    Encoder,
    Writer,
)
from labhub.grading.errors import ProtocolError, TooLargeError

MAX_INT_BYTES = 8 << 10
"""Bytes of one integer (about 19,700 digits)."""
MAX_COLLISIONS = 1000
"""Keys of one table that have the hash of another: each is compared with all of them."""
MAX_EXPONENT = 10**6
"""Of a decimal number, in either direction: as a fraction it has as many digits."""

_I64 = struct.Struct("<q")
_F64 = struct.Struct("<d")
_C128 = struct.Struct("<dd")


def _write_constant(tag: bytes) -> Writer:
    def write(encoder: Encoder, _: object) -> None:
        encoder.out += tag

    return write


def _write_bool(encoder: Encoder, value: bool) -> None:
    encoder.out += b"1" if value else b"0"


def _write_int(encoder: Encoder, value: int) -> None:
    if -(1 << 63) <= value < 1 << 63:
        encoder.out += b"i"
        encoder.out += _I64.pack(value)
        return
    size = value.bit_length() // 8 + 1
    if size > MAX_INT_BYTES:
        raise TooLargeError(f"An integer of {size:,} bytes is too large to be handed over.")
    encoder.out += b"I"
    encoder.blob(value.to_bytes(size, "little", signed=True))


def _read_int(decoder: Decoder) -> int:
    value: int = _I64.unpack(decoder.take(8))[0]
    return value


def _read_big_int(decoder: Decoder) -> int:
    data = decoder.blob()
    if len(data) > MAX_INT_BYTES:
        raise ProtocolError("An integer is too large.")
    return int.from_bytes(data, "little", signed=True)


def _write_float(encoder: Encoder, value: float) -> None:
    encoder.out += b"f"
    encoder.out += _F64.pack(value)


def _write_complex(encoder: Encoder, value: complex) -> None:
    encoder.out += b"c"
    encoder.out += _C128.pack(value.real, value.imag)


def _write_str(encoder: Encoder, value: str) -> None:
    encoder.out += b"s"
    encoder.text(value)


def _write_bytes(tag: bytes) -> Writer:
    def write(encoder: Encoder, value: bytes | bytearray) -> None:
        encoder.out += tag
        encoder.blob(value)

    return write


def _sequence(tag: bytes, kind: type, cost: int, *, mutable: bool) -> None:
    def write(encoder: Encoder, value: Any) -> None:
        if encoder.too_deep:
            encoder.refer(value)
            return
        encoder.spend(cost)
        encoder.out += tag
        encoder.items(value, len(value))
        if mutable:
            encoder.note(value)

    def read(decoder: Decoder) -> Any:
        decoder.spend(cost)
        items = decoder.items()
        if kind in (set, frozenset):
            ensure_spread(items)
        value = kind(items)
        if mutable:
            decoder.note(value)
        return value

    WRITERS[kind] = write
    READERS[tag[0]] = read


def ensure_spread(keys: Sequence[Any]) -> None:
    """Refuse keys of alike hashes: building a table of them takes time with their square."""
    if len(keys) - len(set(map(hash, keys))) > MAX_COLLISIONS:
        raise ProtocolError("Too many keys with the same hash.")


def _pairs(mapping: Mapping[Any, Any]) -> Iterable[Any]:
    for key, value in mapping.items():
        yield key
        yield value


def _mapping(tag: bytes, kind: type, cost: int) -> None:
    def write(encoder: Encoder, value: Any) -> None:
        if encoder.too_deep:
            encoder.refer(value)
            return
        encoder.spend(cost)
        encoder.out += tag
        encoder.items(_pairs(value), 2 * len(value))
        encoder.note(value)

    def read(decoder: Decoder) -> Any:
        decoder.spend(cost)
        flat = decoder.items()
        ensure_spread(flat[::2])
        value = kind(dict(zip(flat[::2], flat[1::2], strict=True)))
        decoder.note(value)
        return value

    WRITERS[kind] = write
    READERS[tag[0]] = read


FACTORIES = (None, bool, int, float, complex, str, list, tuple, dict, set)
"""What a `defaultdict` may be made of to go by value."""


def _write_defaultdict(encoder: Encoder, value: defaultdict[Any, Any]) -> None:
    if encoder.too_deep or value.default_factory not in FACTORIES:
        encoder.refer(value)
        return
    encoder.spend(4)
    encoder.out += b"y"
    encoder.out.append(FACTORIES.index(value.default_factory))
    encoder.items(_pairs(value), 2 * len(value))
    encoder.note(value)


def _read_defaultdict(decoder: Decoder) -> defaultdict[Any, Any]:
    decoder.spend(4)
    factory = FACTORIES[decoder.byte()]
    flat = decoder.items()
    ensure_spread(flat[::2])
    value = defaultdict(factory, zip(flat[::2], flat[1::2], strict=True))
    decoder.note(value)
    return value


def _write_deque(encoder: Encoder, value: deque[Any]) -> None:
    if encoder.too_deep:
        encoder.refer(value)
        return
    encoder.spend(8)
    encoder.out += b"q"
    encoder.out += _I64.pack(-1 if value.maxlen is None else value.maxlen)
    encoder.items(value, len(value))
    encoder.note(value)


def _read_deque(decoder: Decoder) -> deque[Any]:
    decoder.spend(8)
    maxlen = _read_int(decoder)
    value = deque(decoder.items(), None if maxlen < 0 else maxlen)
    decoder.note(value)
    return value


def _write_slice(encoder: Encoder, value: slice) -> None:
    if encoder.too_deep:
        encoder.refer(value)
        return
    encoder.out += b"/"
    encoder.items((value.start, value.stop, value.step), 3)


def _write_range(encoder: Encoder, value: range) -> None:
    if encoder.too_deep or value[MAX_ELEMENTS:]:
        encoder.refer(value)
        return
    encoder.spend(len(value))
    encoder.out += b"R"
    encoder.items((value.start, value.stop, value.step), 3)


def _read_range(decoder: Decoder) -> range:
    start, stop, step = decoder.items()
    if not type(start) is type(stop) is type(step) is int:
        raise ProtocolError("A range is made of integers.")
    value = range(start, stop, step)
    decoder.spend(len(value))  # `sum(value)` cannot be interrupted
    return value


def _read_slice(decoder: Decoder) -> slice:
    start, stop, step = decoder.items()
    return slice(start, stop, step)


def _write_as_text(tag: bytes) -> Writer:
    def write(encoder: Encoder, value: Decimal) -> None:
        encoder.out += tag
        encoder.text(str(value))

    return write


def _read_decimal(decoder: Decoder) -> Decimal:
    text = decoder.text()
    if len(text) > 4000 or abs((value := Decimal(text)).adjusted()) > MAX_EXPONENT:
        raise ProtocolError("A decimal number is too long.")
    return value


def _write_fraction(encoder: Encoder, value: Fraction) -> None:
    encoder.out += b"r"
    _write_int_value(encoder, value.numerator)
    _write_int_value(encoder, value.denominator)


def _write_int_value(encoder: Encoder, value: int) -> None:
    _write_int(encoder, int(value))


def _read_fraction(decoder: Decoder) -> Fraction:
    above, below = decoder.read(), decoder.read()
    if not type(above) is type(below) is int:
        raise ProtocolError("A fraction is made of integers.")
    return Fraction(above, below)


WRITERS |= {
    type(None): _write_constant(b"N"),
    type(Ellipsis): _write_constant(b"E"),
    bool: _write_bool,
    int: _write_int,
    float: _write_float,
    complex: _write_complex,
    str: _write_str,
    bytes: _write_bytes(b"b"),
    bytearray: _write_bytes(b"B"),
    slice: _write_slice,
    range: _write_range,
    deque: _write_deque,
    defaultdict: _write_defaultdict,
    Decimal: _write_as_text(b"."),
    Fraction: _write_fraction,
}
READERS |= {
    ord("N"): lambda _: None,
    ord("E"): lambda _: Ellipsis,
    ord("1"): lambda _: True,
    ord("0"): lambda _: False,
    ord("i"): _read_int,
    ord("I"): _read_big_int,
    ord("f"): lambda decoder: _F64.unpack(decoder.take(8))[0],
    ord("c"): lambda decoder: complex(*_C128.unpack(decoder.take(16))),
    ord("s"): Decoder.text,
    ord("b"): lambda decoder: bytes(decoder.blob()),
    ord("B"): lambda decoder: bytearray(decoder.blob()),
    ord("/"): _read_slice,
    ord("R"): _read_range,
    ord("q"): _read_deque,
    ord("y"): _read_defaultdict,
    ord("."): _read_decimal,
    ord("r"): _read_fraction,
}
_sequence(b"l", list, 0, mutable=True)
_sequence(b"t", tuple, 0, mutable=False)
_sequence(b"S", set, 4, mutable=True)
_sequence(b"F", frozenset, 4, mutable=False)
_mapping(b"d", dict, 1)
_mapping(b"o", OrderedDict, 4)
_mapping(b"C", Counter, 4)

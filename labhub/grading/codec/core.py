"""The format of values that cross a border: one tag byte, then the content.

Nothing in it can run code. The sender looks only at the *exact* type of a value: a subclass of
`float` or of `Tensor` may lie in its methods, so it is never copied. The receiver checks every
count against the bytes that are there before it builds anything, and raises `ProtocolError`
for all that is wrong.
"""
# ruff: noqa: ANN401 - values of every kind pass through here

import struct
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Protocol

from labhub.grading.errors import NotByValueError, ProtocolError, TooLargeError

MAX_BYTES = 256 << 20
"""Bytes of one message."""
MAX_ELEMENTS = 1 << 20
"""Elements of one message; costly kinds count for several, so that memory is bounded."""
MAX_DEPTH = 60
"""Containers within containers."""
MAX_INT_BYTES = 8 << 10
"""Bytes of one integer (about 19,700 digits)."""

Writer = Callable[["Encoder", Any], None]
Reader = Callable[["Decoder"], Any]

WRITERS: dict[type, Writer] = {}
"""How a value of exactly this type is written."""
READERS: dict[int, Reader] = {}
"""How what follows this tag is read."""
LAZY: dict[str, Callable[[], object]] = {}
"""Libraries whose types are taught to this table when the first of them shows up."""
LAZY_TAGS: dict[int, str] = {}
"""The tags of those libraries."""

_U32 = struct.Struct("<I")
_I64 = struct.Struct("<q")
_F64 = struct.Struct("<d")
_C128 = struct.Struct("<dd")


class References(Protocol):
    """What an end of a border adds to the plain format: objects that stay where they are."""

    readers: Mapping[int, Reader]

    def refer(self, encoder: "Encoder", value: Any) -> None:
        """Write a stand-in for a value that does not go by value, or raise."""

    def tensor_number(self, encoder: "Encoder", tensor: Any) -> int:
        """The number under which this tensor is known on both sides; 0 is a plain copy."""

    def read_tensor(self, number: int, tensor: Any, *, leaf: bool) -> Any:
        """The tensor that is known under `number`; `tensor` is its copy in the message."""


_CUT_SHORT = "The message ends in the middle of a value."


class Encoder:
    """Writes values into one buffer, within the bounds."""

    __slots__ = ("_depth", "_left", "arguments", "noted", "out", "references")

    def __init__(self, references: References | None = None) -> None:
        self.out = bytearray()
        self.references = references
        self.noted: list[Any] | None = None
        """Where values that can be changed in place are noted, in the order of their end."""
        self.arguments = False
        """Whether these are arguments of a call, whose tensors travel without their graph."""
        self._left = MAX_ELEMENTS
        self._depth = 0

    def note(self, value: object) -> None:
        """Remember a value that can be changed in place; the receiver notes its copy."""
        if self.noted is not None:
            self.noted.append(value)

    def write(self, value: object) -> None:
        """Append `value`."""
        self.spend(1)
        (WRITERS.get(type(value)) or _writer_for(type(value)))(self, value)

    def refer(self, value: object) -> None:
        """Append a stand-in for a value that cannot be copied."""
        if self.references is None:
            raise NotByValueError(f"A {type(value).__name__} cannot be copied to another process.")
        self.references.refer(self, value)

    def spend(self, cost: int) -> None:
        """Count `cost` elements against the bound."""
        self._left -= cost
        if self._left < 0:
            raise TooLargeError(f"The value has more than {MAX_ELEMENTS:,} elements.")

    def reserve(self, count: int) -> None:
        """Refuse before `count` further bytes are made."""
        if len(self.out) + count > MAX_BYTES:
            raise TooLargeError(f"The value has more than {MAX_BYTES >> 20} MiB.")

    def count(self, number: int) -> None:
        """Append a length."""
        self.out += _U32.pack(number)

    def blob(self, data: bytes | bytearray | memoryview) -> None:
        """Append bytes with their length in front."""
        size = len(data)
        self.reserve(size)
        self.out += _U32.pack(size)
        self.out += data

    def text(self, text: str) -> None:
        """Append a string without a tag."""
        self.blob(text.encode("utf-8", "surrogatepass"))

    def tag(self, tag: bytes) -> None:
        """Append one tag byte."""
        self.out += tag

    def items(self, items: Iterable[object], size: int) -> None:
        """Append a length and that many values, one level deeper."""
        self.count(size)
        self._depth += 1
        write = self.write
        for item in items:
            write(item)
        self._depth -= 1

    def mark(self) -> tuple[int, int, int]:
        """Where `rewind` comes back to."""
        return len(self.out), self._left, self._depth

    def rewind(self, mark: tuple[int, int, int]) -> None:
        """Forget what was written since `mark`."""
        size, self._left, self._depth = mark
        del self.out[size:]

    @property
    def too_deep(self) -> bool:
        """Whether a further level would be refused by the receiver."""
        return self._depth >= MAX_DEPTH


class Decoder:
    """Reads values from one buffer, within the bounds."""

    __slots__ = ("_at", "_data", "_depth", "_left", "noted", "references")

    def __init__(
        self, data: bytes | bytearray | memoryview, references: References | None = None
    ) -> None:
        self._data = memoryview(data)
        self._at = 0
        self._left = MAX_ELEMENTS
        self._depth = 0
        self.references = references
        self.noted: list[Any] | None = None
        """Where values that can be changed in place are noted, in the order of their end."""

    def note(self, value: object) -> None:
        """Remember a value that can be changed in place, as the sender did."""
        if self.noted is not None:
            self.noted.append(value)

    def read(self) -> Any:
        """The next value."""
        self.spend(1)
        tag = self.byte()
        reader = READERS.get(tag)
        if reader is None:
            reader = self._other_reader(tag)
        return reader(self)

    def _other_reader(self, tag: int) -> Reader:
        if self.references is not None and tag in self.references.readers:
            return self.references.readers[tag]
        if tag in LAZY_TAGS:
            LAZY.pop(LAZY_TAGS[tag], _nothing)()
            return READERS[tag]
        raise ProtocolError(f"No value starts with the byte {tag}.")

    def done(self) -> None:
        """Refuse what follows after the last value."""
        if self._at != len(self._data):
            raise ProtocolError(f"{len(self._data) - self._at} bytes too many.")

    def spend(self, cost: int) -> None:
        """Count `cost` elements against the bound."""
        self._left -= cost
        if self._left < 0:
            raise ProtocolError(f"More than {MAX_ELEMENTS:,} elements.")

    def take(self, size: int) -> memoryview:
        """The next `size` bytes, not copied."""
        end = self._at + size
        if end > len(self._data):
            raise ProtocolError(_CUT_SHORT)
        view = self._data[self._at : end]
        self._at = end
        return view

    def byte(self) -> int:
        """The next byte."""
        at = self._at
        if at == len(self._data):
            raise ProtocolError(_CUT_SHORT)
        self._at = at + 1
        return self._data[at]

    def count(self) -> int:
        """A length."""
        size: int = _U32.unpack(self.take(4))[0]
        return size

    def blob(self) -> memoryview:
        """Bytes that have their length in front, not copied."""
        return self.take(self.count())

    def text(self) -> str:
        """A string without a tag."""
        return str(self.blob(), "utf-8", "surrogatepass")

    def items(self) -> list[Any]:
        """A length and that many values, one level deeper."""
        size = self.count()
        if size > len(self._data) - self._at or size > self._left:
            raise ProtocolError(f"A container claims {size:,} elements; they are not there.")
        if self._depth > MAX_DEPTH:
            raise ProtocolError(f"More than {MAX_DEPTH} containers within each other.")
        self._depth += 1
        read = self.read
        found = [read() for _ in range(size)]
        self._depth -= 1
        return found


def encode(value: object) -> bytearray:
    """The bytes of a plain value.

    Raises `NotByValueError` for what cannot be copied, `TooLargeError` beyond the bounds.

    >>> decode(encode({"a": (1, 2.5, None)}))
    {'a': (1, 2.5, None)}
    """
    encoder = Encoder()
    encoder.write(value)
    return encoder.out


def decode(data: bytes | bytearray | memoryview) -> Any:
    """The plain value in `data`. Raises `ProtocolError`, and nothing else."""
    return read_all(Decoder(data))


def read_all(decoder: Decoder) -> Any:
    """The one value that `decoder` holds. Raises `ProtocolError` for all that is wrong."""
    try:
        value = decoder.read()
        decoder.done()
    except ProtocolError:
        raise
    except Exception as error:
        raise ProtocolError(f"A value cannot be built: {type(error).__name__}.") from error
    return value


def _nothing() -> None:
    return None


def _writer_for(kind: type) -> Writer:
    """The writer of a type that is not in the table yet."""
    library = kind.__module__.partition(".")[0] if isinstance(kind.__module__, str) else ""
    if library in LAZY:
        LAZY.pop(library)()
    if issubclass(kind, type):
        return WRITERS[type]
    return WRITERS.get(kind) or (_write_namedtuple if is_namedtuple(kind) else Encoder.refer)


def is_namedtuple(kind: type) -> bool:
    """Whether `kind` is a class of `collections.namedtuple` that decides nothing by itself."""
    fields = vars(kind).get("_fields")
    return (
        kind.__bases__ == (tuple,)
        and type(fields) is tuple
        and all(type(name) is str for name in fields)
        and not {"__eq__", "__ne__", "__hash__", "__iter__", "__getitem__"} & set(vars(kind))
    )


_namedtuples: dict[tuple[str, tuple[str, ...]], type] = {}


def namedtuple_class(name: str, fields: tuple[str, ...]) -> type:
    """The receiver's own class for namedtuples of this name and these fields."""
    key = name, fields
    if key not in _namedtuples:
        if len(_namedtuples) >= 1000 or len(fields) > 200 or len(name) > 200:
            raise ProtocolError("Too many classes of namedtuples.")
        _namedtuples[key] = namedtuple(name, fields)
    return _namedtuples[key]


# ---- how each type is written and read


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
        value = kind(decoder.items())
        if mutable:
            decoder.note(value)
        return value

    WRITERS[kind] = write
    READERS[tag[0]] = read


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


def _write_three(tag: bytes) -> Writer:
    def write(encoder: Encoder, value: slice | range) -> None:
        if encoder.too_deep:
            encoder.refer(value)
            return
        encoder.out += tag
        encoder.items((value.start, value.stop, value.step), 3)

    return write


def _read_range(decoder: Decoder) -> range:
    start, stop, step = decoder.items()
    if not type(start) is type(stop) is type(step) is int:
        raise ProtocolError("A range is made of integers.")
    return range(start, stop, step)


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
    if len(text) > 4000 or (value := Decimal(text)).adjusted() > 10**6:
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


def _write_namedtuple(encoder: Encoder, value: Any) -> None:
    if encoder.too_deep:
        encoder.refer(value)
        return
    encoder.spend(4)
    encoder.out += b"n"
    encoder.text(type(value).__name__)
    encoder.items(type(value)._fields, len(type(value)._fields))
    encoder.items(tuple(value), len(value))


def _read_namedtuple(decoder: Decoder) -> Any:
    decoder.spend(4)
    name, fields = decoder.text(), tuple(decoder.items())
    if not all(type(field) is str for field in fields):
        raise ProtocolError("The fields of a namedtuple have names.")
    kind: Any = namedtuple_class(name, fields)
    return kind(*decoder.items())


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
    slice: _write_three(b"/"),
    range: _write_three(b"R"),
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
    ord("n"): _read_namedtuple,
}
_sequence(b"l", list, 0, mutable=True)
_sequence(b"t", tuple, 0, mutable=False)
_sequence(b"S", set, 4, mutable=True)
_sequence(b"F", frozenset, 4, mutable=False)
_mapping(b"d", dict, 1)
_mapping(b"o", OrderedDict, 4)
_mapping(b"C", Counter, 4)

"""The format of values that cross a border: one tag byte, then the content.

Nothing in it can run code. The sender looks only at the *exact* type of a value: a subclass of
`float` or of `Tensor` may lie in its methods, so it is never copied. The receiver checks every
count against the bytes that are there before it builds anything, and raises `ProtocolError`
for all that is wrong.
"""
# ruff: noqa: ANN401 - values of every kind pass through here

import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from labhub.grading.errors import NotByValueError, ProtocolError, TooLargeError

MAX_BYTES = 256 << 20
"""Bytes of one message."""
MAX_ELEMENTS = 1 << 20
"""Elements of one message; costly kinds count for several, so that memory is bounded."""
MAX_DEPTH = 60
"""Containers within containers."""

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
SHAPED: list[tuple[Callable[[type], bool], Writer]] = []
"""Writers of types that are known by their shape: named tuples."""

_U32 = struct.Struct("<I")


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

    __slots__ = ("_at", "_data", "_depth", "_end", "_left", "noted", "references")

    def __init__(
        self, data: bytes | bytearray | memoryview, references: References | None = None
    ) -> None:
        self._data = memoryview(data)
        self._at = 0
        self._end = len(self._data)
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
        return (READERS.get(tag) or self._other_reader(tag))(self)

    def _other_reader(self, tag: int) -> Reader:
        if self.references is not None and tag in self.references.readers:
            return self.references.readers[tag]
        if tag in LAZY_TAGS:
            LAZY.pop(LAZY_TAGS[tag], _nothing)()
            return READERS[tag]
        raise ProtocolError(f"No value starts with the byte {tag}.")

    def done(self) -> None:
        """Refuse what follows after the last value."""
        if self._at != self._end:
            raise ProtocolError(f"{self._end - self._at} bytes too many.")

    def spend(self, cost: int) -> None:
        """Count `cost` elements against the bound."""
        self._left -= cost
        if self._left < 0:
            raise ProtocolError(f"More than {MAX_ELEMENTS:,} elements.")

    def take(self, size: int) -> memoryview:
        """The next `size` bytes, not copied."""
        at = self._at
        end = at + size
        if end > self._end:
            raise ProtocolError(_CUT_SHORT)
        self._at = end
        return self._data[at:end]

    def byte(self) -> int:
        """The next byte."""
        at = self._at
        if at == self._end:
            raise ProtocolError(_CUT_SHORT)
        self._at = at + 1
        return self._data[at]

    def count(self) -> int:
        """A length."""
        at = self._at
        if at + _U32.size > self._end:
            raise ProtocolError(_CUT_SHORT)
        self._at = at + _U32.size
        size: int = _U32.unpack_from(self._data, at)[0]
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
        if size > self._end - self._at or size > self._left:
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
    shaped = (writer for fits, writer in SHAPED if fits(kind))
    return WRITERS.get(kind) or next(shaped, Encoder.refer)

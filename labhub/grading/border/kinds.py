"""What one side tells the other about an object that stays: its class, and what it can do.

A description is declared, never believed: it decides which methods a remote object offers and
what `isinstance` says about library classes, and no more.
"""

# ruff: noqa: ANN401 - objects of every kind are described here

import types
import weakref
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from labhub.grading.codec import decode, encode, libraries
from labhub.grading.errors import ProtocolError

ABILITIES = (
    *("call", "iter", "next", "len", "contains", "getitem", "setitem", "delitem", "reversed"),
    *("enter", "exit", "await", "float", "int", "index", "complex", "round"),
    *("neg", "pos", "abs", "invert"),
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow", "rmatmul", "rand", "ror"),
    "rxor",
)
"""The special methods that a remote object may offer, without their underscores."""

_DUNDERS = tuple((1 << bit, f"__{name}__") for bit, name in enumerate(ABILITIES))
_MAX_NAME = 200
_MAX_BASES = 12
_MAX_FIELDS = 200


@dataclass(frozen=True)
class Kind:
    """What is told about one class of objects, or about one class as an object."""

    name: str
    abilities: int
    bases: tuple[tuple[str, str], ...]
    """Library classes among the bases, nearest first, as module and name."""
    is_class: bool = False
    fields: tuple[str, ...] | None = None
    """The fields of a dataclass."""

    def to_bytes(self) -> bytes:
        """The description as it is sent."""
        return bytes(encode((self.name, self.abilities, self.bases, self.is_class, self.fields)))

    @classmethod
    def from_bytes(cls, data: bytes) -> "Kind":
        """The description in `data`; raises `ProtocolError` for what is no description."""
        content = decode(data)
        if type(content) is not tuple or len(content) != 5:
            raise ProtocolError("An object is described by five things.")
        kind = cls(*content)
        kind._validate()
        return kind

    def _validate(self) -> None:
        fields = () if self.fields is None else self.fields
        if type(fields) is not tuple or len(fields) > _MAX_FIELDS:
            raise ProtocolError("A dataclass has a few fields.")
        names = [self.name, *fields]
        if not all(type(name) is str and len(name) <= _MAX_NAME for name in names):
            raise ProtocolError("A class and its fields have short names.")
        if type(self.abilities) is not int or type(self.is_class) is not bool:
            raise ProtocolError("An object's abilities are told by a number.")
        pairs = type(self.bases) is tuple and len(self.bases) <= _MAX_BASES
        if not pairs or not all(_is_pair(base) for base in self.bases):
            raise ProtocolError("A base is told by its module and its name.")

    @property
    def base(self) -> type:
        """The nearest declared base that this side knows and permits."""
        for module, name in self.bases:
            found = libraries.find(module, name)
            if libraries.is_declarable(found):
                base: type = found
                return base
        return object

    def can(self, ability: str) -> bool:
        """Whether objects of this kind offer the special method."""
        return bool(self.abilities >> ABILITIES.index(ability) & 1)


def _is_pair(base: object) -> bool:
    return type(base) is tuple and len(base) == 2 and all(type(part) is str for part in base)


_described: weakref.WeakKeyDictionary[type, bytes] = weakref.WeakKeyDictionary()


def description(thing: Any) -> bytes:
    """What to tell about `thing`, as it is sent. Objects of one class share it."""
    if isinstance(thing, type):
        return describe(thing).to_bytes()
    known = _described.get(type(thing))
    if known is None:
        known = _described[type(thing)] = describe(thing).to_bytes()
    return known


def describe(thing: Any) -> Kind:
    """What to tell about `thing`."""
    is_class = isinstance(thing, type)
    kind = thing if is_class else type(thing)
    return Kind(
        name=str(kind.__name__)[:_MAX_NAME],
        abilities=_abilities(type(thing)),
        bases=_bases(kind),
        is_class=is_class,
        fields=_fields(thing),
    )


def _abilities(kind: type) -> int:
    members: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        members |= vars(base)
    return sum(bit for bit, dunder in _DUNDERS if members.get(dunder) is not None)


def _bases(kind: type) -> tuple[tuple[str, str], ...]:
    homes = (_standard_home(base) or libraries.home_of(base) for base in kind.__mro__)
    declarable = (home for home in homes if home and libraries.is_declarable(libraries.find(*home)))
    return tuple(declarable)[:_MAX_BASES]


def _standard_home(base: type) -> tuple[str, str] | None:
    """Where classes such as that of functions are found: their own module does not name them."""
    return _TYPES.get(base)


def _fields(thing: Any) -> tuple[str, ...] | None:
    if isinstance(thing, type) or not is_dataclass(thing):
        return None
    return tuple(field.name for field in fields(thing))


def _named_in_types() -> dict[type, tuple[str, str]]:
    return {
        kind: ("types", name)
        for name, kind in vars(types).items()
        if isinstance(kind, type) and kind in libraries.STANDARD_BASES
    }


_TYPES = _named_in_types()

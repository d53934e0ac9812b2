"""Named tuples: the receiver builds its own class from their name and their fields."""
# ruff: noqa: ANN401 - values of every kind pass through here

from collections import namedtuple
from typing import Any

from labhub.grading.codec.core import READERS, SHAPED, Decoder, Encoder
from labhub.grading.errors import ProtocolError


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


SHAPED.append((is_namedtuple, _write_namedtuple))
READERS[ord("n")] = _read_namedtuple

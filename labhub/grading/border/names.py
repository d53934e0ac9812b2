"""Names of the student's module that both sides see; a change on either reaches the other.

A value that went by copy is compared with how it was, each time before a message is sent, so
that `history["loss"].append(9)` in a test, or a counter that a student's function counts up,
means what it would mean in one process. Large values are told anew only when the name is bound
to another object.
"""

# ruff: noqa: ANN401 - values of every kind have names

from dataclasses import dataclass, field
from typing import Any

from labhub.grading.border import changes
from labhub.grading.codec import Decoder, Encoder
from labhub.grading.codec.core import References
from labhub.grading.errors import TooLargeError

WATCH_BYTES = 1 << 20
WATCH_ITEMS = 5000


@dataclass
class SharedName:
    """What both sides know a name to be bound to."""

    value: Any
    noted: list[Any] = field(default_factory=list)
    before: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, value: Any, noted: list[Any]) -> "SharedName":
        """A name as it was just told or heard."""
        if sum(map(_items, noted)) > WATCH_ITEMS:
            noted = []
        return cls(value, noted, changes.snapshot(noted, WATCH_BYTES))

    def is_still(self, value: Any) -> bool:
        """Whether the name is bound to the same object, with the same content."""
        if value is not self.value:
            return False
        return not self.noted or not changes.differences(self.noted, self.before)


def _items(value: Any) -> int:
    return len(value) if isinstance(value, list | dict | set) else 1


def write_name(encoder: Encoder, references: References, name: str, value: Any) -> SharedName:
    """Append a name and its value; what is too large is referred to."""
    encoder.write(name)
    noted: list[Any] = []
    encoder.noted = noted
    mark = encoder.mark()
    try:
        encoder.write(value)
    except TooLargeError:
        encoder.rewind(mark)
        noted.clear()
        references.refer(encoder, value)
    finally:
        encoder.noted = None
    return SharedName.of(value, noted)


def read_name(decoder: Decoder, known: dict[str, SharedName]) -> tuple[Any, SharedName]:
    """The next name and what it is bound to; the object that it was bound to, where it fits."""
    name = decoder.read()
    noted: list[Any] = []
    decoder.noted = noted
    value = decoder.read()
    decoder.noted = None
    old = known[name].value if name in known else None
    if noted and noted[-1] is value and _transplant(old, value):
        noted[-1] = value = old
    return name, SharedName.of(value, noted)


def _transplant(old: Any, new: Any) -> bool:
    """Give `old` the content of `new`, if they are of one kind."""
    if type(old) is not type(new):
        return False
    if type(new) is list:
        old[:] = new
    elif type(new) in (dict, set):
        old.clear()
        old.update(new)
    elif type(new).__module__ == "numpy" and old.shape == new.shape and old.dtype == new.dtype:
        old[...] = new
    else:
        return False
    return True

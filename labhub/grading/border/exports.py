"""The objects of this side that the other side holds by number."""

# ruff: noqa: ANN401 - objects of every kind are held here

from typing import Any

from labhub.grading.errors import ProtocolError, TooLargeError

MAX_EXPORTS = 200_000


class Exports:
    """A table of objects, kept alive until the other side lets go of them."""

    def __init__(self) -> None:
        self._objects: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}
        self._last = 0

    def add(self, thing: Any) -> int:
        """The number of `thing`; the same object keeps its number."""
        number = self._numbers.get(id(thing))
        if number is None:
            number = self._numbers[id(thing)] = self.add_apart(thing)
        return number

    def add_apart(self, thing: Any) -> int:
        """A number of its own for `thing`, under which it can be dropped alone."""
        if len(self._objects) >= MAX_EXPORTS:
            raise TooLargeError(f"More than {MAX_EXPORTS:,} objects are held across the border.")
        self._last += 1
        self._objects[self._last] = thing
        return self._last

    def get(self, number: int) -> Any:
        """The object of that number; raises `ProtocolError` if there is none."""
        try:
            return self._objects[number]
        except KeyError:
            raise ProtocolError("The other side names an object that it was not given.") from None

    def holds(self, thing: Any) -> bool:
        """Whether this very object was given to the other side."""
        number = self._numbers.get(id(thing))
        return number is not None and self._objects[number] is thing

    def drop(self, numbers: list[int]) -> None:
        """Let go of objects."""
        for number in numbers:
            thing = self._objects.pop(number, None)
            if self._numbers.get(id(thing)) == number:
                del self._numbers[id(thing)]

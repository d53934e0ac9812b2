"""Exceptions that cross the border: the receiver raises its own copy, of the same class.

A library's exception is known by name; a class that the student wrote is mirrored under its own
name and its own bases, so that `except ShapeError` in a test catches it.
"""

# ruff: noqa: ANN401 - exceptions carry values of every kind

import builtins
import traceback
from typing import Any
from unittest import SkipTest

from labhub.grading.codec import libraries
from labhub.grading.errors import ProtocolError

Link = tuple[str, str]
"""One class of an exception's line: module and name; an empty module is a class of one's own."""

MAX_TEXT = 20_000
MAX_LINE = 12
_MIRRORS_LIMIT = 1000
_PLAIN = (bool, int, float, str, bytes, type(None))
"""What arguments and attributes of an exception are told."""
_CONTROL = (StopIteration, StopAsyncIteration, SkipTest)
"""What ends a loop or a test without a failure: `zip(map(f, xs), wants)` would compare nothing."""


class RemoteError(Exception):
    """An exception of the other side for which there is no better class here."""


def line_of(kind: type[BaseException]) -> tuple[Link, ...]:
    """The classes from `kind` up to the first that both sides know by name."""
    line: list[Link] = []
    for base in kind.__mro__:
        home = libraries.home_of(base)
        if home and is_shared(base):
            return (*line[: MAX_LINE - 1], home)
        line.append(("", str(base.__name__)[:200]))
    return (("builtins", "Exception"),)


def is_shared(kind: Any) -> bool:
    """Whether an exception class is a builtin or stands in a library."""
    return (
        isinstance(kind, type)
        and issubclass(kind, BaseException)
        and (kind in libraries.EXCEPTIONS or libraries.is_shared_module(kind.__module__))
    )


class Mirrors:
    """The receiver's copies of the other side's exception classes."""

    def __init__(self) -> None:
        self._made: dict[tuple[type, str], type[BaseException]] = {}

    def kind(self, line: Any) -> type[BaseException]:
        """The class for a line as `line_of` made it."""
        _validate(line)
        kind = libraries.find(*line[-1])
        if not is_shared(kind):
            kind = RemoteError
        for _, name in reversed(line[:-1]):
            kind = self._mirror(kind, name)
        exception: type[BaseException] = kind
        return exception

    def _mirror(self, base: type[BaseException], name: str) -> type[BaseException]:
        key = base, name
        if key not in self._made:
            if len(self._made) >= _MIRRORS_LIMIT:
                raise ProtocolError("Too many classes of exceptions.")
            self._made[key] = type(name, (base,), {"__module__": "__main__", "__init__": _init})
        return self._made[key]

    def build(self, content: Any) -> BaseException:
        """The exception that `describe` told of; `of_other_side` says where it came from."""
        line, arguments, text, trace, attributes = content
        if not type(text) is type(trace) is str or type(arguments) is not tuple:
            raise ProtocolError("An exception comes with its arguments and its text.")
        if not all(type(value) in _PLAIN for value in (*arguments, *attributes.values())):
            raise ProtocolError("An exception is told by plain values.")
        error = _new(self.kind(line), arguments, text)
        # Never by setattr: a syntax error believes its offsets, and would print as many carets.
        vars(error).update(
            (name, value)
            for name, value in attributes.items()
            if type(name) is str and not name.startswith("__")
        )
        error.of_other_side = True  # type: ignore[attr-defined]
        error.add_note(f"In the student's process:\n{trace}")
        return error


def _init(self: BaseException, *arguments: Any, **named: Any) -> None:
    self.args = arguments
    vars(self).update(named)


def _validate(line: Any) -> None:
    if type(line) is not tuple or not 0 < len(line) <= MAX_LINE:
        raise ProtocolError("An exception has a line of classes.")
    for link in line:
        if type(link) is not tuple or len(link) != 2 or not all(type(part) is str for part in link):
            raise ProtocolError("A class is told by module and name.")


def _new(kind: type[BaseException], arguments: tuple[Any, ...], text: str) -> BaseException:
    """An exception of `kind`; libraries' own constructors are not run."""
    if not issubclass(kind, Exception | SystemExit | KeyboardInterrupt):
        return RemoteError(text)
    if issubclass(kind, _CONTROL):
        return RuntimeError(f"The student's code raised {kind.__name__}: {text}")
    if vars(builtins).get(kind.__name__) is kind:
        return _new_builtin(kind, arguments or ((text,) if text else ()), text)
    error = kind.__new__(kind)
    error.args = arguments or ((text,) if text else ())
    return error


def _new_builtin(kind: type[BaseException], arguments: tuple[Any, ...], text: str) -> BaseException:
    try:
        return kind(*arguments)
    except TypeError:
        return RemoteError(text)


def describe(error: BaseException, *, trace: bool) -> tuple[Any, ...]:
    """What the other side is told of an exception; its traceback only if `trace`."""
    arguments = tuple(item for item in error.args if type(item) in _PLAIN)
    attributes = {k: v for k, v in vars(error).items() if type(k) is str and type(v) in _PLAIN}
    return (
        line_of(type(error)),
        arguments if len(arguments) == len(error.args) else (),
        _text(error)[:MAX_TEXT],
        "".join(traceback.format_exception(error))[-MAX_TEXT:] if trace else "",
        attributes,
    )


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def is_of_other_side(error: BaseException) -> bool:
    """Whether an exception was raised on the other side of the border."""
    return vars(error).get("of_other_side") is True

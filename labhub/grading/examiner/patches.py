"""Functions of libraries that, during a test cell, also know the student's objects."""

# ruff: noqa: ANN401 - these stand in for functions that take anything

import inspect
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

from labhub.grading.examiner.remote import Link
from labhub.grading.examiner.student_object import is_student_object

_SEEDS = (
    ("random", "random", "seed"),
    ("numpy", "numpy.random", "seed"),
    ("torch", "torch", "manual_seed"),
)
"""Library, module and name of the functions that set a seed: on both sides at once."""


@contextmanager
def patched(link: Link) -> Iterator[None]:
    """Let seeds, `inspect.signature` and `inspect.getsource` reach across the border."""
    with ExitStack() as stack:
        for library, module, name in _SEEDS:
            if module in sys.modules:
                _replace(stack, sys.modules[module], name, _seeding(link, library))
        _replace(stack, inspect, "signature", _remote_first(link.signature))
        _replace(stack, inspect, "getsource", _remote_first(lambda f: link.ask("source", f)))
        yield


def _replace(stack: ExitStack, module: ModuleType, name: str, wrap: Callable[[Any], Any]) -> None:
    original = getattr(module, name)
    replacement = wrap(original)
    # Callers may look at the name and the documentation of what they are given.
    replacement.__name__, replacement.__doc__ = original.__name__, original.__doc__
    stack.enter_context(mock.patch.object(module, name, replacement))


def _seeding(link: Link, library: str) -> Callable[[Any], Any]:
    def wrap(original: Callable[..., Any]) -> Any:
        def seed(*arguments: Any, **named: Any) -> Any:
            result = original(*arguments, **named)
            if arguments and type(arguments[0]) is int:
                link.ask("seed", library, arguments[0])
            return result

        return seed

    return wrap


def _remote_first(ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def wrap(original: Callable[..., Any]) -> Any:
        def function(thing: Any, *arguments: Any, **named: Any) -> Any:
            if is_student_object(thing):
                return ask(thing)
            return original(thing, *arguments, **named)

        return function

    return wrap


def type_of(thing: Any) -> Any:
    """`type(x)` in a test cell: of a student's object, the student's class."""
    if is_student_object(thing):
        return thing._labhub_peer.ask("type", thing)
    return type(thing)


_ = random  # its seed is always patched, so it must be loaded

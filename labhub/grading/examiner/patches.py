"""Functions of libraries that, during a test cell, also know the student's objects.

And the other way round: what a test replaces with `unittest.mock` in a module is replaced in the
student's process too.
"""

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
    """Let seeds, `inspect.signature`, `inspect.getsource` and mocks reach across the border."""
    with ExitStack() as stack:
        for library, module, name in _SEEDS:
            if module in sys.modules:
                _replace(stack, sys.modules[module], name, _seeding(link, library))
        _replace(stack, inspect, "signature", _remote_first(link.signature))
        _replace(stack, inspect, "getsource", _remote_first(lambda f: link.ask("source", f)))
        _mirror_mocks(stack, link)
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


def _mirror_mocks(stack: ExitStack, link: Link) -> None:
    """`mock.patch("torch.exp")` in a test is there when the student's code calls `torch.exp`."""
    patching: Any = mock._patch
    enter, leave = patching.__enter__, patching.__exit__

    def begin(patch: Any) -> Any:
        new = enter(patch)
        if _reaches(patch.target):
            value = getattr(patch.target, patch.attribute)
            link.ask("patch", patch.target.__name__, patch.attribute, value)
        return new

    def end(patch: Any, *error: Any) -> Any:
        target = patch.target
        try:
            return leave(patch, *error)
        finally:
            if _reaches(target):
                link.ask("unpatch", target.__name__, patch.attribute)

    stack.enter_context(mock.patch.multiple(patching, __enter__=begin, __exit__=end))


def _reaches(target: Any) -> bool:
    """Whether what is patched is a module that the student's process has too.

    What the student's code prints comes to the test's own `sys.stdout` anyway.
    """
    return isinstance(target, ModuleType) and target is not sys and not is_student_object(target)


def type_of(thing: Any) -> Any:
    """`type(x)` in a test cell: of a student's object, the student's class."""
    if is_student_object(thing):
        return thing._labhub_peer.ask("type", thing)
    return type(thing)


_ = random  # its seed is always patched, so it must be loaded

"""Functions of libraries that, during a test cell, also know the student's objects.

And the other way round: what a test replaces with `unittest.mock` in a module is replaced in the
student's process too.
"""

# ruff: noqa: ANN401 - these stand in for functions that take anything

import builtins
import inspect
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

from labhub.grading.codec import libraries
from labhub.grading.examiner.remote import Link
from labhub.grading.examiner.student_object import is_student_object

_DELETE = "def delete(module, name):\n    import sys\n    delattr(sys.modules[module], name)"
_CURRENT = ("gca", "gcf", "get_fignums", "close", "clf", "cla", "get_figlabels")
"""Functions of pyplot about the figures that there are."""
_MISSING = object()
_SEEDS = (
    ("random", "random", "seed"),
    ("numpy", "numpy.random", "seed"),
    ("torch", "torch", "manual_seed"),
)
"""Library, module and name of the functions that set a seed: on both sides at once."""


@contextmanager
def patched(link: Link) -> Iterator[Callable[[Any], Any]]:
    """Let seeds, `inspect.signature`, `inspect.getsource` and mocks reach across the border.

    Gives what takes the place of `torch` in `torch.exp = f`. All is put back at the end.
    """
    with ExitStack() as stack:
        for library, module, name in _SEEDS:
            if module in sys.modules:
                _replace(stack, sys.modules[module], name, _seeding(link, library))
        _replace(stack, inspect, "signature", _remote_first(link.signature))
        _replace(stack, inspect, "getsource", _remote_first(lambda f: link.ask("source", f)))
        _use_their_figures(stack, link)
        _mirror_mocks(stack, link)  # the last: from now on a mock is there, too
        writes = _Writes(link)
        stack.callback(writes.put_back)
        yield writes.owner


def _replace(stack: ExitStack, module: ModuleType, name: str, wrap: Callable[[Any], Any]) -> None:
    original = getattr(module, name)
    replacement = wrap(original)
    # Callers may look at the name and the documentation of what they are given.
    replacement.__name__, replacement.__doc__ = original.__name__, original.__doc__
    setattr(module, name, replacement)
    stack.callback(setattr, module, name, original)


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


def _use_their_figures(stack: ExitStack, link: Link) -> None:
    """`plt.gca()` in a test is what the student's code has drawn, until the test draws itself."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return

    def theirs(name: str) -> Callable[[Any], Any]:
        def wrap(original: Callable[..., Any]) -> Any:
            def function(*arguments: Any, **named: Any) -> Any:
                if fignums():
                    return original(*arguments, **named)
                return link.ask("getattr", pyplot, name)(*arguments, **named)

            return function

        return wrap

    fignums = pyplot.get_fignums
    for name in _CURRENT:
        _replace(stack, pyplot, name, theirs(name))


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


class _Writes:
    """Attributes of modules that a test sets or deletes: here, and in the student's process."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._before: dict[tuple[ModuleType, str], Any] = {}

    def owner(self, thing: Any) -> Any:
        """What takes the place of `torch` in `torch.exp = f`; most things stay as they are."""
        return _WrittenModule(thing, self) if _reaches(thing) else thing

    def set(self, module: ModuleType, name: str, value: Any) -> None:
        """`module.name = value`."""
        if module is builtins:
            self._set_builtin(name, value)
            return
        before = self._undone_there(module, name)
        setattr(module, name, value)
        if value is not before:
            self._link.ask("patch", module.__name__, name, value)

    def delete(self, module: ModuleType, name: str) -> None:
        """`del module.name`."""
        self._undone_there(module, name)
        delattr(module, name)
        self._link.ask("patch", module.__name__, name, None)
        self._link.probe("<del>", _DELETE, "delete", (module.__name__, name), {})

    def _set_builtin(self, name: str, value: Any) -> None:
        """In the student's module only: the border itself counts with `sum`, on either side."""
        if value is vars(builtins).get(name):
            self._link.unbind(name)
        else:
            self._link.bind(name, value)

    def put_back(self) -> None:
        """What was written here; the snapshot's own copy ends with it."""
        for (module, name), before in self._before.items():
            if before is not _MISSING:
                setattr(module, name, before)
            else:
                vars(module).pop(name, None)

    def _undone_there(self, module: ModuleType, name: str) -> Any:
        """The attribute before the test; so it is in the student's process again."""
        key = module, name
        if key in self._before:
            self._link.ask("unpatch", module.__name__, name)
        return self._before.setdefault(key, vars(module).get(name, _MISSING))


class _WrittenModule:
    """A module, while an attribute of it is set or deleted."""

    def __init__(self, module: ModuleType, writes: _Writes) -> None:
        vars(self).update(_module=module, _writes=writes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._writes.set(self._module, name, value)

    def __delattr__(self, name: str) -> None:
        self._writes.delete(self._module, name)


def _reaches(target: Any) -> bool:
    """Whether what is patched is a module that the student's process has too.

    What the student's code prints comes to the test's own `sys.stdout` anyway.
    """
    return isinstance(target, ModuleType) and target is not sys and not is_student_object(target)


def type_of(thing: Any) -> Any:
    """`type(x)` in a test cell: of a student's object, the student's class."""
    if not is_student_object(thing):
        return type(thing)
    kind, base = type(thing)._labhub_kind, type(thing)._labhub_base
    if not kind.is_class and base in libraries.STANDARD_BASES and base.__name__ == kind.name:
        return base  # a function is a `types.FunctionType`
    return thing._labhub_peer.ask("type", thing)


_ = random  # its seed is always patched, so it must be loaded

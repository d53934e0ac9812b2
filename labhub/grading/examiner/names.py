"""Which names in a test cell mean a library, a builtin, or something of the student's."""

# ruff: noqa: ANN401 - values of every kind have names

import ast
import sys
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Any

from labhub.grading.examiner.remote import Link
from labhub.grading.examiner.source import is_builtin, without_magics
from labhub.grading.examiner.student_object import is_student_object

_MISSING = object()


def library_names(given: Iterable[str], solutions: Iterable[str] = ()) -> dict[str, str]:
    """What the course's own cells import: name -> `module` or `module:attribute`.

    `given` are sources that the student does not write (locked cells, given code, test cells);
    `solutions` are the reference's cells, of which only imported *modules* count: what a solution
    imports from a module may be the very thing to be found.

    >>> library_names(["import math as m", "from cmath import exp"], ["from json import loads"])
    {'m': 'math', 'exp': 'cmath:exp'}
    """
    found = {
        name: target
        for source in solutions
        for name, target in _imports(source)
        if ":" not in target or isinstance(_resolve(target), ModuleType)
    }
    found |= {name: target for source in given for name, target in _imports(source)}
    return found


@lru_cache(maxsize=4096)
def _imports(source: str) -> tuple[tuple[str, str], ...]:
    """Remembered: every examiner of a notebook, a fork of one parent, asks for the same cells."""
    try:
        tree = ast.parse(without_magics(source))
    except SyntaxError:
        return ()
    return tuple(_imports_in(tree))


def _imports_in(tree: ast.Module) -> Iterable[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if alias.name != "*":
                    yield alias.asname or alias.name, f"{node.module}:{alias.name}"


@lru_cache(maxsize=1024)
def _resolve(target: str) -> Any:
    """The examiner's own module or attribute, or `_MISSING`."""
    module, _, attribute = target.partition(":")
    try:
        found = import_module(module)
        if not attribute:
            return found
        if hasattr(found, attribute):
            return getattr(found, attribute)
        return import_module(f"{module}.{attribute}")
    except ImportError:
        return _MISSING


def imported(target: str) -> Any:
    """What `library_names` says a name is: the examiner's own object, or None."""
    found = _resolve(target)
    return None if found is _MISSING else found


class Namespace(dict[str, Any]):
    """The globals of test cells. A name that no cell has bound is looked up here, in this order:

    the course's libraries and given functions (always the examiner's own), Python's builtins, the
    student's module.
    """

    def __init__(self) -> None:
        super().__init__(__name__="__main__", __builtins__=__builtins__)
        self._link: Link | None = None
        self._libraries: Mapping[str, str] = {}
        self._given: Mapping[str, Any] = {}
        self._shadowed: Collection[str] = ()
        self._sendable: Collection[str] = ()
        self._course_names: Collection[str] = ()

    def open(
        self,
        link: Link,
        libraries: Mapping[str, str],
        shadowed: Collection[str],
        course_names: Collection[str],
        literals: Collection[str],
        given: Mapping[str, Any],
    ) -> None:
        """Let names resolve to the snapshot behind `link`."""
        self._given = given
        self._link, self._libraries, self._shadowed = link, libraries, shadowed
        self._course_names, self._sendable = course_names, literals

    def close(self) -> None:
        """Forget the snapshot, and what the cell bound to objects in it."""
        self._link = None
        for name, value in list(self.items()):
            if name != "__builtins__" and _holds_student_object(value):
                dict.__delitem__(self, name)

    def student_names(self, names: Iterable[str]) -> list[str]:
        """Those of `names` that must be asked for."""
        own = dict.keys(self)
        return sorted(name for name in names if name not in own and self._is_theirs(name))

    def _is_theirs(self, name: str) -> bool:
        if name in self._libraries and _resolve(self._libraries[name]) is not _MISSING:
            return False
        return name not in self._given and (not is_builtin(name) or name in self._shadowed)

    def __missing__(self, name: str) -> Any:
        if name in self._libraries:
            found = _resolve(self._libraries[name])
            if found is not _MISSING:
                return found
        if name in self._given:
            return self._given[name]
        if self._link is None or not self._is_theirs(name):
            raise KeyError(name)
        return self._of_student(self._link, name)

    def _of_student(self, link: Link, name: str) -> Any:
        if name not in link.asked_for:
            link.watch([name])
        if name not in link.names:
            raise KeyError(name)
        return link.names[name].value

    def __contains__(self, name: object) -> bool:
        if dict.__contains__(self, name):
            return True
        try:
            self.__missing__(str(name))
        except KeyError:
            return False
        return True

    def keys(self) -> Any:
        """The names of test cells, and those of the student's that this cell may mean: `dir()`."""
        theirs = self._link.names if self._link is not None else {}
        return dict.fromkeys([*dict.keys(self), *theirs]).keys()

    def __delitem__(self, name: str) -> None:
        mine = dict.__contains__(self, name)
        theirs = self._link is not None and name in self._link.names
        if not mine and not theirs:
            raise KeyError(name)
        if mine:
            dict.__delitem__(self, name)
        if self._link is not None and theirs:
            self._link.unbind(name)

    def get(self, name: str, default: Any = None) -> Any:
        """What the name means, or `default`."""
        try:
            return self[name]
        except KeyError:
            return default

    def __setitem__(self, name: str, value: Any) -> None:
        dict.__setitem__(self, name, value)
        if self._link is not None and self._rebinds(self._link, name, value):
            self._link.bind(name, value)

    def _rebinds(self, link: Link, name: str, value: Any) -> bool:
        """Whether an assignment in a test reaches the student's module.

        Only for names that the course's own solution binds: a student could bind `expected`, and
        find the test's answer, or a function that gives it, there. Functions and classes become
        calls back into the examiner, literals (`SEED = 99`) are copied, other values stay here.
        A function in the place of a builtin (`input = lambda *_: "7"`) is meant for the student's
        code alone.
        """
        if name.startswith("__") or name in self._libraries or name in self._given:
            return False
        if is_student_object(value):
            return name in link.asked_for
        if is_builtin(name) and callable(value):
            return True
        known = name in self._course_names
        return known and (callable(value) or name in self._sendable)


def _holds_student_object(value: Any) -> bool:
    if is_student_object(value):
        return True
    if type(value) in (list, tuple, set, frozenset):
        return any(map(is_student_object, value))
    if type(value) is dict:
        return any(map(is_student_object, value.values()))
    return "torch" in sys.modules and _has_history(value)


def _has_history(value: Any) -> bool:
    """Whether a tensor's backward pass would lead into the snapshot."""
    torch = sys.modules["torch"]
    return type(value) is torch.Tensor and value.grad_fn is not None

"""Operators and comparisons that a course's own classes define: what objects may be asked."""

import ast
import builtins
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from labhub.authoring.names import bound_names, statements
from labhub.grading.border.operators import COMPARISONS, OPERATORS
from labhub.grading.examiner.names import imported, library_names


def methods_of(sources: Iterable[str]) -> frozenset[str]:
    """Operators and comparisons that the classes in the course's cells define or inherit.

    >>> sorted(methods_of(["class V:\\n    def __sub__(self, o): ...\\n    __rsub__ = __sub__"]))
    ['__rsub__', '__sub__']
    """
    texts = list(sources)
    libraries = library_names(texts)
    nodes = (node for text in texts for top in statements(text) for node in ast.walk(top))
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    own = {name for each in classes for node in each.body for name in bound_names(node)}
    inherited = {
        name for each in classes for base in each.bases for name in _members(base, libraries)
    }
    return frozenset((own | inherited) & (OPERATORS.keys() | COMPARISONS))


def _members(base: ast.expr, libraries: Mapping[str, str]) -> Iterable[str]:
    """What a class of a library or of Python itself has, by how the course calls it."""
    first, *rest = ast.unparse(base).split(".")
    found: Any = imported(libraries[first]) if first in libraries else vars(builtins).get(first)
    kind = reduce(lambda thing, name: getattr(thing, name, None), rest, found)
    return dir(kind) if isinstance(kind, type) else ()

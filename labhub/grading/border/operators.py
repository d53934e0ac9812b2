"""Operators of a remote object, which its owner's code decides: when they are offered.

`abs(got - want) < 1e-9` would hand the expected value to the student's code, and take its word for
the difference. A value has no need to be asked, and in a lab about vectors the solution's class
says which operators there are; an object that answers to others was given in place of a value.
"""

from collections.abc import Collection
from dataclasses import replace

from labhub.grading.border.kinds import ABILITIES, Kind

_WITH_OPERAND = frozenset(
    {"contains", "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or"}
    | {"xor", "radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rpow", "rmatmul", "rand"}
    | {"ror", "rxor"}
)
OPERATORS = {f"__{name}__": 1 << ABILITIES.index(name) for name in _WITH_OPERAND}
"""The special methods that are given another value, and their bits in a description."""

COMPARISONS = frozenset(
    {"allclose", "equal", "equals", "isclose", "eq", "ne", "lt", "le", "gt", "ge", "not_equal"}
    | {"less", "less_equal", "greater", "greater_equal", "isin", "dist", "sub", "subtract", "rsub"}
    | {"issubset", "issuperset", "isdisjoint", "startswith", "endswith", "compare"}
)
"""Methods by which arrays, tensors, frames, sets and texts compare themselves with a value."""


def offered(kind: Kind, course_methods: Collection[str]) -> Kind:
    """The description, without the operators that the course's classes do not define."""
    refused = sum(bit for name, bit in OPERATORS.items() if name not in course_methods)
    return replace(kind, abilities=kind.abilities & ~refused)

"""A locked cell's function that compares values is the examiner's own in a test."""

from labhub.grading.examiner.given import given_functions
from tests.grading.boundary import IMPORTS, LIBRARIES, grade

LOCKED = """
import numpy as np
def gap(a, b):
    return np.max(np.abs(a - b))
def train(net, x):
    return net(x)
def fit(net):
    return net.fit().sum()
def twice(a):
    return helper(a) * 2
def thrice(a):
    return gap(a, 0) * 3
"""
REDEFINED = IMPORTS + "gap = lambda a, b: 0.0\ndef half(x): return x"
TEST = "x = np.ones(3)\nassert gap(half(x), x / 2) < 1e-9"


def names(*locked: str, cells: tuple[str, ...] | None = None) -> list[str]:
    return sorted(given_functions(locked, locked if cells is None else cells, LIBRARIES))


def test_only_functions_of_values_that_need_nothing_of_the_students() -> None:
    assert names(LOCKED) == ["gap", "thrice"]


def test_a_function_that_another_cell_binds_too_is_the_students() -> None:
    assert names(LOCKED, cells=(LOCKED, "def gap(a, b): return 1")) == []


def test_a_decorated_function_is_the_students() -> None:
    assert names("@cache\ndef f(a): return a") == []


def test_source_that_cannot_be_read_gives_nothing() -> None:
    assert names("def (:") == []


def test_redefining_the_function_gains_nothing() -> None:
    assert grade(REDEFINED, TEST).score == 2.0, "the hole that the examiner's own function closes"
    own = given_functions([LOCKED], [LOCKED], LIBRARIES)
    assert grade(REDEFINED, TEST, given_functions=own).score == 0.0
    honest = REDEFINED.replace("return x", "return x / 2")
    assert grade(honest, TEST, given_functions=own).score == 2.0


def test_the_function_can_be_handed_to_the_students_code() -> None:
    own = given_functions([LOCKED], [LOCKED], LIBRARIES)
    code = IMPORTS + "def use(f, a): return f(a, 0)"
    assert grade(code, "assert use(gap, 3.0) == 3.0", given_functions=own).score == 2.0

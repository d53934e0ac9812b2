"""`reference`: only the cells that tests need are run, once, and their errors are clear."""

import pytest

from labhub.grading.examiner.reference import (
    asked_names,
    asks_for_anything_else,
    load_reference,
    needed_cells,
)
from labhub.grading.process_errors import ReferenceCellError

NOTEBOOK = (
    "import math\nimport random as rnd",
    "def helper(x):\n    return math.sqrt(x)",
    "def solve(x):\n    return helper(x) + OFFSET",
    "OFFSET = 1\nunused = 'x'",
    "raise RuntimeError('an expensive cell that no test needs')",
    "model = [0]",
    "def train(m):\n    m.append(1)",
    "train(model)",
    "table = {}\ntable['a'] = 1",
    "print(solve(4))",
)


@pytest.mark.parametrize(
    ("names", "places"),
    [
        ([], []),
        (["helper"], [0, 1]),
        (["solve"], [0, 1, 2, 3]),
        (["model"], [5, 6, 7]),
        (["table"], [8]),
        (["unknown"], []),
    ],
)
def test_a_name_needs_the_cells_that_make_it(names: list[str], places: list[int]):
    assert needed_cells(NOTEBOOK, names) == places


def test_a_cell_that_changes_an_object_from_outside_is_needed():
    cells = ("class A: pass", "A.x = 1", "a = A()", "a.y = 2", "b = 3")
    assert needed_cells(cells, ["a"]) == [0, 1, 2, 3]


def test_star_imports_and_unreadable_cells_are_always_run():
    assert needed_cells(("from math import *", "x = (", "y = 1"), []) == [0, 1]


def test_nothing_runs_when_no_test_asks():
    assert vars(load_reference(("1 / 0",), ("assert f(1) == 2",))) == {}


def test_names_are_found_where_they_are_looked_up():
    tests = ["assert f(x) == reference.f(x)", "%magic\ny = [reference.g for _ in z]", "broken ("]
    assert asked_names(tests) == {"f", "g"}


def test_the_names_are_the_instructors_objects():
    reference = load_reference(NOTEBOOK, ("reference.solve(4)", "reference.model"))
    assert reference.solve(9) == 4
    assert reference.model == [0, 1]
    assert not hasattr(reference, "unused_elsewhere")


def test_another_use_of_reference_runs_everything():
    assert asks_for_anything_else(["getattr(reference, name)"])
    assert not asks_for_anything_else(["reference.f(reference.x)", "broken ("])
    assert load_reference(("x = 1", "y = 2"), ("vars(reference)",)).y == 2


def test_magics_and_awaits_do_no_harm(capsys: pytest.CaptureFixture[str]):
    cells = ("%matplotlib inline\n!ls\nfiles = !ls\nprint('loud')\nx = 1",)
    later = ("import asyncio\nawait asyncio.sleep(0)\ny = x + 1",)
    reference = load_reference((*cells, *later), ("reference.y", "reference.files"))
    assert (reference.y, reference.files) == (2, [])
    assert capsys.readouterr().out == ""


def test_an_error_names_the_cell_and_the_exception():
    with pytest.raises(ReferenceCellError, match=r"Cell 2 .* ZeroDivisionError") as caught:
        load_reference(("x = 1", "y = 1 / 0"), ("reference.y",))
    assert "no submission was graded" in caught.value.hint


def test_leaving_is_an_error_too():
    with pytest.raises(ReferenceCellError, match="SystemExit"):
        load_reference(("import sys; y = sys.exit(1)",), ("reference.y",))

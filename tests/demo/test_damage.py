"""Each kind of damage does what it says, and leaves the notebook it was given alone."""

from collections import Counter
from copy import deepcopy

import pytest

from tools.demo import damage
from tools.demo.lab import Lab, Notebook, grade_id, is_answer, is_test

ALL = {
    "colab": damage.colab_shaped,
    "deleted test": damage.without_a_test,
    "copied cells": damage.with_cells_twice,
    "passed tests": damage.with_tests_passed,
    "swallowing": damage.swallowing,
    "exit": damage.with_start("l1e02", damage.EXIT),
    "flood": damage.with_extra_cell(damage.FLOOD),
}


def ids(notebook: Notebook) -> list[str]:
    return [name for cell in notebook["cells"] if (name := grade_id(cell))]


@pytest.mark.parametrize("spoil", ALL.values(), ids=ALL)
def test_the_notebook_given_stays_as_it_was(lab: Lab, spoil: damage.Damage) -> None:
    notebook = lab.solved(lab.exercises)
    before = deepcopy(notebook)
    assert spoil(notebook) != before
    assert notebook == before


def test_colab_leaves_no_grading_metadata_and_a_name(lab: Lab) -> None:
    shaped = damage.colab_shaped(lab.released)
    assert ids(shaped) == []
    assert shaped["nbformat_minor"] == 0
    assert not any("id" in cell for cell in shaped["cells"])
    assert "displayName" in str(shaped)


def test_one_test_cell_is_deleted(lab: Lab) -> None:
    gone = set(ids(lab.released)) - set(ids(damage.without_a_test(lab.released)))
    assert gone == {"l1e01-t1"}


def test_an_answer_and_a_test_are_there_twice(lab: Lab) -> None:
    counts = Counter(ids(damage.with_cells_twice(lab.released)))
    assert {name for name, count in counts.items() if count == 2} == {"l1e01-mean", "l1e01-t1"}


def test_overwritten_tests_say_pass(lab: Lab) -> None:
    cells = damage.with_tests_passed(lab.released)["cells"]
    assert {cell["source"] for cell in cells if is_test(cell)} == {"pass"}


def test_swallowing_tests_are_python_that_cannot_fail(lab: Lab) -> None:
    for cell in filter(is_test, damage.swallowing(lab.released)["cells"]):
        compile(cell["source"], "test", "exec")
        assert cell["source"].endswith("except BaseException:\n    pass")


@pytest.mark.parametrize("code", [damage.EXIT, damage.LOOP, damage.HOARD])
def test_bad_code_comes_before_the_answer_of_one_exercise_only(lab: Lab, code: str) -> None:
    cells = damage.with_start("l1e02", code)(lab.solved(lab.exercises))["cells"]
    hit = [cell for cell in cells if cell["source"] and "".join(cell["source"]).startswith(code)]
    assert [grade_id(cell) for cell in hit] == ["l1e02-spread"]
    assert is_answer(hit[0])
    compile(hit[0]["source"], "answer", "exec")

"""Which outcomes the exercises test."""

from pathlib import Path
from typing import Any

import pytest

from labhub.authoring.coverage import Coverage, coverage
from labhub.authoring.notebook import parse_notebook
from labhub.course.model import Outcome
from labhub.ids import AssignmentId
from tests.authoring import pool_course

LAB1, LAB2 = AssignmentId("lab1"), AssignmentId("lab2")
OUTCOMES = (Outcome("D1", "compute"), Outcome("D2", "choose"))


def covered(
    *outcomes: Outcome, first: dict[str, Any] | None = None, complete: bool = True
) -> Coverage:
    contents = ((LAB1, first or pool_course.first_lab()), (LAB2, pool_course.second_lab()))
    notebooks = [(name, parse_notebook(each, Path(f"{name}.ipynb"))) for name, each in contents]
    return coverage(outcomes or OUTCOMES, notebooks, complete=complete)


def codes(found: Coverage) -> list[tuple[str, str]]:
    return [(finding.code, finding.place) for finding in found.findings]


def test_exercises_and_questions_stand_in_the_order_of_the_labs():
    assert [(row.assignment, row.exercise, row.points) for row in covered().rows] == [
        (LAB1, "l1e01", 2),
        (LAB1, "l1e02", 3),
        (LAB1, "l1e03", 1),
        (LAB1, "l1m-a", 5),
        (LAB2, "l2e01", 2),
    ]


@pytest.mark.parametrize(
    ("outcome", "assignment", "points"),
    [("D1", None, 6), ("D2", None, 10), ("D2", LAB1, 8), ("D1", LAB2, 0), ("L1", None, 0)],
)
def test_points_count_under_every_outcome_that_an_exercise_names(outcome, assignment, points):
    assert covered().points(outcome, assignment) == points


def test_a_course_whose_outcomes_are_all_tested_has_no_findings():
    assert codes(covered()) == []


def test_an_outcome_that_nothing_tests_is_found():
    assert codes(covered(*OUTCOMES, Outcome("L5", "plan"))) == [("untested-outcome", "L5")]


def test_an_outcome_that_is_assessed_elsewhere_needs_no_exercise():
    assert codes(covered(*OUTCOMES, Outcome("L5", "plan", elsewhere="the project"))) == []


def test_of_a_part_of_the_course_no_whole_coverage_is_asked():
    assert codes(covered(*OUTCOMES, Outcome("L5", "plan"), complete=False)) == []


def test_an_outcome_that_the_course_does_not_have_is_found():
    assert codes(covered(OUTCOMES[1]))[0] == ("unknown-outcome", "lab1: l1e01")


def test_an_exercise_without_an_outcome_is_found():
    first = pool_course.first_lab()
    first["metadata"]["nnlab"]["units"][2]["outcomes"] = []
    assert codes(covered(first=first)) == [("no-outcome", "lab1: l1e03")]


def test_metadata_that_cannot_be_read_is_found():
    first = pool_course.first_lab()
    first["metadata"]["nnlab"]["units"][2]["points"] = "many"
    assert codes(covered(first=first))[0] == ("unit-metadata", "lab1.ipynb")


def test_the_matrix_as_json_has_the_sums():
    data = covered(*OUTCOMES, Outcome("L5", "plan")).as_dict()
    assert [(each["id"], each["points"]) for each in data["outcomes"]] == [
        ("D1", 6),
        ("D2", 10),
        ("L5", 0),
    ]
    assert data["exercises"][0]["outcomes"] == ("D1",)
    assert data["findings"][0]["code"] == "untested-outcome"

"""Each group's own numbers, from the group's record to the mark."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from labhub.authoring.release import generate_assignment
from labhub.clock import FixedClock
from labhub.exchange.store import open_store
from labhub.exchange.store.groups import add_group_events
from labhub.gradebook.autograding import Order, autograde
from labhub.gradebook.opening import open_course
from labhub.gradebook.outcome import Outcome, Standing
from labhub.gradebook.variants import VariantIds, variant_ids, with_variant_id
from labhub.grading.model import Exam, StudentCell
from labhub.grading.model import TestCell as Graded
from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.groups import EventKind, GroupEvent
from tests.authoring import mini_course
from tests.authoring.mini_course import given, solution
from tests.authoring.mini_course import test_cell as graded
from tests.grading.check_engine import InProcessEngine

LAB = AssignmentId("lab1")
NOW = datetime.fromisoformat("2027-01-20T12:00:00+01:00")
COURSE = """
[course]
id = "mini"
title = "A course"
zone = "Europe/Stockholm"

[[assignments]]
id = "lab1"
title = "Lab 1"
release = 2027-01-10T08:00:00+01:00
due = 2027-01-30T08:00:00+01:00
late_until = 2027-01-31T08:00:00+01:00
weight_percent = 100
group_work = true
variants = {variants}
"""
DRAW = 'VARIANT = ""\nNUMBERS = [ord(letter) for letter in VARIANT or "none"]'
TEST = """### BEGIN HIDDEN TESTS
assert total == sum(reference.NUMBERS), "the sum of your group's numbers"
### END HIDDEN TESTS"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    cells = [
        given(DRAW, "l1g-numbers"),
        solution("### BEGIN SOLUTION\ntotal = sum(NUMBERS)\n### END SOLUTION", "l1e01-total"),
        graded(TEST, "l1e01-t1", 2),
    ]
    root = mini_course.write_course(tmp_path / "course", cells, nnlab={}, checks={})
    (root / "course.toml").write_text(COURSE.format(variants="true"), encoding="utf-8")
    generate_assignment(root, "lab1")
    return root


def hand_in(root: Path, student: str, answer: str) -> None:
    notebook = json.loads((root / "release" / "lab1" / "lab1.ipynb").read_text(encoding="utf-8"))
    notebook["cells"][1]["source"] = answer
    mini_course.write_notebook(root / "submitted" / student / "lab1" / "lab1.ipynb", notebook)


def together(root: Path, group: str, *students: str) -> None:
    """Record a group, as `labhub groups` does."""
    at = datetime.fromisoformat("2027-01-12T12:00:00+01:00")
    first, *others = (StudentId(each) for each in students)
    name = GroupId(group)
    events = [GroupEvent(EventKind.FORMED, at, first, name, first)]
    events += [GroupEvent(EventKind.JOINED, at, each, name, each) for each in others]
    store = open_store(root)
    with store.writing() as db:
        add_group_events(db, events)
    store.close()


def grade(root: Path) -> dict[str, Outcome]:
    engine = InProcessEngine()
    with autograde(open_course(root), engine, Order(LAB), FixedClock(NOW)) as batch:
        return {str(outcome.student): outcome for outcome in batch.outcomes}


def numbers_of(group: str) -> int:
    return sum(ord(letter) for letter in group)


@pytest.fixture
def two_groups(course: Path) -> Iterator[Path]:
    together(course, "g1", "ann", "bob")
    together(course, "g22", "cyd")
    yield course


def test_each_group_is_graded_on_its_own_numbers(two_groups):
    for student, group in (("ann", "g1"), ("bob", "g1"), ("cyd", "g22")):
        hand_in(two_groups, student, f"total = {numbers_of(group)}")
    assert {name: each.score for name, each in grade(two_groups).items()} == {
        "ann": 2,
        "bob": 2,
        "cyd": 2,
    }


def test_the_answer_of_another_group_earns_nothing(two_groups):
    hand_in(two_groups, "cyd", f"total = {numbers_of('g1')}")
    assert grade(two_groups)["cyd"].score == 0


def test_a_notebook_cannot_say_whose_numbers_it_has(two_groups):
    forged = f"VARIANT = 'g1'\nNUMBERS = [{numbers_of('g1')}]\ntotal = sum(NUMBERS)"
    hand_in(two_groups, "cyd", forged)
    assert grade(two_groups)["cyd"].score == 0


def test_somebody_alone_has_numbers_of_the_own_id(two_groups):
    hand_in(two_groups, "dan", f"total = {numbers_of('dan')}")
    assert grade(two_groups)["dan"].score == 2


def test_a_changed_group_is_reason_enough_to_grade_again(course):
    hand_in(course, "ann", "total = sum(NUMBERS)")
    assert grade(course)["ann"].standing is Standing.GRADED
    assert grade(course)["ann"].standing is Standing.UNCHANGED
    together(course, "g1", "ann")
    assert grade(course)["ann"].standing is Standing.REGRADED


def test_without_the_key_everybody_has_the_numbers_of_the_course(two_groups):
    (two_groups / "course.toml").write_text(COURSE.format(variants="false"), encoding="utf-8")
    hand_in(two_groups, "cyd", f"total = {numbers_of('none')}")
    assert grade(two_groups)["cyd"].score == 2


def test_without_a_course_file_there_are_no_variants(course):
    (course / "course.toml").unlink()
    assert variant_ids(open_course(course), LAB) == VariantIds()
    assert not (course / "labhub.db").exists()


def test_only_cells_of_the_course_get_the_id():
    cells = (
        StudentCell(0, DRAW, given=True),
        StudentCell(1, 'VARIANT = ""'),
        Graded(2, "l1e01-t1", 1, 'VARIANT = ""'),
    )
    exam = with_variant_id(Exam("lab1", cells, reference=(DRAW,)), "it's g1")
    assert exam.cells[0].source.startswith('VARIANT = "it\'s g1"\n')
    assert exam.reference[0] == exam.cells[0].source
    assert exam.cells[1:] == cells[1:]


def test_no_id_changes_nothing():
    exam = Exam("lab1", (StudentCell(0, DRAW, given=True),))
    assert with_variant_id(exam, "") is exam

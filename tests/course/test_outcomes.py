"""Outcomes and hand-ins in course.toml."""

import pytest

from labhub.course.errors import CourseFileInvalidError
from labhub.course.load import parse_course
from labhub.course.model import Outcome
from tests.authoring.pool_course import course_text

OUTCOME = '\n[[outcomes]]\nid = "D1"\ntext = "compute"\n'


def test_outcomes_are_read_in_their_order():
    text = course_text("l1e01") + OUTCOME + '[[outcomes]]\nid="L5"\ntext="plan"\nelsewhere="x"\n'
    assert parse_course(text).outcomes == (
        Outcome("D1", "compute"),
        Outcome("L5", "plan", elsewhere="x"),
    )


def test_an_outcome_stands_once():
    with pytest.raises(CourseFileInvalidError, match="'D1' is used twice"):
        parse_course(course_text("l1e01") + OUTCOME + OUTCOME)


def test_a_hand_in_has_its_exercises_and_its_scale():
    course = parse_course(course_text("l1e01", "l1e06b", "l1m-a", keys="scaled_to = 100"))
    lab, hand_in = course.assignments
    assert hand_in.hand_in.exercises == ("l1e01", "l1e06b", "l1m-a")
    assert hand_in.hand_in.scaled_to == 100
    assert (lab.hand_in.exercises, lab.hand_in.scaled_to) == ((), None)


def test_the_labs_are_in_the_same_folder_unless_the_course_says_otherwise():
    assert parse_course(course_text("l1e01")).pool_dir == "."
    assert parse_course(course_text("l1e01", pool="../labs")).pool_dir == "../labs"


@pytest.mark.parametrize("name", ["Softmax", "l1e6", "l1e06bb", "l1m-ab", "e01", ""])
def test_what_is_no_exercise_is_named(name):
    with pytest.raises(CourseFileInvalidError, match="'handin1', table exercises"):
        parse_course(course_text(name))


@pytest.mark.parametrize("keys", ["scaled_to = 0", 'variants = "yes"'])
def test_keys_have_their_types(keys):
    with pytest.raises(CourseFileInvalidError, match="'handin1', key"):
        parse_course(course_text("l1e01", keys=keys))

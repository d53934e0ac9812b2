"""The college course: its hand-ins are what the labs give today."""

from pathlib import Path

import pytest

from labhub.authoring.handins.assemble import assemble
from labhub.authoring.release import trial_build
from labhub.course.folder import CourseFolder, course_in
from labhub.course.model import AssignmentState

COLLEGE = Path(__file__).parents[2] / "examples" / "college"
COURSE = course_in(COLLEGE)
assert COURSE is not None
FOLDER = CourseFolder(COLLEGE, COURSE.id, "sqlite://", COURSE)
HAND_INS = [each for each in COURSE.assignments if each.hand_in.exercises]
READY = [each.id for each in HAND_INS if each.state is AssignmentState.READY]

POINTS = {
    "handin1": {
        "l1e01": 4,
        "l1e03": 5,
        "l1e06": 4,
        "l1e07": 6,
        "l1e08": 5,
        "l1e09": 3,
        "l1m-a": 5,
        "l1m-b": 6,
    },
    "handin2": {
        "l2e03": 8,
        "l2m-d": 5,
        "l3e02": 5,
        "l3e04": 6,
        "l3e06": 4,
        "l3e07": 6,
        "l3m-b": 5,
    },
}


def test_the_college_has_two_hand_ins():
    assert [each.id for each in HAND_INS] == list(POINTS)


@pytest.mark.parametrize("hand_in", READY)
def test_a_hand_in_is_what_the_labs_give_today(hand_in):
    made = assemble(FOLDER, hand_in, dry_run=True)
    assert made.changes == (), "make college"


@pytest.mark.parametrize("hand_in", READY)
def test_its_points_are_those_of_its_exercises_and_count_as_100(hand_in):
    made = assemble(FOLDER, hand_in, dry_run=True)
    assert {task.id: task.points for task in made.tasks} == POINTS[hand_in]
    assert made.scaled_to == 100


@pytest.mark.parametrize("hand_in", READY)
def test_the_student_version_equals_a_fresh_build(hand_in):
    with trial_build(COLLEGE, hand_in) as trial:
        assert trial.changes == ()

"""What course.toml says about handing in: limits, grading at once, attempts, the public copy."""

import pytest

from labhub.course.errors import CourseFileInvalidError
from labhub.course.load import parse_course
from labhub.course.model import Course, HandInLimits, OnHandIn, ShownOnHandIn

TEXT = """\
[course]
id = "nn"
title = "Neural Networks"
zone = "UTC"
{course}

[[assignments]]
id = "lab1"
title = "First"
release = 2027-01-18T08:00:00Z
due = 2027-02-08T23:59:00Z
late_until = 2027-02-22T23:59:00Z
weight_percent = 100
{lab}
{more}
"""


def course(in_course: str = "", lab: str = "", more: str = "") -> Course:
    return parse_course(TEXT.format(course=in_course, lab=lab, more=more))


def test_without_a_word_nothing_is_graded_at_once_and_nothing_limited() -> None:
    plain = course()
    assert plain.assignment("lab1").on_hand_in == OnHandIn()
    assert plain.assignment("lab1").on_hand_in.shows is ShownOnHandIn.VISIBLE
    assert plain.hand_in_limits == HandInLimits(32 << 20, 64 << 20, 50)
    assert plain.repository == ""


def test_a_lab_says_what_happens_on_hand_in() -> None:
    table = 'on_hand_in = { grade = true, shows = "names", attempts = 9, attempts_per_day = 3 }'
    found = course(lab=table).assignment("lab1").on_hand_in
    assert found == OnHandIn(True, ShownOnHandIn.NAMES, 9, 3)


def test_a_course_says_how_large_a_hand_in_may_be() -> None:
    more = "[hand_ins]\nfile_mib = 1\ntotal_mib = 2\nfiles = 3"
    assert course(more=more).hand_in_limits == HandInLimits(1 << 20, 2 << 20, 3)


@pytest.mark.parametrize("name", ["chalmers/labs", "a-b/c.d_e", "owner/name@main", "o/n@v1/x"])
def test_a_course_has_a_public_copy(name: str) -> None:
    assert course(f'repository = "{name}"').repository == name


@pytest.mark.parametrize(
    "words",
    [
        {"in_course": 'repository = "https://github.com/owner/name"'},
        {"in_course": 'repository = "owner"'},
        {"lab": 'on_hand_in = { shows = "everything" }'},
        {"lab": "on_hand_in = { attempts = 0 }"},
        {"lab": "on_hand_in = { atempts = 1 }"},
        {"more": "[hand_ins]\nfiles = 0"},
        {"more": "[hand_ins]\nfile_mib = 5000"},
    ],
)
def test_what_cannot_be_is_named(words: dict[str, str]) -> None:
    with pytest.raises(CourseFileInvalidError):
        course(**words)

"""What stands in the way of giving feedback to students."""

from collections.abc import Iterable
from dataclasses import dataclass

from labhub.gradebook.marking.rows import GivenMark
from labhub.gradebook.marking.statistics import statistics_of
from labhub.gradebook.opening import OpenCourse
from labhub.ids import AssignmentId, StudentId
from labhub.policy.words import say_count


@dataclass(frozen=True)
class Obstacle:
    """One thing to look at before feedback is released."""

    code: str
    """`not-graded`, `not-marked` or `suspect-test`."""
    sentence: str
    students: tuple[StudentId, ...] = ()
    blocks: bool = True
    """False for what may be right all the same."""


def obstacles(
    course: OpenCourse, assignment: AssignmentId, marks: Iterable[GivenMark]
) -> tuple[Obstacle, ...]:
    """Everything that is not ready, the weightiest first; empty when feedback may go out."""
    found = list(marks)
    return tuple(
        obstacle
        for obstacle in (
            _not_graded(course, assignment, found),
            _not_marked(found),
            *_suspects(found),
        )
        if obstacle is not None
    )


def _not_graded(
    course: OpenCourse, assignment: AssignmentId, marks: list[GivenMark]
) -> Obstacle | None:
    graded = {mark.place.student for mark in marks}
    handed_in = course.folder.students_with_submission(assignment)
    waiting = tuple(each for each in handed_in if each not in graded)
    if not waiting:
        return None
    return Obstacle("not-graded", f"{_are(len(waiting), 'hand-in')} not graded yet.", waiting)


def _not_marked(marks: list[GivenMark]) -> Obstacle | None:
    waiting = [mark for mark in marks if mark.waits]
    if not waiting:
        return None
    students = tuple(sorted({mark.place.student for mark in waiting}))
    return Obstacle("not-marked", f"{_are(len(waiting), 'answer')} not marked yet.", students)


def _suspects(marks: list[GivenMark]) -> list[Obstacle]:
    return [
        Obstacle(
            "suspect-test",
            f"{each.failed} of {each.marked} hand-ins get nothing for {each.cell}: "
            "look whether the test is right.",
            blocks=False,
        )
        for each in statistics_of(marks)
        if each.suspect
    ]


def _are(number: int, thing: str) -> str:
    return f"{say_count(number, thing)} {'is' if number == 1 else 'are'}"

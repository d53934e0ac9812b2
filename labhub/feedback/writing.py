"""Puts feedback pages where nbgrader's exchange finds them: `feedback/<student>/<assignment>/`."""

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC
from fnmatch import fnmatchcase
from pathlib import Path

from labhub.authoring.folders import replaced
from labhub.feedback.errors import NothingGradedError
from labhub.feedback.from_gradebook import feedback_pages
from labhub.feedback.model import FeedbackPage
from labhub.feedback.page import render_page
from labhub.gradebook.graded import GradedHandIn, graded_hand_in
from labhub.gradebook.marking import gradebook_of
from labhub.gradebook.opening import OpenCourse
from labhub.gradebook.plan import read_plan
from labhub.ids import AssignmentId, StudentId

FOR_THE_EXCHANGE = ("timestamp.txt", "submission_secret.txt")
"""What nbgrader's `release_feedback` reads to find the hand-in that a page answers."""


@dataclass(frozen=True)
class WrittenFeedback:
    """The pages of one hand-in."""

    student: StudentId
    files: tuple[Path, ...]
    pages: tuple[FeedbackPage, ...]
    problem: str = ""
    """Why there are none; "" where all went well."""


def write_feedback(
    course: OpenCourse,
    assignment: AssignmentId,
    student: str = "*",
    *,
    only: Collection[StudentId] | None = None,
) -> Iterator[WrittenFeedback]:
    """Write the pages of every graded hand-in that the pattern matches; one as each is done.

    `only` narrows them to these students. What goes wrong with one hand-in is its `problem`, and
    its former pages stay. Raises `NothingGradedError` where there is none.
    """
    everyone = course.folder.students_with_autograded(assignment)
    chosen = [
        each for each in everyone if fnmatchcase(each, student) and (only is None or each in only)
    ]
    if not chosen:
        raise NothingGradedError(
            f"No hand-in of {assignment} has been graded yet."
            if not everyone
            else f"No graded hand-in of {assignment} is by '{student}'.",
            hint=f"Run `labhub autograde {assignment}` first.",
        )
    with read_plan(course, assignment) as plan, gradebook_of(course) as gradebook:
        for each in chosen:
            try:
                hand_in = graded_hand_in(gradebook, course, plan, each)
                if hand_in is not None:
                    yield _write(course, assignment, hand_in)
            except Exception as error:
                yield WrittenFeedback(each, (), (), f"{type(error).__name__}: {error}")


def _write(course: OpenCourse, assignment: AssignmentId, hand_in: GradedHandIn) -> WrittenFeedback:
    described = course.folder.course
    pages = feedback_pages(
        hand_in,
        assignment,
        plan=course.folder.plan_of(assignment),
        course=described.title if described else course.folder.course_id,
        zone=described.zone if described else UTC,
    )
    target = course.folder.feedback(assignment, hand_in.student)
    with replaced(target) as made:
        for page in pages:
            (made / f"{page.notebook_id}.html").write_text(render_page(page), encoding="utf-8")
        for name in FOR_THE_EXCHANGE:
            if (hand_in.folder / name).is_file():
                shutil.copyfile(hand_in.folder / name, made / name)
    files = tuple(target / f"{page.notebook_id}.html" for page in pages)
    return WrittenFeedback(hand_in.student, files, pages)

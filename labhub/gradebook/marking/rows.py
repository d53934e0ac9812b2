"""The marks and comments of graded cells, as the gradebook keeps them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.api import Notebook as CourseNotebook

from labhub.gradebook.opening import OpenCourse
from labhub.ids import AssignmentId, GradeId, NotebookId, StudentId


@dataclass(frozen=True)
class Place:
    """Where a mark stands: one cell of one student's hand-in."""

    assignment: AssignmentId
    student: StudentId
    notebook: NotebookId
    cell: GradeId


@dataclass(frozen=True)
class GivenMark:
    """The mark and the comment on one cell."""

    place: Place
    possible: float
    automatic: float | None
    """The machine's points; None where only a person can mark."""
    by_hand: float | None
    """A person's points, which win over the machine's."""
    extra: float
    """Extra credit."""
    comment: str
    """A person's words."""
    waits: bool
    """Whether a person has still to look."""

    @property
    def points(self) -> float | None:
        """What counts; None as long as nobody has marked it."""
        return self.by_hand if self.by_hand is not None else self.automatic

    @property
    def stamp(self) -> str:
        """Changes whenever the mark does: who writes says which mark they saw."""
        seen = (self.automatic, self.by_hand, self.extra, self.comment, self.waits)
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


@contextmanager
def gradebook_of(course: OpenCourse) -> Iterator[Gradebook]:
    """The gradebook, open."""
    with Gradebook(course.folder.db_url, course.folder.course_id) as gradebook:
        yield gradebook


def marks_in(gradebook: Gradebook, assignment: AssignmentId) -> dict[Place, GivenMark]:
    """Every graded cell of every graded hand-in, in two queries for the whole class."""
    # By name: nbgrader keeps a written answer as two cells, one with the grade and one with the
    # comment.
    comments = {
        (submitted, name): text or ""
        for submitted, name, text in gradebook.db.query(
            Comment.notebook_id, BaseCell.name, Comment.manual_comment
        ).join(BaseCell, BaseCell.id == Comment.cell_id)
    }
    return {
        mark.place: mark
        for row in _rows(gradebook, assignment)
        for mark in [_mark(assignment, row, comments.get((row.submitted, row.name), ""))]
    }


def _rows(gradebook: Gradebook, assignment: AssignmentId):  # type: ignore[no-untyped-def] # noqa: ANN202
    return (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            CourseNotebook.name.label("notebook"),
            BaseCell.name,
            Grade.max_score,
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.needs_manual_grade,
            Grade.notebook_id.label("submitted"),
        )
        .select_from(Grade)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(CourseNotebook, CourseNotebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == assignment)
        .order_by(SubmittedAssignment.student_id, CourseNotebook.name, BaseCell.name)
    )


def _mark(assignment: AssignmentId, row, comment: str) -> GivenMark:  # type: ignore[no-untyped-def] # noqa: ANN001
    place = Place(
        assignment, StudentId(row.student_id), NotebookId(row.notebook), GradeId(row.name)
    )
    return GivenMark(
        place,
        float(row.max_score or 0.0),
        row.auto_score,
        row.manual_score,
        row.extra_credit or 0.0,
        comment,
        bool(row.needs_manual_grade),
    )

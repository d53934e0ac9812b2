"""Grades read out of the gradebook, as plain data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from labhub.gradebook.opening import OpenCourse


@dataclass(frozen=True)
class GradeRow:
    """One student's grade of one assignment; the columns are those of nbgrader's export."""

    assignment: str
    duedate: datetime | None
    """UTC, without zone, as nbgrader keeps it."""
    timestamp: datetime | None
    """UTC, without zone; None where nothing was handed in."""
    student_id: str
    last_name: str
    first_name: str
    email: str
    raw_score: float
    late_submission_penalty: float
    score: float
    max_score: float
    needs_manual_grade: bool
    """Whether a person has still to grade something, so that the score is not final."""


def grade_rows(
    course: OpenCourse, assignment: str = "*", student: str = "*"
) -> tuple[GradeRow, ...]:
    """Every student's grade of every assignment that the patterns match, nothing left out."""
    with Gradebook(course.folder.db_url, course.folder.course_id) as gradebook:
        return tuple(_rows(gradebook, assignment, student))


def _rows(gradebook: Gradebook, assignment: str, student: str) -> Iterator[GradeRow]:
    for entry in gradebook.assignments:
        if not fnmatchcase(entry.name, assignment):
            continue
        for person in gradebook.students:
            if not fnmatchcase(person.id, student):
                continue
            handed_in = _submission(gradebook, entry.name, person.id)
            penalty = (handed_in.late_submission_penalty or 0.0) if handed_in else 0.0
            raw = handed_in.score if handed_in else 0.0
            yield GradeRow(
                assignment=entry.name,
                duedate=handed_in.duedate if handed_in else entry.duedate,
                timestamp=handed_in.timestamp if handed_in else None,
                student_id=person.id,
                last_name=person.last_name or "",
                first_name=person.first_name or "",
                email=person.email or "",
                raw_score=raw,
                late_submission_penalty=penalty,
                score=max(0.0, raw - penalty),
                max_score=entry.max_score,
                needs_manual_grade=bool(handed_in and handed_in.needs_manual_grade),
            )


def _submission(gradebook: Gradebook, assignment: str, student: str) -> SubmittedAssignment | None:
    try:
        return gradebook.find_submission(assignment, student)
    except MissingEntry:
        return None

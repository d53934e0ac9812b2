"""What nbgrader knows: when everybody handed in, and the points of every graded cell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy.engine import make_url

from labhub.course.folder import CourseFolder
from labhub.course.timestamps import TIMESTAMP
from labhub.ids import AssignmentId, StudentId
from labhub.policy.marks import ManualMark
from labhub.policy.roundings import exact

Place = tuple[AssignmentId, StudentId]


@dataclass(frozen=True)
class LabMark:
    """The points of one graded hand-in, tests and questions apart."""

    automatic: Fraction
    manual: tuple[ManualMark, ...]
    waits: bool
    """Whether a person has still to grade something."""


@dataclass(frozen=True)
class Ledger:
    """Everything that the gradebook and the folder `submitted/` tell about the rules."""

    students: dict[StudentId, str]
    """Names by id."""
    points: dict[str, Fraction]
    """The most that an assignment gives."""
    handed_in: dict[Place, datetime]
    marks: dict[Place, LabMark]


def read_ledger(folder: CourseFolder) -> Ledger:
    """Read the gradebook, if there is one, and the times of hand-ins that are not graded yet."""
    ledger = Ledger({}, {}, {}, {})
    if has_gradebook(folder):
        with Gradebook(folder.db_url, folder.course_id) as gradebook:
            _read(gradebook, ledger)
    for place, moment in _collected(folder):
        ledger.handed_in.setdefault(place, moment)
        ledger.students.setdefault(place[1], "")
    return ledger


def has_gradebook(folder: CourseFolder) -> bool:
    """Whether there is a gradebook: asking nbgrader would make one."""
    parsed = make_url(folder.db_url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").is_file()


def _read(gradebook: Gradebook, ledger: Ledger) -> None:
    for person in gradebook.students:
        name = f"{person.first_name or ''} {person.last_name or ''}".strip()
        ledger.students[StudentId(person.id)] = name
    for entry in gradebook.assignments:
        if entry.max_score:
            ledger.points[entry.name] = exact(float(entry.max_score))
    for name, student, moment in gradebook.db.query(
        Assignment.name, SubmittedAssignment.student_id, SubmittedAssignment.timestamp
    ).join(Assignment, Assignment.id == SubmittedAssignment.assignment_id):
        if moment is not None:
            ledger.handed_in[AssignmentId(name), StudentId(student)] = moment.replace(tzinfo=UTC)
    cells: dict[Place, list[_Cell]] = defaultdict(list)
    for name, student, *cell in _cells(gradebook):
        cells[AssignmentId(name), StudentId(student)].append(_Cell(*cell))
    ledger.marks.update({place: _mark(found) for place, found in cells.items()})


@dataclass(frozen=True)
class _Cell:
    """One graded cell of a hand-in, as the gradebook has it."""

    name: str
    auto_score: float | None
    score: float
    max_score: float
    needs_manual_grade: bool


def _cells(gradebook: Gradebook) -> Iterable[tuple[Any, ...]]:
    """Assignment, student and the columns of `_Cell`, for every graded cell, in one query.

    nbgrader's own objects would ask the database again for each of them.
    """
    columns = (Grade.auto_score, Grade.score, Grade.max_score, Grade.needs_manual_grade)
    found: Iterable[tuple[Any, ...]] = (
        gradebook.db.query(Assignment.name, SubmittedAssignment.student_id, BaseCell.name, *columns)
        .select_from(Grade)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .order_by(BaseCell.name)
    )
    return found


def _mark(cells: list[_Cell]) -> LabMark:
    """Tests have an automatic score; what has none is a question that a person reads."""
    tests = [cell for cell in cells if cell.auto_score is not None]
    questions = [cell for cell in cells if cell.auto_score is None]
    return LabMark(
        sum((exact(float(cell.score)) for cell in tests), Fraction(0)),
        tuple(
            ManualMark(cell.name, exact(float(cell.score)), exact(float(cell.max_score)))
            for cell in questions
        ),
        any(cell.needs_manual_grade for cell in cells),
    )


def _collected(folder: CourseFolder) -> Iterator[tuple[Place, datetime]]:
    for plan in folder.course.assignments if folder.course else ():
        for student in folder.students_with_submission(plan.id):
            file = folder.submitted(plan.id, student) / TIMESTAMP
            if file.is_file() and (moment := _moment(file.read_text(encoding="utf-8"))):
                yield (plan.id, student), moment


def _moment(text: str) -> datetime | None:
    """nbgrader's time: `2027-02-08 22:59:00.000000 UTC`; None where it cannot be read."""
    words = text.strip().removesuffix(" UTC").strip()
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)

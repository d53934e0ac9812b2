"""Writes marks into nbgrader's gradebook: one transaction per hand-in, a person's marks survive."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import LoggingConfigurable

from labhub.gradebook.cell_rows import CellRows, cell_rows
from labhub.gradebook.errors import GradebookWriteError
from labhub.gradebook.marks import NotebookMarks
from labhub.gradebook.opening import OpenCourse
from labhub.ids import AssignmentId, GradeId, NotebookId, StudentId

BUSY_TIMEOUT_MS = 30_000
"""How long SQLite waits for a formgrader or another command that is writing."""


@dataclass(frozen=True)
class MarkChange:
    """One automatic mark that a regrade changes."""

    notebook_id: NotebookId
    grade_id: GradeId
    before: float | None
    after: float | None
    manual: float | None
    """The mark that a person gave; where there is one, the change is not seen by the student."""


@dataclass(frozen=True)
class Recorded:
    """A hand-in's standing in the gradebook, after it was written."""

    score: float
    """Automatic and manual points and extra credit, before a penalty for lateness."""
    max_score: float
    late_penalty: float
    seconds_late: float
    needs_manual_grade: bool
    changes: tuple[MarkChange, ...] = ()
    """The automatic marks of a former grading that were replaced."""


class Recorder:
    """The gradebook of one course, open for one run; one short transaction per hand-in."""

    def __init__(self, course: OpenCourse) -> None:
        self._parent: LoggingConfigurable = course.parent
        self._gradebook = Gradebook(course.folder.db_url, course.folder.course_id)
        self._rows: dict[AssignmentId, dict[str, CellRows]] = {}

    def close(self) -> None:
        """Close the database."""
        self._gradebook.close()

    def difference(
        self, assignment: AssignmentId, student: StudentId, marks: Sequence[NotebookMarks]
    ) -> tuple[MarkChange, ...]:
        """The automatic marks that recording would change; empty for a first grading."""
        with self._transaction():
            submission = self._find(assignment, student)
            return self._difference(submission, marks) if submission else ()

    def standing(
        self,
        assignment: AssignmentId,
        student: StudentId,
        scores: Mapping[NotebookId, Mapping[GradeId, float]],
    ) -> Recorded | None:
        """A hand-in's standing, if the gradebook has exactly these scores of tests; else None."""
        with self._transaction():
            submission = self._find(assignment, student)
            if submission is None:
                return None
            rows = self._cell_rows(assignment)
            stored = {
                rows[notebook.notebook_id].notebook_id: {
                    rows[notebook.notebook_id].name_of(grade.cell_id): grade.auto_score
                    for grade in notebook.grades
                }
                for notebook in submission.notebooks
            }
            same = all(
                stored.get(name, {}).get(grade_id) == score
                for name, table in scores.items()
                for grade_id, score in table.items()
            )
            return _recorded(submission) if same else None

    def record(
        self,
        assignment: AssignmentId,
        student: StudentId,
        marks: Sequence[NotebookMarks],
        timestamp: datetime | None = None,
    ) -> Recorded:
        """Write the marks of one hand-in, all or nothing.

        Manual scores, extra credit and comments stay. `timestamp` is naive UTC, as nbgrader
        keeps it; None leaves what is recorded. Raises `GradebookWriteError`.
        """
        with self._transaction(write=True):
            former = self._find(assignment, student)
            changes = self._difference(former, marks) if former else ()
            submission = former or self._create(assignment, student)
            if timestamp is not None:
                submission.timestamp = timestamp
            rows = self._cell_rows(assignment)
            notebooks = {rows[each.notebook_id].notebook_id: each for each in submission.notebooks}
            for each in marks:
                notebook = notebooks[each.notebook_id]
                self._ensure_rows(notebook, rows[notebook.notebook_id])
                _write(notebook, each, rows[notebook.notebook_id])
            self._gradebook.db.flush()
            for each in marks:
                self._penalise(submission, notebooks[each.notebook_id])
            self._gradebook.db.flush()
            self._gradebook.db.expire(submission)
            return replace(_recorded(submission), changes=changes)

    @contextmanager
    def _transaction(self, *, write: bool = False) -> Iterator[None]:
        session = self._gradebook.db
        try:
            if session.get_bind().dialect.name == "sqlite":
                session.execute(text(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"))
            yield
            if write:
                session.commit()
        except SQLAlchemyError as error:
            raise GradebookWriteError(
                f"The gradebook refused: {error}",
                hint="Nothing of this hand-in was written. If the database comes from an older "
                "nbgrader, back it up and run `nbgrader db upgrade`.",
            ) from error
        finally:
            # Forgets everything that was loaded: memory does not grow with the class.
            session.remove()

    def _find(self, assignment: AssignmentId, student: StudentId) -> SubmittedAssignment | None:
        try:
            return self._gradebook.find_submission(assignment, student)
        except MissingEntry:
            return None

    def _create(self, assignment: AssignmentId, student: StudentId) -> SubmittedAssignment:
        """The rows that `Gradebook.add_submission` makes, all at once, without its own commit."""
        session = self._gradebook.db
        if session.get(Student, student) is None:
            session.add(Student(id=student))
        submission = SubmittedAssignment(
            student_id=student,
            assignment=self._gradebook.find_assignment(assignment),
            notebooks=[
                SubmittedNotebook(
                    notebook_id=notebook,
                    grades=[Grade(cell_id=cell) for cell in sorted(cells.graded)],
                    comments=[Comment(cell_id=cell) for cell in sorted(cells.commented)],
                )
                for notebook, cells in self._cell_rows(assignment).items()
            ],
        )
        session.add(submission)
        return submission

    def _cell_rows(self, assignment: AssignmentId) -> dict[str, CellRows]:
        if assignment not in self._rows:
            self._rows[assignment] = cell_rows(self._gradebook, assignment)
        return self._rows[assignment]

    def _ensure_rows(self, notebook: SubmittedNotebook, rows: CellRows) -> None:
        """A grade and a comment per cell, also for cells that came after the first hand-in."""
        grades = rows.graded - {grade.cell_id for grade in notebook.grades}
        comments = rows.commented - {comment.cell_id for comment in notebook.comments}
        if not grades and not comments:
            return
        session = self._gradebook.db
        session.add_all(Grade(cell_id=cell, notebook_id=notebook.id) for cell in sorted(grades))
        session.add_all(Comment(cell_id=cell, notebook_id=notebook.id) for cell in sorted(comments))
        session.flush()
        session.refresh(notebook, ["grades", "comments"])

    def _difference(
        self, submission: SubmittedAssignment, marks: Sequence[NotebookMarks]
    ) -> tuple[MarkChange, ...]:
        rows = self._cell_rows(submission.assignment.name)
        new = {each.notebook_id: each for each in marks}
        return tuple(
            change
            for notebook in submission.notebooks
            if (cells := rows[notebook.notebook_id]).notebook_id in new
            for change in _changes(notebook, new[cells.notebook_id], cells)
        )

    def _penalise(self, submission: SubmittedAssignment, notebook: SubmittedNotebook) -> None:
        """Ask nbgrader's plugin for the penalty, as its own preprocessor does."""
        notebook.late_submission_penalty = None
        seconds_late = submission.total_seconds_late
        if seconds_late <= 0:
            return
        hook = AssignLatePenalties(parent=self._parent)
        hook.init_plugin()
        self._gradebook.db.refresh(notebook, ["score"])
        penalty = hook.plugin_inst.late_submission_penalty(
            submission.student.id, notebook.score, seconds_late
        )
        if penalty is not None:
            notebook.late_submission_penalty = min(max(penalty, 0.0), notebook.score)


def _recorded(submission: SubmittedAssignment) -> Recorded:
    return Recorded(
        score=submission.score,
        max_score=submission.max_score,
        late_penalty=submission.late_submission_penalty or 0.0,
        seconds_late=submission.total_seconds_late,
        needs_manual_grade=bool(submission.needs_manual_grade),
    )


def _changes(
    notebook: SubmittedNotebook, marks: NotebookMarks, rows: CellRows
) -> Iterator[MarkChange]:
    grades = {rows.name_of(grade.cell_id): grade for grade in notebook.grades}
    for grade_id, after in marks.auto_scores.items():
        grade = grades.get(grade_id)
        before = grade.auto_score if grade else None
        if before != after:
            manual = grade.manual_score if grade else None
            yield MarkChange(marks.notebook_id, grade_id, before, after, manual)


def _write(notebook: SubmittedNotebook, marks: NotebookMarks, rows: CellRows) -> None:
    """nbgrader's `SaveAutoGrades`: what a person decided is never touched."""
    for grade in notebook.grades:
        name = rows.name_of(grade.cell_id)
        if name in marks.auto_scores:
            grade.auto_score = marks.auto_scores[name]
            grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
        elif grade.auto_score is not None:
            # A task of a hand-in that could not be read before, and now can.
            grade.auto_score = None
            grade.needs_manual_grade = grade.manual_score is None
    for comment in notebook.comments:
        name = rows.name_of(comment.cell_id)
        if name in marks.auto_comments:
            comment.auto_comment = marks.auto_comments[name]

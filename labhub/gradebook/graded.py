"""Graded hand-ins read back: the notebooks of `autograded/` with the marks of the gradebook."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook

from labhub.gradebook.exams import planned_cell
from labhub.gradebook.graded_notebook import KEY
from labhub.gradebook.opening import OpenCourse
from labhub.gradebook.plan import AssignmentPlan, NotebookPlan, PlannedCell
from labhub.grading.model import Problem
from labhub.ids import NotebookId, StudentId


@dataclass(frozen=True)
class CellGrade:
    """The mark and the words on one cell."""

    earned: float | None
    """A person's points, else the machine's; None as long as a person has not graded it."""
    possible: float
    extra: float = 0.0
    comment: str = ""


@dataclass(frozen=True)
class GradedCell:
    """One cell as graded. `source` is the file's: of a test, with its hidden part."""

    cell_type: str
    source: str
    outputs: tuple[Mapping[str, Any], ...]
    execution_count: int | None
    attachments: Mapping[str, Any]
    planned: PlannedCell | None
    """The course's cell; None for text and code of the release's or the student's own."""
    released: bool
    """Whether the text is the course's, word for word."""
    grade: CellGrade | None
    verdict: Mapping[str, Any]
    """Of a test: `status`, `law`, `in_process` and the like; else empty."""


@dataclass(frozen=True)
class GradedNotebook:
    """One notebook of a graded hand-in."""

    notebook_id: NotebookId
    part: NotebookPlan
    metadata: Mapping[str, Any]
    cells: tuple[GradedCell, ...]
    late_penalty: float
    problems: tuple[Problem, ...]
    repairs_for_student: tuple[str, ...]
    graded_at: datetime | None


@dataclass(frozen=True)
class GradedHandIn:
    """A graded hand-in, whole."""

    student: StudentId
    folder: Path
    """Its graded notebooks."""
    timestamp: datetime | None
    """When it was handed in; naive UTC."""
    seconds_late: float
    notebooks: tuple[GradedNotebook, ...]


def graded_hand_ins(
    course: OpenCourse, plan: AssignmentPlan, students: Sequence[StudentId]
) -> Iterator[GradedHandIn]:
    """The graded hand-ins of these students; who has none is left out."""
    with Gradebook(course.folder.db_url, course.folder.course_id) as gradebook:
        for student in students:
            found = graded_hand_in(gradebook, course, plan, student)
            if found is not None:
                yield found


def graded_hand_in(
    gradebook: Gradebook, course: OpenCourse, plan: AssignmentPlan, student: StudentId
) -> GradedHandIn | None:
    """The graded hand-in of one student; None where there is none."""
    try:
        submission = gradebook.find_submission(plan.assignment, student)
    except MissingEntry:
        return None
    folder = course.folder.autograded(plan.assignment, student)
    try:
        return GradedHandIn(
            student=student,
            folder=folder,
            timestamp=submission.timestamp,
            seconds_late=submission.total_seconds_late,
            notebooks=tuple(
                _notebook(plan.notebooks[NotebookId(each.name)], folder, each)
                for each in submission.notebooks
                if (folder / f"{each.name}.ipynb").is_file()
            ),
        )
    finally:
        gradebook.db.remove()


def _notebook(part: NotebookPlan, folder: Path, row: SubmittedNotebook) -> GradedNotebook:
    content = nbformat.read(folder / f"{part.notebook_id}.ipynb", as_version=4)
    record = content.metadata.get(KEY, {})
    grades = {grade.name: grade for grade in row.grades}
    comments = {comment.name: comment for comment in row.comments}
    graded_at = record.get("graded_at")
    return GradedNotebook(
        notebook_id=part.notebook_id,
        part=part,
        metadata=content.metadata,
        cells=tuple(_cell(part, cell, grades, comments) for cell in content.cells),
        late_penalty=row.late_submission_penalty or 0.0,
        problems=tuple(Problem(**problem) for problem in record.get("problems", [])),
        repairs_for_student=tuple(record.get("repairs_for_student", [])),
        graded_at=datetime.fromisoformat(graded_at) if graded_at else None,
    )


def _cell(
    part: NotebookPlan,
    cell: NotebookNode,
    grades: Mapping[str, Grade],
    comments: Mapping[str, Comment],
) -> GradedCell:
    planned = planned_cell(part, cell)
    return GradedCell(
        cell_type=cell.cell_type,
        source=cell.source,
        outputs=tuple(cell.get("outputs", [])),
        execution_count=cell.get("execution_count"),
        attachments=cell.get("attachments", {}),
        planned=planned,
        released=_is_released(part, cell, planned),
        grade=_grade(planned, grades, comments) if planned else None,
        verdict=cell.metadata.get(KEY, {}),
    )


def _is_released(part: NotebookPlan, cell: NotebookNode, planned: PlannedCell | None) -> bool:
    if planned is not None:
        return not planned.course.solution
    return any(each.course is None and each.source == cell.source for each in part.release.cells)


def _grade(
    planned: PlannedCell, grades: Mapping[str, Grade], comments: Mapping[str, Comment]
) -> CellGrade | None:
    name = planned.course.grade_id
    grade, comment = grades.get(name), comments.get(name)
    words = (comment.comment or "") if comment else ""
    if grade is None:
        return CellGrade(None, 0.0, comment=words) if words else None
    earned = grade.manual_score if grade.manual_score is not None else grade.auto_score
    return CellGrade(earned, planned.course.points, grade.extra_credit or 0.0, words)

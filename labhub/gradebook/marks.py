"""Marks of one notebook, by nbgrader's rules: what the machine gives, what a person must see."""

from collections.abc import Mapping
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum

from labhub.gradebook.exams import planned_cell
from labhub.gradebook.plan import NotebookPlan, PlannedCell
from labhub.grading.model import ExamResult
from labhub.ids import GradeId, NotebookId

NO_RESPONSE = "No response."
"""nbgrader's automatic comment on an answer that was left as released."""


@dataclass(frozen=True)
class NotebookMarks:
    """What grading found out about one notebook, cell by cell."""

    notebook_id: NotebookId
    auto_scores: Mapping[GradeId, float | None]
    """Of every machine-graded or written cell; None where a person must grade."""
    auto_comments: Mapping[GradeId, str | None]
    """Of every answer and task."""

    @property
    def score(self) -> float:
        """The points that the machine gives."""
        return sum(score or 0.0 for score in self.auto_scores.values())

    @property
    def needs_person(self) -> bool:
        """Whether the machine leaves anything to a person."""
        return None in self.auto_scores.values()


def marks_of(part: NotebookPlan, notebook: NotebookNode, result: ExamResult) -> NotebookMarks:
    """The marks of a graded notebook (`notebook` bears the course's metadata).

    Tests: the examiner's score. An answer that a person grades: 0 when it was left as released,
    else open. This is nbgrader's `determine_grade`, with the examiner in place of the outputs.
    """
    scores = {test.grade_id: test.score for test in result.tests}
    untouched = {
        planned.course.grade_id
        for cell in notebook.cells
        if (planned := planned_cell(part, cell))
        and compute_checksum(cell) == planned.course.checksum
    }
    return NotebookMarks(
        notebook_id=part.notebook_id,
        auto_scores={
            grade_id: _auto_score(planned, scores, untouched)
            for grade_id, planned in part.cells.items()
            if planned.course.grade
        },
        auto_comments={
            grade_id: NO_RESPONSE if grade_id in untouched and not planned.course.task else None
            for grade_id, planned in part.cells.items()
            if planned.course.solution or planned.course.task
        },
    )


def no_marks(part: NotebookPlan) -> NotebookMarks:
    """The marks of a notebook that is missing or cannot be read: 0, as nbgrader gives."""
    graded = [grade_id for grade_id, planned in part.cells.items() if planned.is_graded]
    return NotebookMarks(part.notebook_id, dict.fromkeys(graded, 0.0), {})


def _auto_score(
    planned: PlannedCell, scores: Mapping[GradeId, float], untouched: set[GradeId]
) -> float | None:
    grade_id = planned.course.grade_id
    if planned.is_test:
        return scores.get(grade_id, 0.0)
    return 0.0 if planned.course.solution and grade_id in untouched else None

"""A repaired hand-in and the course's plan -> an `Exam` for the engine."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from labhub.gradebook.plan import AssignmentPlan, NotebookPlan, PlannedCell
from labhub.grading.model import Exam, StudentCell, TestCell
from labhub.ids import GradeId


def build_exam(
    plan: AssignmentPlan, part: NotebookPlan, notebook: NotebookNode, workdir: Path | None
) -> Exam:
    """The exam of one notebook; `workdir` holds the files that the student's code may read.

    What belongs to the course (tests, given cells) is taken from the plan, whatever the
    notebook says; only the student's own cells are taken from the notebook.
    """
    cells = tuple(
        _cell(plan, part, index, cell)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
    )
    return Exam(
        notebook_id=part.notebook_id,
        cells=cells,
        reference=part.reference,
        limits=plan.limits,
        workdir=workdir,
    )


def reference_exam(plan: AssignmentPlan, part: NotebookPlan, workdir: Path | None) -> Exam:
    """The instructor's own notebook as if it had been handed in."""
    assert part.source is not None, "there is a source notebook to run"
    return build_exam(plan, part, nbformat.read(part.source, as_version=4), workdir)


def _cell(
    plan: AssignmentPlan, part: NotebookPlan, index: int, cell: NotebookNode
) -> StudentCell | TestCell:
    planned = planned_cell(part, cell)
    if planned is None:
        return StudentCell(index, cell.source)
    grade_id = planned.course.grade_id
    if planned.course.solution:
        return StudentCell(index, cell.source, grade_id)
    if not planned.is_test:
        return StudentCell(index, planned.source, grade_id, given=True)
    return TestCell(
        index=index,
        grade_id=grade_id,
        points=planned.course.points,
        source=planned.source,
        visible=planned.visible,
        in_process=(part.notebook_id, grade_id) in plan.in_process,
    )


def planned_cell(part: NotebookPlan, cell: NotebookNode) -> PlannedCell | None:
    """The course's cell that a cell of a notebook stands for."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    return part.cells.get(GradeId(grade_id)) if grade_id else None


def put_course_cells_back(part: NotebookPlan, notebook: NotebookNode) -> None:
    """Give every cell of the course its metadata and, where it is locked, its source.

    Cells that claim a part in the grading which they do not have lose the claim.
    """
    for cell in notebook.cells:
        planned = planned_cell(part, cell)
        if planned is None:
            cell.metadata.pop("nbgrader", None)
        else:
            _put_back(cell, planned)


def _put_back(cell: NotebookNode, planned: PlannedCell) -> None:
    course = planned.course
    cell.metadata["nbgrader"] = {
        "grade": course.grade,
        "solution": course.solution,
        "locked": course.locked,
        "task": course.task,
        "grade_id": str(course.grade_id),
        "cell_type": course.cell_type,
        "checksum": course.checksum,
        "schema_version": 3,
        **({"points": course.points} if planned.is_graded else {}),
    }
    if not course.solution:
        cell.source = planned.source

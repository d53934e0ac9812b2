"""The notebook that goes into `autograded/`: nbgrader's shape, the engine's outputs.

Test cells get outputs from which nbgrader's own `determine_grade` reads the same score: an
error where no point was earned, a number for partial credit, nothing for full marks. The folder
is for staff: hidden tests and their tracebacks stand in it, as in nbgrader.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbformat.v4 import new_output as output_of

from labhub.exchange.intake import ReleaseCell
from labhub.gradebook.exams import put_course_cells_back
from labhub.gradebook.plan import NotebookPlan
from labhub.grading.model import CellResult, ExamResult, TestResult, TestStatus

KEY = "labhub"
"""Key of the notebook's and the cells' metadata that is ours."""

NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def graded_notebook(
    notebook: NotebookNode, result: ExamResult, record: Mapping[str, Any]
) -> NotebookNode:
    """The hand-in, its course's cells put back, with the engine's outputs.

    `record` becomes the notebook's own metadata: what a later run and the feedback need to know.
    """
    cells = {cell.index: cell for cell in result.cells}
    tests = {test.index: test for test in result.tests}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            _put_outputs(cell, cells.get(index), tests.get(index))
    notebook.metadata[KEY] = dict(record)
    return notebook


def stand_in(part: NotebookPlan, sentence: str, record: Mapping[str, Any]) -> NotebookNode:
    """A notebook for a hand-in that cannot be read: the release, with the reason on top."""
    notebook = new_notebook(
        cells=[
            new_markdown_cell(f"**This hand-in was not graded.** {sentence}", id="labhub-notice"),
            *(_released(number, cell) for number, cell in enumerate(part.release.cells)),
        ],
        metadata=dict(part.release.metadata),
    )
    put_course_cells_back(part, notebook)
    notebook.metadata[KEY] = dict(record)
    return notebook


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook in one line of ASCII, whatever text is in it.

    nbformat's own writer indents, for the eyes of git, with an encoder that takes longer than all
    the rest of recording; `autograded/` is read by programs only.
    """
    path.write_text(json.dumps(notebook), encoding="ascii")


def test_outputs(test: TestResult) -> list[NotebookNode]:
    """Outputs from which nbgrader reads the test's score."""
    if test.status is TestStatus.PASSED:
        return []
    if test.status is TestStatus.PARTIAL:
        data = {"text/plain": repr(test.score)}
        return [output_of("execute_result", data, execution_count=None)]
    return [
        output_of(
            "error",
            ename=str(test.status),
            evalue=test.law,
            traceback=(test.detail or test.law or str(test.status)).splitlines(),
        )
    ]


def _put_outputs(cell: NotebookNode, shown: CellResult | None, test: TestResult | None) -> None:
    cell.outputs, cell.execution_count = [], None
    if shown is not None:
        cell.outputs = [NotebookNode(output) for output in shown.outputs]
        cell.execution_count = shown.execution_count
    if test is not None:
        cell.outputs = test_outputs(test)
        cell.metadata[KEY] = verdict(test)


def verdict(test: TestResult) -> dict[str, Any]:
    """What the feedback may know about a test: never its detail."""
    return {key: value for key, value in asdict(test).items() if key not in ("detail", "index")}


def _released(number: int, cell: ReleaseCell) -> NotebookNode:
    made = NEW_CELL[cell.cell_type](cell.source, id=f"labhub-{number}")
    made.metadata.update(cell.metadata)
    if cell.attachments:
        made["attachments"] = dict(cell.attachments)
    if cell.course is not None:
        made.metadata["nbgrader"] = {"grade_id": str(cell.course.grade_id)}
    return made

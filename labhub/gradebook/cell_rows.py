"""The course's cells by their database ids, read once per run.

A grade knows its cell by id; asking it for the cell's name loads the cell, one query each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nbgrader.api import Gradebook, Notebook

from labhub.ids import GradeId, NotebookId


@dataclass(frozen=True)
class CellRows:
    """The cells of one notebook of the course."""

    notebook_id: NotebookId
    names: Mapping[str, GradeId]
    """By database id."""
    graded: frozenset[str]
    """Database ids of the cells that have a grade."""
    commented: frozenset[str]
    """Database ids of the cells that have a comment."""

    def name_of(self, cell_id: str) -> GradeId:
        """The grade id of a cell; empty for a cell that the course has no more."""
        return self.names.get(cell_id, GradeId(""))


def cell_rows(gradebook: Gradebook, assignment: str) -> dict[str, CellRows]:
    """The cells of every notebook of an assignment, by the notebook's database id."""
    found = gradebook.find_assignment(assignment)
    return {notebook.id: _rows(notebook) for notebook in found.notebooks}


def _rows(notebook: Notebook) -> CellRows:
    graded = [*notebook.grade_cells, *notebook.task_cells]
    commented = [*notebook.solution_cells, *notebook.task_cells]
    return CellRows(
        notebook_id=NotebookId(notebook.name),
        names={cell.id: GradeId(cell.name) for cell in [*graded, *commented]},
        graded=frozenset(cell.id for cell in graded),
        commented=frozenset(cell.id for cell in commented),
    )

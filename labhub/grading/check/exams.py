"""From an instructor notebook to exams: as a hand-in with the author's answers would become one.

The frame is the released notebook, as in grading; answers and tests come from the source.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from labhub.authoring.checks import Variant
from labhub.authoring.notebook import Cell, Notebook, Role
from labhub.grading.model import Exam, Limits, StudentCell, TestCell
from labhub.ids import GradeId

SEED = "SEED"
"""The name in the lab's parameters cell that draws everything random."""
VARIANT = "VARIANT"
"""The name in a locked cell from which a group's own numbers are drawn."""


@dataclass(frozen=True)
class Lab:
    """One notebook of an assignment: the author's version, and the student's from a fresh build."""

    source: Notebook
    released: Notebook
    workdir: Path
    """The fresh build: what lies beside the notebook when a student's code runs."""
    limits: Limits = field(default_factory=Limits)
    in_process: bool = False
    """Run the tests beside the student's code, as the course says for this assignment."""

    def reference_exam(self) -> Exam:
        """The author's own answers as a hand-in."""
        answers = {
            cell.grade_id: cell.source
            for cell in self.source.with_role(Role.SOLUTION, Role.MANUAL)
            if cell.kind == "code" and cell.grade_id
        }
        return self._exam(answers)

    def empty_exam(self) -> Exam:
        """The released notebook handed in as it is."""
        return self._exam({})

    def _exam(self, answers: Mapping[GradeId, str]) -> Exam:
        cells = tuple(self._exam_cell(cell, answers) for cell in self.released.code_cells())
        return Exam(
            notebook_id=self.source.notebook_id,
            cells=cells,
            reference=tuple(
                cell.source for cell in self.source.code_cells() if cell.role is not Role.TEST
            ),
            limits=self.limits,
            workdir=self.workdir,
        )

    def _exam_cell(self, cell: Cell, answers: Mapping[GradeId, str]) -> StudentCell | TestCell:
        grade_id = cell.grade_id
        if cell.role is Role.TEST and grade_id is not None:
            author = self.source.cell(grade_id)
            return TestCell(
                index=cell.index,
                grade_id=grade_id,
                points=cell.points or 0.0,
                source=cell.source if author is None else author.source,
                visible=cell.source,
                in_process=self.in_process,
            )
        source = answers.get(grade_id, cell.source) if grade_id else cell.source
        return StudentCell(cell.index, source, grade_id, given=cell.role is Role.GIVEN)


def with_variant(exam: Exam, variant: Variant) -> Exam:
    """The exam with a mutant or alternate in the place of one answer."""

    def changed(cell: StudentCell | TestCell) -> StudentCell | TestCell:
        if isinstance(cell, StudentCell) and cell.grade_id == variant.cell:
            return replace(cell, source=variant.applied_to(cell.source))
        return cell

    return replace(exam, cells=tuple(changed(cell) for cell in exam.cells))


def set_parameter(source: str, name: str, value: int | str) -> str:
    """The source with the number or text that `name` is set to at its top level replaced.

    >>> set_parameter("MODE = 'auto'\\nSEED = 0  # drawn by us", "SEED", 7)
    "MODE = 'auto'\\nSEED = 7  # drawn by us"
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    lines = source.split("\n")
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            line = lines[node.value.lineno - 1].encode()
            start, end = node.value.col_offset, node.value.end_col_offset
            new = line[:start] + repr(value).encode() + line[end:]
            lines[node.value.lineno - 1] = new.decode()
    return "\n".join(lines)

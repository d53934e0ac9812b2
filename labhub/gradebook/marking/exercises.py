"""The exercises of an assignment as a TA meets them: cells that belong together."""

from collections.abc import Iterator
from dataclasses import dataclass

import nbformat

from labhub.authoring.units import LabUnits, parse_units, unit_number
from labhub.gradebook.plan import AssignmentPlan, NotebookPlan, PlannedCell
from labhub.ids import GradeId, NotebookId


@dataclass(frozen=True)
class Exercise:
    """An exercise; in a notebook without exercises of ours, one graded cell."""

    id: str
    title: str
    notebook_id: NotebookId
    cells: tuple[GradeId, ...]
    """Its answers and tests, in the order of the notebook."""
    graded: tuple[GradeId, ...]
    """Those that carry points."""
    by_hand: tuple[GradeId, ...]
    """Those that a person marks."""


def exercises_of(plan: AssignmentPlan) -> tuple[Exercise, ...]:
    """Every exercise that carries points, in the order of the notebooks."""
    return tuple(each for part in plan.notebooks.values() for each in _exercises(part))


def _exercises(part: NotebookPlan) -> Iterator[Exercise]:
    units = _units(part)
    owned: dict[str, list[PlannedCell]] = {}
    titles: dict[str, str] = {}
    for name, cell in part.cells.items():
        unit_id, title = _owner(units, name)
        if unit_id or cell.is_graded:
            owned.setdefault(unit_id or name, []).append(cell)
            titles[unit_id or name] = title or name
    for unit_id, cells in owned.items():
        graded = tuple(cell.course.grade_id for cell in cells if cell.is_graded)
        if graded:
            yield Exercise(
                unit_id,
                titles[unit_id],
                part.notebook_id,
                tuple(cell.course.grade_id for cell in cells),
                graded,
                tuple(c.course.grade_id for c in cells if c.is_graded and not c.is_test),
            )


def _owner(units: LabUnits, name: GradeId) -> tuple[str, str]:
    """Id and title of the exercise or the written question that a cell belongs to."""
    unit = units.owner(name)
    question = next((each for each in units.manual if each.id == name), None)
    found = unit or question
    return (found.id, f"{unit_number(found.id)} {found.title}".strip()) if found else ("", "")


def _units(part: NotebookPlan) -> LabUnits:
    if part.source is None:
        return LabUnits()
    units, _ = parse_units(nbformat.read(part.source, as_version=4).metadata)
    return units or LabUnits()

"""The source notebook of a hand-in, made of the cells that were selected from the labs.

Nothing is drawn at random and no time is looked at: the same labs give the same bytes. The numbers
of the exercises stay those of the labs, because their texts refer to each other by them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labhub.authoring.handins.pool import Choice, PoolLab, Section
from labhub.authoring.handins.selection import LabSelection
from labhub.authoring.handins.texts import (
    COSTS,
    HEADING,
    Task,
    hours,
    is_table,
    new_paragraphs,
    task_of,
    title_of,
    with_costs,
)
from labhub.authoring.notebook import SOLUTION, Cell, Role
from labhub.authoring.units import Unit
from labhub.ids import AssignmentId

RawCell = dict[str, Any]

LAST = "## Hand in"
WRITTEN = "## Written answers"


@dataclass(frozen=True)
class HandInNotebook:
    """A notebook, and what it says about itself."""

    name: AssignmentId
    title: str
    selections: tuple[LabSelection, ...]
    scaled_to: float | None = None
    """The points that full marks count as; None where they count as themselves."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is asked, in the order of the notebook."""
        asked = {choice.item.id: choice for each in self.selections for choice in each.choices}
        places = {choice.item.id: choice.sections[0].cells[0] for choice in asked.values()}
        order = [lab.lab.name for lab in self.selections]
        ranked = sorted(asked.values(), key=lambda c: (order.index(c.lab.name), places[c.item.id]))
        return tuple(task_of(choice) for choice in ranked)

    @property
    def points(self) -> float:
        """All points that it gives, by machine and by hand."""
        return sum(task.points for task in self.tasks)

    @property
    def given(self) -> tuple[str, ...]:
        """The grade ids of the solutions that it gives away."""
        return tuple(name for each in self.selections for name in each.given_away)

    def as_json(self) -> str:
        """The file's text."""
        content = {
            "cells": self.cells(),
            "metadata": {**_plain_metadata(self.selections), "nnlab": self.metadata()},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"

    def metadata(self) -> dict[str, Any]:
        """The metadata `nnlab`: units, questions, and how the hand-in was put together."""
        cells = [cell for cell in self.cells() if "nbgrader" in cell["metadata"]]
        return {
            "units": list(self._units(cells)),
            "manual": list(self._questions()),
            "cells": {c["metadata"]["nbgrader"]["grade_id"]: c["cell_type"] for c in cells},
            "assembled": {
                "from": [each.lab.name for each in self.selections],
                "given": list(self.given),
                "points": self.points,
                "scaled_to": self.points if self.scaled_to is None else self.scaled_to,
            },
        }

    def _units(self, cells: Sequence[RawCell]) -> Iterator[dict[str, Any]]:
        asked = {task.id for task in self.tasks}
        graded = {c["metadata"]["nbgrader"]["grade_id"]: c["metadata"]["nbgrader"] for c in cells}
        answers = {name: cell for name, cell in graded.items() if not cell["locked"]}
        for selection in self.selections:
            for unit in selection.lab.units.units:
                own = [name for name in graded if name.startswith(f"{unit.id}-")]
                if any(name in answers for name in own):
                    points = sum(graded[name].get("points", 0) for name in own)
                    yield _unit(unit, points, asked, self._bound_by(own, answers))

    def _bound_by(self, own: Iterable[str], answers: Mapping[str, Any]) -> frozenset[str]:
        wanted = {name for name in own if name in answers}
        found: set[str] = set()
        for each in self.selections:
            for cell in each.lab.notebook.cells:
                if cell.grade_id in wanted:
                    names = each.lab.names[cell.index]
                    found |= names.functions | names.assigns
        return frozenset(found)

    def _questions(self) -> Iterator[dict[str, Any]]:
        asked = {task.id for task in self.tasks}
        for selection in self.selections:
            for question in selection.lab.units.manual:
                if question.id in asked:
                    content = question.model_dump(mode="json", exclude_none=True)
                    yield content | {"needs": [n for n in question.needs if n in asked]}

    # --- cells -------------------------------------------------------------------------------

    def cells(self) -> list[RawCell]:
        """The cells, in order: the first lab's header, each lab's part, the hand-in cell."""
        said: set[str] = set()
        made = [self._title(said)]
        for place, selection in enumerate(self.selections):
            made += self._header(selection, place, said)
            made += self._body(selection)
        return [*made, *self._ending()]

    def _title(self, said: set[str]) -> RawCell:
        labs = ", ".join(title_of(each.lab) for each in self.selections)
        scale = f", scaled to {self.scaled_to:g}" if self.scaled_to is not None else ""
        minutes = sum(task.minutes for task in self.tasks)
        paragraphs = [
            f"# {self.title}",
            f"*{self.points:g} points{scale} · about {hours(minutes)}*",
            f"Exercises from {labs}, with their numbers there. What stands under a heading that "
            "says *given* is the course's own solution of an exercise that this hand-in builds "
            "on: read it, run it, and leave it as it is.",
            self._table(),
        ]
        if self.selections:
            paragraphs += new_paragraphs(self.selections[0].lab, said)
        return _markdown("title", "\n\n".join(paragraphs))

    def _table(self) -> str:
        rows = (
            f"| {task.number} | {task.title} | {task.points:g} | {task.minutes} | "
            f"{', '.join(task.outcomes)} |"
            for task in self.tasks
        )
        head = "| | exercise | points | minutes | outcomes |\n|---|---|:-:|:-:|---|"
        return "\n".join([head, *rows])

    def _header(self, selection: LabSelection, place: int, said: set[str]) -> Iterator[RawCell]:
        """The first lab's header as it is; of a later lab only its code, under its name."""
        lab = selection.lab
        if place > 0:
            text = [f"# {title_of(lab)}", *new_paragraphs(lab, said)]
            yield _markdown(f"{lab.prefix}-part", "\n\n".join(text))
        for cell in lab.header:
            generated = cell.source.startswith("# ") and cell.kind == "markdown"
            if generated or is_table(cell) or (place > 0 and cell.kind == "markdown"):
                continue
            raw = _copied(lab, cell)
            if place > 0:
                raw["metadata"].pop("tags", None)  # parameters are injected once
            yield raw

    def _body(self, selection: LabSelection) -> Iterator[RawCell]:
        lab = selection.lab
        first = len(lab.header)
        announced: set[Section] = set()
        for index in (i for i in selection.cells if i >= first):
            cell, section = lab.notebook.cells[index], lab.section_at(index)
            assert section is not None, "every cell after the header has a section"
            if index in selection.given and section.owner and section not in announced:
                announced.add(section)
                yield _given_heading(lab, section, inside=_is_asked(selection, section))
            if _is_first_question(selection, section, index):
                yield from _written_heading(selection)
            yield self._body_cell(selection, cell)

    def _body_cell(self, selection: LabSelection, cell: Cell) -> RawCell:
        raw = _copied(selection.lab, cell)
        if cell.index in selection.given:
            return _as_given(raw, cell)
        choice = next((c for c in selection.choices if _opens(c, cell)), None)
        if choice is not None and choice.parts:
            raw["source"] = _lines(with_costs(cell.source, task_of(choice)))
        return raw

    def _ending(self) -> Iterator[RawCell]:
        for selection in self.selections[:1]:
            lab = selection.lab
            for section in lab.sections:
                cells = [lab.notebook.cells[index] for index in section.cells]
                if cells[0].source.startswith(LAST):
                    for cell in cells:
                        raw = _copied(lab, cell)
                        raw["source"] = _lines(cell.source.replace(lab.name, self.name))
                        yield raw


def _unit(unit: Unit, points: float, asked: set[str], bound: frozenset[str]) -> dict[str, Any]:
    content = unit.model_dump(mode="json", exclude_none=True)
    return content | {
        "points": points,
        "needs": [need for need in unit.needs if need in asked],
        "provides": [name for name in unit.provides if name in bound],
    }


def _plain_metadata(selections: tuple[LabSelection, ...]) -> dict[str, Any]:
    """Kernel and language, as the first lab says them."""
    known = selections[0].lab.notebook.metadata if selections else {}
    return {key: known[key] for key in ("kernelspec", "language_info") if key in known}


# --- headings --------------------------------------------------------------------------------


def _given_heading(lab: PoolLab, section: Section, *, inside: bool) -> RawCell:
    """What stands over cells that are given; `inside` an exercise whose other parts are asked."""
    name = f"{section.owner}{section.part}"
    opening = next((s for s in lab.sections if s.owner == section.owner), section)
    match = HEADING.match(lab.notebook.cells[opening.cells[0]].source)
    if inside or not match:
        text = "*Given: the course's own solution of the part that is not asked here.*"
    else:
        text = (
            f"## {match[1]} {match[2]} (given)\n"
            "*Not asked in this hand-in: the course's own solution, on which others build.*"
        )
    return _markdown(f"given-{name}", text)


def _is_asked(selection: LabSelection, section: Section) -> bool:
    return any(choice.item.id == section.owner for choice in selection.choices)


def _opens(choice: Choice, cell: Cell) -> bool:
    return choice.sections[0].cells[0] == cell.index


def _questions_of(selection: LabSelection) -> list[Choice]:
    ids = {question.id for question in selection.lab.units.manual}
    return [choice for choice in selection.choices if choice.item.id in ids]


def _is_first_question(selection: LabSelection, section: Section, index: int) -> bool:
    starts = [choice.sections[0].cells[0] for choice in _questions_of(selection)]
    return bool(starts) and index == min(starts) and section.cells[0] == index


def _written_heading(selection: LabSelection) -> Iterator[RawCell]:
    """The lab's words before its written questions, with the points of those that are asked."""
    tasks = [task_of(choice) for choice in _questions_of(selection)]
    for cell in selection.lab.notebook.cells:
        if cell.kind == "markdown" and cell.source.startswith(WRITTEN):
            raw = _copied(selection.lab, cell)
            points, minutes = sum(t.points for t in tasks), sum(t.minutes for t in tasks)
            line = f"*{minutes} minutes · {points:g} points*"
            raw["source"] = _lines(COSTS.sub(line, cell.source, count=1))
            yield raw


# --- cells as JSON -----------------------------------------------------------------------------


def _copied(lab: PoolLab, cell: Cell) -> RawCell:
    """A cell of the lab; an id that nbgrader does not know is made unique among the labs."""
    raw: RawCell = json.loads(json.dumps(lab.raw[cell.index]))
    raw["source"] = _lines(cell.source)
    if cell.grade_id is None:
        raw["id"] = f"{lab.prefix}-{cell.cell_id}"
    return raw


def _as_given(raw: RawCell, cell: Cell) -> RawCell:
    """A locked cell with the course's solution, without the markers round it."""
    lines = [line for line in cell.source.split("\n") if not _is_marker(line)]
    raw["source"] = _lines("\n".join(lines))
    if cell.role is Role.SOLUTION:
        raw["metadata"]["nbgrader"] |= {"solution": False, "locked": True}
    return raw


def _is_marker(line: str) -> bool:
    return SOLUTION.begin in line or SOLUTION.end in line


def _markdown(cell_id: str, text: str) -> RawCell:
    return {"cell_type": "markdown", "id": cell_id, "metadata": {}, "source": _lines(text)}


def _lines(text: str) -> list[str]:
    """A source as nbformat writes it: one string for each line."""
    return text.splitlines(keepends=True)

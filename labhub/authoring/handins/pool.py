"""The pool of exercises: the notebooks of the labs, cut into units by their headings.

A section runs from one heading to the next: `## 1.6 Gradient checking` opens an exercise,
`### M1.a Deltas` a written question. Whose section it is, the grade ids of its cells say. Inside
an exercise, a markdown cell with the id `e06-spec-b` opens part b.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from labhub.authoring.cell_names import Names, names_of
from labhub.authoring.errors import UnknownExerciseError
from labhub.authoring.notebook import Cell, Notebook, Role, parse_notebook, read_notebook
from labhub.authoring.units import LabUnits, ManualQuestion, Unit, parse_units
from labhub.ids import AssignmentId

OPENING = re.compile(r"## |### M\d+\.[a-z] ")
PART = re.compile(r"e\d\d-spec-([a-z])")
PREFIX = re.compile(r"l\d+")
PART_NAME = re.compile(r"(l\d+e\d\d)([a-z])")


@dataclass(frozen=True)
class Section:
    """The cells from one heading to the next, or one part of an exercise.

    `owner` is the id of a unit or of a written question; empty in a section without an answer.
    """

    owner: str
    part: str
    """A letter, where the exercise has parts; empty for what comes before the first part."""
    cells: tuple[int, ...]


@dataclass(frozen=True)
class PoolLab:
    """One lab: its notebook, the JSON of its cells, and its units."""

    name: AssignmentId
    notebook: Notebook
    raw: tuple[Mapping[str, Any], ...]
    units: LabUnits

    @property
    def prefix(self) -> str:
        """What the ids of its cells begin with, e.g. `l1`."""
        ids = [*(unit.id for unit in self.units.units), *(each.id for each in self.units.manual)]
        return next((match[0] for match in map(PREFIX.match, ids) if match), self.name)

    @cached_property
    def header(self) -> tuple[Cell, ...]:
        """The cells before the first section."""
        return self.notebook.cells[: self._starts[0]] if self._starts else self.notebook.cells

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """All sections, in order of the notebook."""
        ends = [*self._starts[1:], len(self.notebook.cells)]
        spans = (range(start, end) for start, end in zip(self._starts, ends, strict=True))
        return tuple(section for span in spans for section in self._cut(span))

    @cached_property
    def names(self) -> tuple[Names, ...]:
        """What each cell binds and reads; nothing for a cell that is not code."""
        return tuple(
            names_of(cell.source) if cell.kind == "code" else Names()
            for cell in self.notebook.cells
        )

    def sections_of(self, owner: str, parts: str = "") -> tuple[Section, ...]:
        """The sections of a unit or question: all, or its head and these parts."""
        found = [section for section in self.sections if section.owner == owner]
        return tuple(s for s in found if not parts or s.part in ("", *parts))

    def section_at(self, index: int) -> Section | None:
        """The section of a cell."""
        return next((section for section in self.sections if index in section.cells), None)

    @cached_property
    def _starts(self) -> list[int]:
        return [
            cell.index
            for cell in self.notebook.cells
            if cell.kind == "markdown" and OPENING.match(cell.source)
        ]

    def _cut(self, span: range) -> Iterator[Section]:
        owner = self._owner(span)
        part, cells = "", list[int]()
        for index in span:
            opens = PART.fullmatch(self.notebook.cells[index].cell_id) if owner else None
            if opens:
                yield Section(owner, part, tuple(cells))
                part, cells = opens[1], []
            cells.append(index)
        yield Section(owner, part, tuple(cells))

    def _owner(self, span: range) -> str:
        questions = {question.id for question in self.units.manual}
        answers = [
            cell.grade_id
            for cell in (self.notebook.cells[index] for index in span)
            if cell.grade_id and cell.role in (Role.SOLUTION, Role.TEST, Role.MANUAL, Role.TASK)
        ]
        if question := next((each for each in answers if each in questions), None):
            return question
        units = (self.units.owner(each) for each in answers)
        return next((unit.id for unit in units if unit), "")


@dataclass(frozen=True)
class Choice:
    """One exercise or question that a hand-in asks; `parts` is empty where it asks the whole."""

    lab: PoolLab
    item: Unit | ManualQuestion
    parts: str = ""

    @property
    def sections(self) -> tuple[Section, ...]:
        """What of the lab it takes."""
        return self.lab.sections_of(self.item.id, self.parts)


@dataclass(frozen=True)
class Pool:
    """All exercises of all labs, in the order of the labs' names."""

    labs: tuple[PoolLab, ...]

    @cached_property
    def units(self) -> dict[str, tuple[PoolLab, Unit]]:
        """Every unit by its id, with its lab."""
        return {unit.id: (lab, unit) for lab in self.labs for unit in lab.units.units}

    @cached_property
    def questions(self) -> dict[str, tuple[PoolLab, ManualQuestion]]:
        """Every written question by its id, with its lab."""
        return {each.id: (lab, each) for lab in self.labs for each in lab.units.manual}

    def choose(self, name: str) -> Choice:
        """The exercise `l1e06`, its part `l1e06b`, or the question `l1m-a`.

        Raises UnknownExerciseError, with what is near as a hint.
        """
        if found := self.units.get(name) or self.questions.get(name):
            return Choice(*found)
        match = PART_NAME.fullmatch(name)
        if match and match[1] in self.units:
            lab, unit = self.units[match[1]]
            if any(section.part == match[2] for section in lab.sections_of(unit.id)):
                return Choice(lab, unit, match[2])
        near = get_close_matches(name, [*self.units, *self.questions], n=3)
        labs = ", ".join(lab.name for lab in self.labs) or "no lab"
        raise UnknownExerciseError(
            f"There is no exercise '{name}' in the pool ({labs}).",
            hint=f"Did you mean {' or '.join(near)}?" if near else "See `labhub coverage`.",
        )


def read_pool(source: Path) -> Pool:
    """The labs below a folder of sources: the notebooks whose metadata `nnlab` lists units.

    Notebooks that are themselves put together from others do not count.
    """
    labs = (_read_lab(path) for path in sorted(source.glob("*/*.ipynb")))
    return Pool(tuple(lab for lab in labs if lab))


def _read_lab(path: Path) -> PoolLab | None:
    notebook = read_notebook(path)
    units, _ = parse_units(notebook.metadata)
    if units is None or "assembled" in notebook.metadata["nnlab"]:
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    return pool_lab(AssignmentId(path.parent.name), content, path)


def pool_lab(name: AssignmentId, content: Mapping[str, Any], path: Path) -> PoolLab:
    """A lab of its notebook's JSON; the metadata must be well-formed."""
    notebook = parse_notebook(content, path)
    units, problems = parse_units(notebook.metadata)
    if units is None:
        raise ValueError("; ".join(problems) or f"{path}: no units")
    return PoolLab(name, notebook, tuple(content["cells"]), units)

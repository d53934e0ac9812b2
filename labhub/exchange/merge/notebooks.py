"""Merges a newer version of a notebook with a student's work. Nothing that a student wrote is lost.

The newer version is the skeleton: its cells, in its order, with its metadata. An answer goes
into the cell of its exercise; a student's own cells stay behind the cell that they stood behind.
"""

import hashlib
import re
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from labhub.exchange.intake.content import Text
from labhub.exchange.intake.parse import HandedCell, HandedNotebook, parse_notebook
from labhub.exchange.intake.release import ReleaseCell, release_notebook
from labhub.exchange.merge.places import Version, find_places, successors
from labhub.exchange.merge.report import Change, ChangeKind
from labhub.ids import NotebookId

Notebook = dict[str, Any]
Cell = dict[str, Any]

_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_NOTE = (
    "**Your answer to {name}.** This exercise is no longer part of the lab; "
    "what you wrote stays here, and nobody grades it."
)


@dataclass(frozen=True)
class Merged:
    """The merged notebook (nbformat 4.5, plain dicts) and what was done."""

    notebook: Notebook
    changes: tuple[Change, ...]

    def of(self, *kinds: ChangeKind) -> tuple[Change, ...]:
        """The changes of these kinds."""
        return tuple(change for change in self.changes if change.kind in kinds)


def merge_notebooks(mine: bytes, new: bytes, old: bytes | None = None, *, name: str) -> Merged:
    """Merge the newer version `new` into the student's file.

    Args:
        mine: The student's notebook.
        new: The released notebook of the newer version.
        old: The released notebook that `mine` began as; without it, `new` takes its place, and
            an ungraded cell that differs from the course's is taken for the student's own.
        name: The notebook's name, for sentences.

    Raises:
        IntakeError: one of its leaves, when a file is no notebook.
    """
    newer = parse_notebook(new, name)
    older = parse_notebook(old, name) if old is not None else newer
    return _Merge(parse_notebook(mine, name), newer, older, name).merged()


def _version(notebook: HandedNotebook, name: str) -> Version:
    plain = [
        {
            "cell_type": cell.cell_type,
            "source": cell.source,
            "metadata": cell.metadata,
            "attachments": cell.attachments,
        }
        for cell in notebook.cells
    ]
    released = release_notebook(NotebookId(name), {"cells": plain})
    return Version(released.cells, [cell.cell_id for cell in notebook.cells])


class _Merge:
    """One merge in the making."""

    def __init__(
        self, mine: HandedNotebook, newer: HandedNotebook, older: HandedNotebook, name: str
    ) -> None:
        self.mine = mine
        self.newer = newer
        self.old = _version(older, name)
        self.new = _version(newer, name)
        self.places = find_places(mine.cells, self.old)
        self.next = successors(self.old, self.new)
        self.merged_cells: list[Cell] = [_plain(cell) for cell in newer.cells]
        self.own: dict[int, list[Cell]] = defaultdict(list)
        self.changes: list[Change] = []

    def merged(self) -> Merged:
        self._tell_of_new_cells()
        anchor = -1
        for at in range(len(self.mine.cells)):
            anchor = self._settle(at, anchor)
        cells = [(cell, False) for cell in self.own[-1]]
        for place, cell in enumerate(self.merged_cells):
            cells += [(cell, True), *((own, False) for own in self.own[place])]
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {**deepcopy(dict(self.mine.metadata)), **self.newer.metadata},
            "cells": _with_ids(cells),
        }
        return Merged(notebook, tuple(self.changes))

    def _tell_of_new_cells(self) -> None:
        known = set(self.next.values())
        for place, cell in enumerate(self.new.cells):
            if place not in known and cell.course:
                self._tell(ChangeKind.CELL_ADDED, cell)

    def _settle(self, at: int, anchor: int) -> int:
        """Put one of the student's cells where it belongs; what stands before the next one."""
        cell, place = self.mine.cells[at], self.places.of.get(at)
        if place is None:
            if at not in self.places.repeats and cell.source.strip():
                self.own[anchor].append(_ordinary(cell))
            return anchor
        target = self.next.get(place)
        old = self.old.cells[place]
        run = self.places.pieces.get(place, (at,))
        if at != run[0]:
            return anchor
        if target is None:
            self._leave_over(old, self._joined(run), anchor)
            return anchor
        self._renew(old, target, self._joined(run))
        return max(anchor, target)

    def _joined(self, run: tuple[int, ...]) -> HandedCell:
        """The student's cell; the pieces of a split answer as one."""
        first = self.mine.cells[run[0]]
        if len(run) == 1:
            return first
        cells = [self.mine.cells[at] for at in run]
        return HandedCell(
            cell_type=first.cell_type,
            source="\n\n".join(cell.source for cell in cells),
            metadata=first.metadata,
            attachments={key: value for cell in cells for key, value in cell.attachments.items()},
            cell_id=first.cell_id,
        )

    def _leave_over(self, old: ReleaseCell, cell: HandedCell, anchor: int) -> None:
        """A cell whose place the newer version has taken away."""
        if _same(cell, old) or not cell.source.strip():
            if old.course:
                self._tell(ChangeKind.CELL_REMOVED, old)
        elif old.is_locked:
            self._tell(ChangeKind.CELL_REMOVED, old, cell.source)
        elif old.course:
            note = _NOTE.format(name=old.course.grade_id)
            self.own[anchor] += [_markdown(note), _ordinary(cell)]
            self._tell(ChangeKind.ANSWER_WITHOUT_EXERCISE, old)
        else:
            self.own[anchor].append(_ordinary(cell))

    def _renew(self, old: ReleaseCell, target: int, cell: HandedCell) -> None:
        """Decide between the student's text and the newer version's."""
        new = self.new.cells[target]
        changed = not _alike(old.source, new.source)
        if _same(cell, new):
            _show(self.merged_cells[target], cell)
        elif _same(cell, old):
            self._tell(ChangeKind.CELL_RENEWED, new)
        elif new.is_answer:
            _answer(self.merged_cells[target], cell)
            self._tell(ChangeKind.START_CHANGED if changed else ChangeKind.ANSWER_KEPT, new)
        elif new.is_locked:
            self._tell(ChangeKind.PUT_BACK, new, cell.source)
        elif changed:
            self.own[target].append(_ordinary(cell))
            self._tell(ChangeKind.OWN_KEPT, new)
        elif cell.cell_type == new.cell_type:
            _answer(self.merged_cells[target], cell)
        else:
            self.own[target].append(_ordinary(cell))

    def _tell(self, kind: ChangeKind, cell: ReleaseCell, removed: str = "") -> None:
        start = cell.source.strip().split("\n")[0][:50]
        name = cell.course.grade_id if cell.course else repr(start)
        self.changes.append(Change(kind, name, removed))


def _same(cell: HandedCell, released: ReleaseCell) -> bool:
    return _alike(cell.source, released.source)


def _alike(one: str, other: str) -> bool:
    return one.strip() == other.strip() or Text(one).key == Text(other).key


def _plain(cell: HandedCell) -> Cell:
    made: Cell = {
        "cell_type": cell.cell_type,
        "id": cell.cell_id,
        "metadata": deepcopy(dict(cell.metadata)),
        "source": cell.source,
    }
    if cell.cell_type == "code":
        made |= {"execution_count": cell.execution_count, "outputs": list(deepcopy(cell.outputs))}
    elif cell.attachments:
        made["attachments"] = deepcopy(dict(cell.attachments))
    return made


def _ordinary(cell: HandedCell) -> Cell:
    """The student's cell outside the grading."""
    made = _plain(cell)
    made["metadata"].pop("nbgrader", None)
    return made


def _markdown(text: str) -> Cell:
    return {"cell_type": "markdown", "id": "", "metadata": {}, "source": text}


def _show(cell: Cell, mine: HandedCell) -> None:
    """Keep what the student's run of the cell showed."""
    if cell["cell_type"] == mine.cell_type == "code" and mine.outputs:
        cell["outputs"] = list(deepcopy(mine.outputs))
        cell["execution_count"] = mine.execution_count


def _answer(cell: Cell, mine: HandedCell) -> None:
    """Write the student's text into the newer version's cell."""
    cell["source"] = mine.source
    if cell["cell_type"] == "code":
        cell["outputs"] = list(deepcopy(mine.outputs)) if mine.cell_type == "code" else []
        cell["execution_count"] = mine.execution_count
    elif attachments := {**cell.get("attachments", {}), **mine.attachments}:
        cell["attachments"] = deepcopy(attachments)


def _with_ids(cells: list[tuple[Cell, bool]]) -> list[Cell]:
    """Every cell with a valid id of its own; `True` marks the course's, which keep theirs."""
    used = {str(cell["id"]) for cell, is_course in cells if is_course}
    mended, settled = [], set[str]()
    for cell, is_course in cells:
        name, seed = str(cell["id"]), cell["source"]
        taken = settled if is_course else used
        while not _CELL_ID.fullmatch(name) or name in taken:
            name = hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:12]
            seed += "+"
        used.add(name)
        settled.add(name)
        mended.append({**cell, "id": name})
    return mended

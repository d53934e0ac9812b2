"""Puts a handed-in notebook back into the shape of the release, with the student's answers.

The result has every graded and locked cell of the release exactly once, in its order, with its
type, points, flags and id; the student's own cells stay where they were between them. Repairing
a repaired notebook changes nothing.
"""

import hashlib
import re
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from labhub.exchange.intake.align import Alignment, align, rising
from labhub.exchange.intake.facts import facts_of_cells, facts_of_file
from labhub.exchange.intake.parse import HandedCell, HandedNotebook
from labhub.exchange.intake.read import DEFAULT_BOUNDS, Bounds
from labhub.exchange.intake.release import CourseCell, ReleaseCell, ReleaseNotebook
from labhub.exchange.intake.report import RepairReport
from labhub.exchange.intake.scrub import (
    OutputKeeper,
    kept_attachments,
    kept_tags,
    personal_names,
)

_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True)
class Slot:
    """One cell of the result: a place in the release, a handed-in cell, or both."""

    place: int | None
    at: int | None


def repair_notebook(
    handed: HandedNotebook, release: ReleaseNotebook, bounds: Bounds = DEFAULT_BOUNDS
) -> tuple[dict[str, Any], RepairReport]:
    """The repaired notebook (nbformat 4.5, plain dicts) and what was done to it."""
    alignment = align(release.cells, handed.cells)
    slots = order(release.cells, len(handed.cells), alignment)
    keeper = OutputKeeper(personal_names(handed.cells), bounds)
    builder = _Builder(release, handed, alignment, keeper)
    cells = [builder.cell(slot) for slot in slots]
    facts = [
        *facts_of_cells(release.cells, handed.cells, alignment),
        *facts_of_file(handed, keeper),
    ]
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": deepcopy(dict(release.metadata)),
        "cells": cells,
    }
    return notebook, RepairReport(tuple(facts))


def order(release: Sequence[ReleaseCell], handed: int, alignment: Alignment) -> list[Slot]:
    """The cells of the result in order.

    Handed-in cells that are in the release's order stay; moved and missing cells are put
    between them: a missing test late in its gap, after what the student wrote there, anything
    else early.
    """
    kept = rising([*alignment.matched.items(), *alignment.landmarks.items()])
    place_of = {at: place for place, at in kept.items()}
    pulled = {at for place, at in alignment.matched.items() if place not in kept}
    pulled |= {at for run in alignment.pieces.values() for at in run}
    pulled |= alignment.repeats.keys()
    pulled -= place_of.keys()
    base = [Slot(place_of.get(at), at) for at in range(handed) if at not in pulled]
    missing = [
        Slot(place, alignment.matched.get(place))
        for place, cell in enumerate(release)
        if cell.course and place not in kept
    ]
    return list(_woven(release, base, missing))


def _woven(
    release: Sequence[ReleaseCell], base: Sequence[Slot], missing: Sequence[Slot]
) -> Iterator[Slot]:
    """The base with what is missing, gap by gap."""
    certain = [slot.place for slot in base if slot.place is not None]
    early: dict[int, list[Slot]] = {}
    late: dict[int, list[Slot]] = {}
    for slot in missing:
        gap = bisect(certain, slot.place or 0)
        is_late = gap in late or release[slot.place or 0].is_test
        (late if is_late else early).setdefault(gap, []).append(slot)
    gap = 0
    yield from early.get(gap, ())
    for slot in base:
        if slot.place is None:
            yield slot
            continue
        yield from late.get(gap, ())
        gap += 1
        yield slot
        yield from early.get(gap, ())
    yield from late.get(gap, ())


class _Builder:
    """Makes the cells of the result."""

    def __init__(
        self,
        release: ReleaseNotebook,
        handed: HandedNotebook,
        alignment: Alignment,
        keeper: OutputKeeper,
    ) -> None:
        self.release = release
        self.handed = handed.cells
        self.pieces = alignment.pieces
        self.keeper = keeper
        self.used_ids: set[str] = set()

    def cell(self, slot: Slot) -> dict[str, Any]:
        course = self.release.cells[slot.place] if slot.place is not None else None
        theirs = self.handed[slot.at] if slot.at is not None else None
        row = course.course if course else None
        if course is None or row is None:
            assert theirs is not None  # a slot without a row of the course is the student's
            cell = self._own(theirs)
        elif theirs is not None and course.is_answer:
            cell = self._answer(course, theirs, slot.place or 0)
        else:
            cell = self._locked(course, theirs)
        if row is not None:
            metadata = deepcopy(dict(course.metadata)) if course else {}
            cell["metadata"] = {**metadata, "nbgrader": nbgrader_metadata(row)}
        return {"id": self._id(theirs, row), **cell}

    def _own(self, theirs: HandedCell) -> dict[str, Any]:
        return self._shaped(theirs.cell_type, theirs.source, theirs, theirs.attachments)

    def _answer(self, course: ReleaseCell, theirs: HandedCell, place: int) -> dict[str, Any]:
        run = [self.handed[at] for at in self.pieces.get(place, ())] or [theirs]
        attachments = {name: value for cell in run for name, value in cell.attachments.items()}
        source = "\n\n".join(cell.source for cell in run)
        return self._shaped(course.cell_type, source, theirs, attachments)

    def _locked(self, course: ReleaseCell, theirs: HandedCell | None) -> dict[str, Any]:
        # The examiner makes a test's output: what the file shows there proves nothing.
        shown = None if course.is_test else theirs
        return self._shaped(course.cell_type, course.source, shown, course.attachments)

    def _shaped(
        self,
        cell_type: str,
        source: str,
        shown: HandedCell | None,
        attachments: Mapping[str, Any],
    ) -> dict[str, Any]:
        cell: dict[str, Any] = {
            "cell_type": cell_type,
            "metadata": kept_tags(shown.metadata) if shown else {},
            "source": source,
        }
        if cell_type == "code":
            cell["execution_count"] = shown.execution_count if shown else None
            cell["outputs"] = self.keeper.kept(shown.outputs) if shown else []
        elif kept := kept_attachments(attachments, self.keeper):
            cell["attachments"] = kept
        return cell

    def _id(self, theirs: HandedCell | None, row: CourseCell | None) -> str:
        """The cell's own id if it is a valid, unused one; else one that any run would give."""
        own = theirs.cell_id if theirs else ""
        name = f"{self.release.notebook_id}:{row.grade_id if row else len(self.used_ids)}"
        while not _CELL_ID.fullmatch(own) or own in self.used_ids:
            own = hashlib.sha256(name.encode()).hexdigest()[:12]
            name += "+"
        self.used_ids.add(own)
        return own


def nbgrader_metadata(row: CourseCell) -> dict[str, Any]:
    """The cell metadata that nbgrader 0.9 expects (schema version 3), from the course's table."""
    marks: dict[str, Any] = {
        "schema_version": 3,
        "grade_id": row.grade_id,
        "grade": row.grade,
        "solution": row.solution,
        "locked": row.locked,
        "task": row.task,
        "cell_type": row.cell_type,
    }
    if row.grade or row.task:
        marks["points"] = row.points
    if row.checksum:
        marks["checksum"] = row.checksum
    return marks

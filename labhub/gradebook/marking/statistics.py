"""How the class did on each graded cell, and which tests look wrong themselves."""

from collections.abc import Iterable
from dataclasses import dataclass

from labhub.gradebook.marking.rows import GivenMark
from labhub.ids import GradeId, NotebookId

BINS = 5
FEWEST = 5
"""Fewer hand-ins say nothing about a test."""
SUSPECT_SHARE = 0.85
"""A test that this share of the class gets nothing for is more likely wrong than the class."""


@dataclass(frozen=True)
class CellStatistics:
    """One graded cell over the whole class."""

    notebook_id: NotebookId
    cell: GradeId
    possible: float
    automatic: bool
    marked: int
    """Marks that count in the figures below."""
    mean: float
    """Points."""
    histogram: tuple[int, ...]
    """Marks in five equal parts of 0 to `possible`; the last holds full marks too."""
    failed: int
    """Hand-ins that got nothing."""

    @property
    def suspect(self) -> bool:
        """Whether this is a test that almost everybody fails."""
        enough = self.automatic and self.marked >= FEWEST
        return enough and self.failed >= SUSPECT_SHARE * self.marked


def statistics_of(marks: Iterable[GivenMark]) -> tuple[CellStatistics, ...]:
    """The statistics of every graded cell, in order of notebook and cell."""
    cells: dict[tuple[NotebookId, GradeId], list[GivenMark]] = {}
    for mark in marks:
        cells.setdefault((mark.place.notebook, mark.place.cell), []).append(mark)
    return tuple(_statistics(*key, found) for key, found in sorted(cells.items()))


def _statistics(notebook: NotebookId, cell: GradeId, marks: list[GivenMark]) -> CellStatistics:
    points = [mark.points for mark in marks if mark.points is not None]
    possible = max(mark.possible for mark in marks)
    histogram = [0] * BINS
    for each in points:
        share = each / possible if possible else 0.0
        histogram[min(int(share * BINS), BINS - 1)] += 1
    return CellStatistics(
        notebook,
        cell,
        possible,
        any(mark.automatic is not None for mark in marks),
        len(points),
        sum(points) / len(points) if points else 0.0,
        tuple(histogram),
        sum(each == 0 for each in points),
    )

"""Which cells can have to do with a change of one cell: names followed through a notebook.

A mutant changes one answer. Test cells that cannot see any name that depends on this answer end
as they did with the author's own solution, and given cells that neither the other tests nor their
needs mention (plots, long trainings) change nothing for them. Leaving both out makes checking a
lab several times faster.

Data counts as changed by every cell that mentions it at its top level, and cells with magics,
settings or seeds are always kept. What names cannot show (an object changed under another name)
shows in a control run of the author's solution with the same cells; `--whole` leaves nothing out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from labhub.authoring.cell_names import Names, names_of
from labhub.grading.model import StudentCell, TestCell
from labhub.grading.plan import needed_definitions
from labhub.ids import GradeId


@dataclass(frozen=True)
class Flow:
    """How names flow through the cells of an exam, by their places in it."""

    cells: tuple[StudentCell | TestCell, ...]

    @cached_property
    def names(self) -> tuple[Names, ...]:
        """The names of each cell."""
        return tuple(names_of(cell.source) for cell in self.cells)

    @cached_property
    def _shared(self) -> tuple[Names, ...]:
        """The names that later cells get from each cell.

        A test runs on a snapshot; of it only what it shows students is defined for later cells.
        """
        return tuple(
            self.names[place] if isinstance(cell, StudentCell) else self._shown_by(place, cell)
            for place, cell in enumerate(self.cells)
        )

    def _shown_by(self, place: int, test: TestCell) -> Names:
        later = [cell.source for cell in self.cells[place + 1 :] if isinstance(cell, StudentCell)]
        return names_of(needed_definitions(test.visible, later))

    @cached_property
    def _data(self) -> frozenset[str]:
        return frozenset(
            name
            for cell, names in zip(self.cells, self.names, strict=True)
            if isinstance(cell, StudentCell)
            for name in names.assigns
        )

    def changes(self, names: Names) -> frozenset[str]:
        """The names whose objects may be others after a cell with these names."""
        return names.functions | names.assigns | (names.touches & self._data)

    def changed_by(self, grade_id: str) -> frozenset[str]:
        """The names that an answer makes or changes."""
        return self.changes(self.names[self._place_of(grade_id)])

    def affected(self, grade_id: str, changed: frozenset[str]) -> frozenset[GradeId]:
        """The tests that can see it when these names change in an answer."""
        places = self._affected_places(self._place_of(grade_id), changed)
        tests = (self.cells[place] for place in places)
        return frozenset(test.grade_id for test in tests if isinstance(test, TestCell))

    def needed_for(self, grade_id: str, tests: Collection[str], code: str = "") -> frozenset[int]:
        """The indexes of an answer, of these tests, and of the cells that these rest on.

        With `code`, a variant's, also of those that this code rests on in the answer's place.
        """
        wanted = {i for i, cell in enumerate(self.cells) if cell.grade_id in {grade_id, *tests}}
        strangers = names_of(code).uses - self.names[self._place_of(grade_id)].uses
        wanted |= self._sources_of(strangers, max(wanted))
        return frozenset(self.cells[place].index for place in self._needed(wanted))

    def _sources_of(self, names: frozenset[str], last: int) -> set[int]:
        """Student cells before `last` that make or change these names, or import one first."""
        found: set[int] = set()
        imported: set[str] = set()
        for place, shared in enumerate(self._shared[:last]):
            new = names & shared.imports - imported
            imported |= new
            if isinstance(self.cells[place], StudentCell) and (new or names & self.changes(shared)):
                found.add(place)
        return found

    def _place_of(self, grade_id: str) -> int:
        return next(place for place, cell in enumerate(self.cells) if cell.grade_id == grade_id)

    # --- forwards: what sees a change --------------------------------------------------------

    def _affected_places(self, place: int, changed: frozenset[str]) -> set[int]:
        """The test cells after `place` that can see a change of these names there.

        A value flows from a cell to cells below it. A function sees the names of the moment when
        it is called, also those of cells below its own.
        """
        since = dict.fromkeys(changed, place)
        while new := self._further_changes(place, since):
            since |= new
        return {
            other
            for other, cell in enumerate(self.cells)
            if other > place and isinstance(cell, TestCell) and self._sees(other, since)
        }

    def _sees(self, place: int, since: dict[str, int]) -> bool:
        names = self.names[place]
        return any(since.get(name, place) < place for name in names.uses)

    def _further_changes(self, start: int, since: dict[str, int]) -> dict[str, int]:
        """Names that depend on the changed ones, each with the place since when it does."""
        found: dict[str, int] = {}
        for place, names in enumerate(self._shared):
            looked_up = [since[name] for name in names.late if name in since]
            if looked_up and place != start:
                found |= dict.fromkeys(names.functions, max(place, min(looked_up)))
            if place > start and any(since.get(name, place) < place for name in names.now):
                found |= dict.fromkeys(self.changes(names), place)
        return {name: place for name, place in found.items() if place < since.get(name, place + 1)}

    # --- backwards: what a test needs --------------------------------------------------------

    def _needed(self, wanted: set[int]) -> set[int]:
        """`wanted` and every cell that makes or changes something that they use."""
        last = max(wanted)
        kept = wanted | {place for place in range(last) if self._shared[place].always}
        # One after the other: the first cell that imports a module spares the others.
        while (new := self._first_provider(last, kept)) is not None:
            kept.add(new)
        return kept

    def _first_provider(self, last: int, kept: set[int]) -> int | None:
        others = (place for place in range(last) if place not in kept)
        return next((place for place in others if self._provides(place, kept)), None)

    def _provides(self, place: int, kept: set[int]) -> bool:
        """Whether a kept cell uses what this one makes; an import only if it is the first."""
        names = self._shared[place]
        imported = {name for other in kept for name in self._shared[other].imports}
        makes = self.changes(names) | (names.imports - imported)
        return any(
            makes & self.names[user].late or (user > place and makes & self.names[user].now)
            for user in kept
        )

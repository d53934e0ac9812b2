"""Which cell of a student's notebook is which cell of the newer version.

Three notebooks meet: the student's, the version that it began as, and the newer version. The
student's cells are found in the old version with everything that intake knows about damaged
notebooks; the versions' cells are found in each other by grade id, id, and text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from labhub.exchange.intake.align import align
from labhub.exchange.intake.content import Text
from labhub.exchange.intake.parse import HandedCell
from labhub.exchange.intake.release import ReleaseCell


@dataclass(frozen=True)
class Version:
    """The cells of a released notebook and their ids."""

    cells: Sequence[ReleaseCell]
    ids: Sequence[str]


@dataclass(frozen=True)
class Places:
    """For positions in the student's notebook, positions in the old version."""

    of: Mapping[int, int]
    """Each handed-in cell that is a cell of the old version."""
    repeats: frozenset[int]
    """Cells that add nothing."""
    pieces: Mapping[int, tuple[int, ...]]
    """Answers that were split: position in the old version -> all pieces in order."""


def find_places(mine: Sequence[HandedCell], old: Version) -> Places:
    """Where the student's cells stand in the version that they began as."""
    found = align(old.cells, mine)
    of = {at: place for place, at in [*found.matched.items(), *found.landmarks.items()]}
    of |= _edited_texts(mine, old, of, frozenset(found.repeats) | frozenset(found.rivals))
    for place, run in found.pieces.items():
        of |= dict.fromkeys(run, place)
    return Places(of, frozenset(found.repeats), found.pieces)


def _edited_texts(
    mine: Sequence[HandedCell], old: Version, of: Mapping[int, int], taken: frozenset[int]
) -> dict[int, int]:
    """Ungraded cells that the student edited: only their ids still tell what they were."""
    placed = set(of.values())
    by_id = {
        name: place
        for place, name in enumerate(old.ids)
        if name and old.cells[place].course is None and place not in placed
    }
    found = {}
    for at, cell in enumerate(mine):
        if at not in of and at not in taken and not cell.claimed_id and cell.cell_id in by_id:
            found[at] = by_id.pop(cell.cell_id)
    return found


def successors(old: Version, new: Version) -> dict[int, int]:
    """For positions in the old version, the same cell's position in the newer one."""
    by_grade_id = {cell.course.grade_id: at for at, cell in enumerate(new.cells) if cell.course}
    found = {
        at: by_grade_id[cell.course.grade_id]
        for at, cell in enumerate(old.cells)
        if cell.course and cell.course.grade_id in by_grade_id
    }
    found |= _by_id(old, new)
    return found | _by_text(old, new, found)


def _by_id(old: Version, new: Version) -> dict[int, int]:
    there = {name: at for at, name in enumerate(new.ids) if name and not new.cells[at].course}
    return {
        at: there[name]
        for at, name in enumerate(old.ids)
        if not old.cells[at].course and name in there
    }


def _by_text(old: Version, new: Version, found: Mapping[int, int]) -> dict[int, int]:
    """Ungraded cells whose ids changed from one version to the next, by equal text in order."""
    taken = set(found.values())
    ours = [at for at, cell in enumerate(old.cells) if not cell.course and at not in found]
    theirs = [at for at, cell in enumerate(new.cells) if not cell.course and at not in taken]
    keys = [Text(old.cells[at].source).key for at in ours]
    blocks = SequenceMatcher(
        None, keys, [Text(new.cells[at].source).key for at in theirs], autojunk=False
    ).get_matching_blocks()
    return {
        ours[block.a + step]: theirs[block.b + step]
        for block in blocks
        for step in range(block.size)
    }

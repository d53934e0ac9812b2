"""Which cells of the labs a hand-in takes: the exercises it asks, and what these build on.

What an exercise needs comes in as *given* cells: the course's own solutions, locked. Which cells
these are, two things say: the `needs` of the units, followed to their ends, and the names that
the chosen cells read (a data set drawn in a cell of another exercise has no unit).
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from labhub.authoring.cell_names import names_of
from labhub.authoring.errors import ExerciseCycleError, MissingNeedError, NamesClashError
from labhub.authoring.handins.pool import Choice, Pool, PoolLab
from labhub.authoring.names import parse
from labhub.authoring.notebook import Role
from labhub.authoring.units import LabUnits, cycles

HAND_IN = "## Hand in"
"""The heading of a lab's last section."""
PYTHON = frozenset(dir(builtins)) | {"reference", "probe", "__name__"}


@dataclass(frozen=True)
class LabSelection:
    """The cells that a hand-in takes of one lab, by their places in its notebook."""

    lab: PoolLab
    choices: tuple[Choice, ...]
    asked: frozenset[int]
    """Cells of the chosen exercises and questions, with the header."""
    given: frozenset[int]
    """Code cells that others build on; what was a solution becomes a locked cell."""

    @property
    def cells(self) -> list[int]:
        """All of them, in the order of the notebook."""
        return sorted(self.asked | self.given)

    @property
    def given_away(self) -> tuple[str, ...]:
        """The grade ids of the solutions that students will read."""
        cells = (self.lab.notebook.cells[index] for index in sorted(self.given))
        return tuple(str(cell.grade_id) for cell in cells if cell.role is Role.SOLUTION)


def select(
    pool: Pool, exercises: Iterable[str], code_by_cell: Mapping[str, Iterable[str]]
) -> tuple[LabSelection, ...]:
    """What to take of each lab; `code_by_cell` holds the mutants and alternates of each answer.

    Raises UnknownExerciseError, ExerciseCycleError, MissingNeedError and NamesClashError.
    """
    choices = merged([pool.choose(name) for name in exercises])
    _ensure_no_cycle(pool)
    needed = _needed_units(pool, choices)
    found = tuple(
        _of_lab(lab, tuple(c for c in choices if c.lab is lab), needed, code_by_cell)
        for lab in pool.labs
    )
    used = tuple(each for each in found if each.cells)
    _ensure_one_meaning(used)
    return used


def merged(choices: Iterable[Choice]) -> tuple[Choice, ...]:
    """One choice for each exercise, with all the parts that were asked."""
    by_id: dict[str, Choice] = {}
    for choice in choices:
        earlier = by_id.get(choice.item.id, choice)
        whole = not (choice.parts and earlier.parts)
        parts = "" if whole else "".join(sorted({*earlier.parts, *choice.parts}))
        by_id[choice.item.id] = Choice(choice.lab, choice.item, parts)
    return tuple(by_id.values())


def _ensure_no_cycle(pool: Pool) -> None:
    units = LabUnits(units=tuple(unit for _, unit in pool.units.values()))
    if circle := cycles(units):
        raise ExerciseCycleError(
            f"These exercises need each other in a circle: {', '.join(circle)}.",
            hint="Take one of them out of `needs` in the notebook's metadata nnlab.",
        )


def _needed_units(pool: Pool, choices: Iterable[Choice]) -> frozenset[str]:
    """The units that the chosen ones need, directly or through others."""
    found: set[str] = set()
    waiting = [(choice.item.id, need) for choice in choices for need in choice.item.needs]
    while waiting:
        asker, need = waiting.pop()
        if need not in pool.units:
            raise MissingNeedError(
                f"{asker} needs {need}, which no lab of the pool has.",
                hint="Correct `needs` in the notebook's metadata nnlab.",
            )
        if need not in found:
            found.add(need)
            waiting += [(need, further) for further in pool.units[need][1].needs]
    return frozenset(found)


def _of_lab(
    lab: PoolLab,
    choices: tuple[Choice, ...],
    needed: frozenset[str],
    code_by_cell: Mapping[str, Iterable[str]],
) -> LabSelection:
    asked = {index for choice in choices for s in choice.sections for index in s.cells}
    given = {
        index
        for owner in needed
        for section in lab.sections_of(owner)
        for index in section.cells
        if lab.notebook.cells[index].role is Role.SOLUTION
    }
    given |= set(_shown_to(lab, choices))
    given -= asked
    if asked or given:
        asked |= {cell.index for cell in lab.header}
        codes = [code for cell in asked for code in code_by_cell.get(_grade_id(lab, cell), ())]
        given |= _with_providers(lab, asked | given, _read_by(codes)) - asked
        asked |= _words_around(lab, given)
    return LabSelection(lab, choices, frozenset(asked), frozenset(given))


def _grade_id(lab: PoolLab, index: int) -> str:
    return lab.notebook.cells[index].grade_id or ""


def _shown_to(lab: PoolLab, choices: tuple[Choice, ...]) -> Iterator[int]:
    """A question about an exercise needs its pictures and numbers, not only its functions."""
    questions = {question.id for question in lab.units.manual}
    for choice in choices:
        if choice.item.id in questions:
            for section in (s for need in choice.item.needs for s in lab.sections_of(need)):
                for index in section.cells:
                    cell = lab.notebook.cells[index]
                    if cell.kind == "code" and cell.role is not Role.TEST:
                        yield index


def _words_around(lab: PoolLab, given: set[int]) -> set[int]:
    """The texts of sections without an exercise, such as one about the data, that are needed."""
    return {
        index
        for section in lab.sections
        if not section.owner and given.intersection(section.cells)
        for index in section.cells
        if lab.notebook.cells[index].kind == "markdown"
    }


# --- names -----------------------------------------------------------------------------------


def _with_providers(lab: PoolLab, taken: set[int], asked: frozenset[str]) -> set[int]:
    """`taken` and, again and again, the cells that bind a name which a taken cell reads."""
    taken, searched = set(taken), set[tuple[int, str]]()
    wanted = [(len(lab.notebook.cells), name) for name in asked]
    while True:
        wanted += [(index, name) for index in taken for name in _reads(lab, index)]
        new = [pair for pair in wanted if pair not in searched]
        if not new:
            return taken
        searched.update(new)
        for index, name in sorted(new):
            provider = _provider(lab, taken, index, name)
            if provider is not None:
                taken.add(provider)


def _provider(lab: PoolLab, taken: set[int], reader: int, name: str) -> int | None:
    """The cell to add so that a name means something; None where a taken cell binds it.

    The nearest one above the reader; a function may also look up what is defined below it.
    """
    binders = [index for index in range(len(lab.raw)) if name in _binds(lab, index)]
    above = [index for index in binders if index < reader]
    if any(index in taken for index in above) or not binders:
        return None
    if above:
        return above[-1]
    return None if any(index in taken for index in binders) else binders[0]


def _binds(lab: PoolLab, index: int) -> frozenset[str]:
    """What a cell that is no test binds: a test's names are its own."""
    if lab.notebook.cells[index].role is Role.TEST:
        return frozenset()
    names = lab.names[index]
    return names.functions | names.assigns | names.imports


def _reads(lab: PoolLab, index: int) -> frozenset[str]:
    return (lab.names[index].uses | _asked_by([lab.notebook.cells[index].source])) - PYTHON


def _read_by(codes: list[str]) -> frozenset[str]:
    found = (names_of(code).uses for code in codes)
    return (_asked_by(codes) | frozenset(name for names in found for name in names)) - PYTHON


def _asked_by(sources: Iterable[str]) -> frozenset[str]:
    """The names of the reference that sources look up: `MLP` of `reference.MLP`."""
    return frozenset(
        node.attr
        for tree in map(parse, sources)
        if tree is not None
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "reference"
    )


def _ensure_one_meaning(selections: tuple[LabSelection, ...]) -> None:
    """The reference is one notebook run to its end: a name that two labs bind means the last."""
    for place, one in enumerate(selections):
        later = {
            name
            for other in selections[place + 1 :]
            for index in other.cells
            for name in _binds(other.lab, index)
        }
        asked = _asked_by(one.lab.notebook.cells[index].source for index in one.cells)
        own = {name for index in one.cells for name in _binds(one.lab, index)}
        if clash := sorted(asked & own & later):
            raise NamesClashError(
                f"{', '.join(clash)}: the tests of {one.lab.name} ask for this name of the "
                "reference, and another lab of the hand-in binds it again.",
                hint="Rename it in one of the labs, or ask the exercises in two hand-ins.",
            )

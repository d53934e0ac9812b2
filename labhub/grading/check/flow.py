"""Which cells can have to do with a change of one cell: names followed through a notebook.

A mutant changes one answer. Test cells that cannot see any name that depends on this answer end
as they did with the author's own solution, and given cells that neither these tests nor their
needs mention (plots, long trainings) change nothing for them. Leaving both out makes checking a
lab several times faster.

The rule leans to keeping too much: data counts as changed by every cell that mentions it at its
top level, and cells with magics, settings or seeds are always kept. A control run of the author's
solution with the same cells proves each selection, and `--whole` switches the selection off.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from labhub.grading.model import Exam, StudentCell, TestCell

IDENTIFIER = re.compile(r"[^\W\d]\w*")
SETTING = re.compile(r"seed|set_|environ|rcParams|filterwarnings|chdir|get_ipython|autoreload")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Names:
    """The names that one cell binds and uses."""

    defines: frozenset[str] = frozenset()
    """By def, class or import: nothing but another definition changes them."""
    assigns: frozenset[str] = frozenset()
    """By assignment, also to an attribute or an item."""
    touches: frozenset[str] = frozenset()
    """Used at the top level, where a call may change the object in place."""
    uses: frozenset[str] = frozenset()
    """Used anywhere."""
    always: bool = False
    """The cell changes more than names can tell."""


def names_of(source: str) -> Names:
    """The names of a cell; of a cell that Python alone cannot read, every word of it."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        words = frozenset(IDENTIFIER.findall(source))
        return Names(words, words, words, words, always=True)
    nodes = list(ast.walk(tree))
    top = list(_top_level(tree))
    return Names(
        defines=frozenset(_defined(tree.body)),
        assigns=frozenset(_assigned(top)),
        touches=frozenset(_used(top)),
        uses=frozenset(_used(nodes)),
        always=_is_setting(source, nodes),
    )


def _top_level(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that run when the cell runs: all but the bodies of functions and classes."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_SCOPES, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _defined(body: Sequence[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, _SCOPES):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)


def _assigned(top: list[ast.AST]) -> Iterator[str]:
    for node in top:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.id
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            base: ast.AST = node
            while isinstance(base, ast.Attribute | ast.Subscript):
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id


def _used(nodes: Sequence[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load | ast.Del):
            yield node.id
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def _is_setting(source: str, nodes: list[ast.AST]) -> bool:
    stars = any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes)
    unclear = any(isinstance(node, ast.Global) for node in nodes)
    return stars or unclear or SETTING.search(source) is not None


@dataclass(frozen=True)
class Flow:
    """How names flow through the cells of an exam."""

    cells: tuple[StudentCell | TestCell, ...]

    @cached_property
    def names(self) -> tuple[Names, ...]:
        """The names of each cell."""
        return tuple(names_of(cell.source) for cell in self.cells)

    @cached_property
    def _data(self) -> frozenset[str]:
        return frozenset(name for names in self.names for name in names.assigns)

    @cached_property
    def _first_answer(self) -> int:
        """Everything before the first answer sets the notebook up."""
        answers = (
            place
            for place, cell in enumerate(self.cells)
            if isinstance(cell, StudentCell) and cell.grade_id and not cell.given
        )
        return next(answers, len(self.cells))

    @cached_property
    def _changes(self) -> tuple[frozenset[str], ...]:
        """What the cells after it see changed; of a test, what its visible part defines."""
        shown = (
            names_of(cell.visible) if isinstance(cell, TestCell) else None for cell in self.cells
        )
        return tuple(
            self.changes(names) if visible is None else visible.defines | visible.assigns
            for names, visible in zip(self.names, shown, strict=True)
        )

    def changes(self, names: Names) -> frozenset[str]:
        """The names whose objects may be others after a cell with these names."""
        return names.defines | names.assigns | (names.touches & self._data)

    def affected_tests(self, place: int, changed: frozenset[str]) -> set[int]:
        """The test cells after `place` that can see a change of these names."""
        reached = {place}
        while new := {
            other
            for other, names in enumerate(self.names)
            if other not in reached and names.uses & changed
        }:
            changed = changed.union(*(self._changes[other] for other in new))
            reached |= new
        return {i for i in reached if i > place and isinstance(self.cells[i], TestCell)}

    def needed(self, wanted: set[int]) -> set[int]:
        """`wanted` and every cell that makes or changes something that they use."""
        last = max(wanted)
        kept = wanted | {i for i in range(last) if self._sets_up(i)}
        uses = frozenset(name for i in kept for name in self.names[i].uses)
        while new := {i for i in range(last + 1) if i not in kept and self._changes[i] & uses}:
            uses = uses.union(*(self.names[i].uses for i in new))
            kept |= new
        return kept

    def _sets_up(self, place: int) -> bool:
        """Whether the cell prepares what comes after it in ways that names do not show."""
        if isinstance(self.cells[place], TestCell):
            return False
        return self.names[place].always or place < self._first_answer


def select(exam: Exam, grade_id: str, code: str, tests: Sequence[str]) -> Exam:
    """The exam with the cells that a change of one answer can have to do with.

    `code` is the changed answer; `tests` are kept whatever the names say.
    """
    flow = Flow(exam.cells)
    place = next(i for i, cell in enumerate(exam.cells) if cell.grade_id == grade_id)
    changed = flow.changes(flow.names[place]) | flow.changes(names_of(code))
    wanted = flow.affected_tests(place, changed) | {place}
    wanted |= {i for i, cell in enumerate(exam.cells) if cell.grade_id in tests}
    return replace(exam, cells=tuple(exam.cells[i] for i in sorted(flow.needed(wanted))))

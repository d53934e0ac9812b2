"""`reference`: the instructor's own objects, for the test cells of one notebook.

Only those of the instructor's cells are run that bind a name which a test asks for, and those
that these need. They run once for all submissions of a notebook, before the examiners are forked.
"""

import ast
import asyncio
import contextlib
import io
import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from labhub.authoring.names import bound_names, names_bound_by, parse, used_names
from labhub.grading.process_errors import ReferenceCellError

_NAME = "reference"


def asked_names(test_sources: Iterable[str]) -> frozenset[str]:
    """The names that tests look up as `reference.<name>`.

    >>> sorted(asked_names(["assert f(1) == reference.f(1)"]))
    ['f']
    """
    return frozenset(
        node.attr
        for source in test_sources
        if (tree := parse(source)) is not None
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == _NAME
    )


def asks_for_anything_else(test_sources: Iterable[str]) -> bool:
    """Whether a test uses `reference` other than as `reference.<name>`: then all cells are run."""
    for source in test_sources:
        tree = parse(source)
        nodes = [] if tree is None else list(ast.walk(tree))
        by_name = [n.value for n in nodes if isinstance(n, ast.Attribute)]
        if any(isinstance(n, ast.Name) and n.id == _NAME and n not in by_name for n in nodes):
            return True
    return False


def needed_cells(cells: Sequence[str], names: Iterable[str]) -> list[int]:
    """The places of the cells to run so that `names` mean what they mean at the notebook's end.

    A cell is taken whole when it binds a wanted name, changes its object from outside, or hands
    an object (not a function, class or module) to a call that may change it; then the names that
    it uses are wanted too. `import *` and unreadable cells are always taken.
    """
    facts = [_Facts.of(cell) for cell in cells]
    defined = set().union(*(fact.defines for fact in facts)) if facts else set()
    wanted, taken = set(names), set[int]()
    while True:
        more = {
            place
            for place, fact in enumerate(facts)
            if place not in taken
            and (fact.always or fact.binds & wanted or fact.hands_over & wanted - defined)
        }
        if not more:
            return sorted(taken)
        taken |= more
        wanted |= set().union(*(facts[place].uses for place in more))


@dataclass(frozen=True)
class _Facts:
    """What one cell does to names."""

    binds: frozenset[str] = frozenset()
    defines: set[str] = field(default_factory=set)
    """Bound to a function, a class or a module."""
    hands_over: set[str] = field(default_factory=set)
    uses: frozenset[str] = frozenset()
    always: bool = False

    @classmethod
    def of(cls, source: str) -> Self:
        tree = parse(source)
        if tree is None:
            return cls(always=True)
        nodes = list(ast.walk(tree))
        binds = names_bound_by(source)
        return cls(
            binds=binds | {name for node in nodes for name in _changed(node)},
            defines={name for node in tree.body for name in _defined(node)},
            hands_over={name for node in _at_top(tree) for name in _handed_over(node)},
            uses=used_names(source),
            always="*" in binds,
        )


_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom


def _defined(node: ast.stmt) -> set[str]:
    return bound_names(node) if isinstance(node, _DEFINITIONS) else set()


def _at_top(tree: ast.Module) -> Iterable[ast.AST]:
    """The nodes that run when the cell runs: not the bodies of functions and classes."""
    for node in tree.body:
        if not isinstance(node, _DEFINITIONS):
            yield from ast.walk(node)


def _handed_over(node: ast.AST) -> Iterable[str]:
    if not isinstance(node, ast.Call):
        return
    receiver = [node.func.value] if isinstance(node.func, ast.Attribute) else []
    for part in [*receiver, *node.args, *(keyword.value for keyword in node.keywords)]:
        yield from (inner.id for inner in ast.walk(part) if isinstance(inner, ast.Name))


def _changed(node: ast.AST) -> Iterable[str]:
    """The names that are bound inside a block, or whose objects change: `a.b = 1`, `a[0] += 1`."""
    if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute | ast.Subscript):
            inner = inner.value
        if isinstance(inner, ast.Name):
            yield inner.id
    elif isinstance(node, _DEFINITIONS):
        yield from bound_names(node)


def load_reference(cells: Sequence[str], test_sources: Sequence[str]) -> types.SimpleNamespace:
    """Run the needed cells and return the instructor's names.

    Output is swallowed. Raises ReferenceCellError with the cell and the exception.
    """
    names = asked_names(test_sources)
    if asks_for_anything_else(test_sources):
        places: Iterable[int] = range(len(cells))
    else:
        places = needed_cells(cells, names) if names else ()
    module = types.ModuleType(_NAME)
    namespace = module.__dict__
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for place in places:
            _run(cells[place], place, namespace)
    return types.SimpleNamespace(**{k: v for k, v in namespace.items() if not k.startswith("__")})


def _run(source: str, place: int, namespace: dict[str, Any]) -> None:
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        python = TransformerManager().transform_cell(source)
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(python, f"<reference cell {place + 1}>", "exec", flags=flags)
        namespace["get_ipython"] = _Magics
        result = eval(code, namespace)  # noqa: S307 - the instructor's own code
        if asyncio.iscoroutine(result):
            asyncio.run(result)
    except (Exception, SystemExit) as error:
        raise ReferenceCellError(
            f"Cell {place + 1} of the instructor's notebook raised {type(error).__name__}: {error}",
            hint="Its tests ask for names of `reference` that need this cell. Run the notebook "
            "from top to bottom and mend the cell; no submission was graded.",
        ) from error


class _Magics:
    """Stands for `get_ipython()` in the reference: magics and shell lines do nothing there."""

    def run_line_magic(self, *_: object, **__: object) -> None:
        """Nothing."""

    def run_cell_magic(self, *_: object, **__: object) -> None:
        """Nothing."""

    def system(self, *_: object) -> None:
        """Nothing."""

    def getoutput(self, *_: object, **__: object) -> list[str]:
        """Nothing."""
        return []

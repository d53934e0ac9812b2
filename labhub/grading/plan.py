"""What happens to a notebook, in order: run a cell, define what a test showed, take a snapshot."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from labhub.authoring.names import bound_names, parse, statements, used_names
from labhub.grading.model import Exam, StudentCell, TestCell


@dataclass(frozen=True)
class Run:
    """Run a student's cell in the worker."""

    cell: StudentCell


@dataclass(frozen=True)
class Define:
    """Run definitions of a test's visible part in the worker: later cells use them."""

    source: str


@dataclass(frozen=True)
class Snapshot:
    """Fork the worker, for this test to be run on later."""

    test: TestCell


Step = Run | Define | Snapshot


def steps(exam: Exam) -> tuple[Step, ...]:
    """All that the worker does for `exam`, in the order of the notebook."""
    plan: list[Step] = []
    for place, cell in enumerate(exam.cells):
        if isinstance(cell, StudentCell):
            plan.append(Run(cell))
            continue
        plan.append(Snapshot(cell))
        later = [c.source for c in exam.cells[place + 1 :] if isinstance(c, StudentCell)]
        if source := needed_definitions(cell.visible, later):
            plan.append(Define(source))
    return tuple(plan)


def needed_definitions(visible: str, later_sources: Sequence[str]) -> str:
    """The imports, functions, classes and constants of `visible` that later cells use; else "".

    >>> needed_definitions("import math\\nassert f(1) == 2\\nN = 3", ["print(N)"])
    'N = 3'
    """
    definitions = _definitions(visible)
    if not definitions or not later_sources:
        return ""
    wanted = {name for source in later_sources for name in used_names(source)} & set(definitions)
    chosen: list[ast.stmt] = []
    while wanted:
        node = definitions[wanted.pop()]
        if node not in chosen:
            chosen.append(node)
            wanted |= used_names(ast.unparse(node)) & set(definitions)
    chosen.sort(key=lambda node: node.lineno)
    return "\n".join(ast.unparse(node) for node in chosen)


@lru_cache
def _definitions(source: str) -> Mapping[str, ast.stmt]:
    """Names and the definitions that bind them; remembered, as all hand-ins share the tests."""
    found = [node for node in statements(source) if _is_definition(node)]
    return {name: node for node in found for name in bound_names(node)}


def _is_definition(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return True
        case ast.ImportFrom():
            return node.module != "__future__"
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return _is_constant(value)
    return False


def _is_constant(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def imported_packages(sources: Iterable[str]) -> frozenset[str]:
    """The packages that `sources` import anywhere, without what lies inside them.

    >>> sorted(imported_packages(["import os.path", "from sklearn.datasets import load_iris"]))
    ['os', 'sklearn']
    """
    found = set[str]()
    for source in sources:
        tree = parse(source)
        for node in () if tree is None else ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return frozenset(found)

"""What earlier test cells have left behind, as in a kernel that ran all cells in order."""

import ast
from collections.abc import Iterable

from labhub.authoring.names import bound_names, names_bound_by, statements, used_names
from labhub.grading.model import Exam, StudentCell, TestCell


def definitions_before(exam: Exam, test: TestCell) -> str:
    """The statements of earlier tests that bind what `test` uses, for a test in process.

    Each stands alone: one that fails leaves the others. A name that a later cell of the student's
    binds again is the student's.
    """
    latest: dict[str, tuple[int, ast.stmt]] = {}
    for cell in _cells_before(exam, test):
        for node in statements(cell.source):
            for name in bound_names(node):
                latest.pop(name, None)
                if isinstance(cell, TestCell):
                    latest[name] = cell.index, node
    chosen: dict[tuple[int, int], ast.stmt] = {}
    wanted = set(used_names(test.source) & latest.keys())
    while wanted:
        index, node = latest.pop(wanted.pop())
        chosen[index, node.lineno] = node
        wanted |= used_names(ast.unparse(node)) & latest.keys()
    return "\n".join(_alone(chosen[place]) for place in sorted(chosen))


def _alone(node: ast.stmt) -> str:
    nothing = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [ast.Pass()])
    return ast.unparse(ast.fix_missing_locations(ast.Try([node], [nothing], [], [])))


def taken_back(exam: Exam) -> dict[int, frozenset[str]]:
    """For each test, by its index: names that a cell of the student's has bound after all tests
    before it."""
    names, before = frozenset[str](), dict[int, frozenset[str]]()
    for cell in exam.cells:
        bound = names_bound_by(cell.source)
        if isinstance(cell, StudentCell):
            names |= bound
        else:
            before[cell.index] = names
            names -= bound
    return before


def _cells_before(exam: Exam, test: TestCell) -> Iterable[StudentCell | TestCell]:
    for cell in exam.cells:
        if cell.index == test.index:
            return
        yield cell

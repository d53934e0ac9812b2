"""How near a test comes to failing: the numbers that its assertions compare with a limit.

For `assert accuracy >= 0.90` it is the accuracy that matters, over many seeds, not only that it
was enough. While other seeds are tried, each comparison with a number in an assertion also notes
its other side. The notes leave the examiner in the message of a last assertion that always fails;
whoever reads them puts the true result back.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from labhub.authoring.names import parse, plain_python
from labhub.grading.model import Exam, ExamResult, StudentCell, TestCell, TestResult, TestStatus
from labhub.ids import GradeId

MARK = "labhub-margins"
MESSAGE = re.compile(rf"{MARK} (\{{.*\}}) {MARK}")
NOTEBOOK = """
class _Noted(dict):
    def __call__(self, value, key, upper):
        try:
            number = float(value)
        except (TypeError, ValueError):
            try:
                number = float(value.max() if upper else value.min())
            except Exception:
                return value
        known = self.get(key)
        worse = known is None or (number > known if upper else number < known)
        self[key] = number if worse else known
        return value


_noted = _Noted()
"""
ENDING = f"""
import json as _json
_worth = _last if isinstance(_last, (int, float)) and not isinstance(_last, bool) else None
_text = _json.dumps({{"score": _worth, "noted": _noted}})
assert False, "{MARK} " + _text + " {MARK}"
"""


@dataclass(frozen=True)
class Margin:
    """One limit of an assertion, and the value that came nearest to it."""

    grade_id: GradeId
    law: str
    """The assertion's literal message, or its line."""
    limit: float
    is_upper: bool
    """Whether values must stay below the limit."""
    value: float

    @property
    def used(self) -> float:
        """The share of the room that is used up, where it is a share at all: 1 is the limit."""
        near, far = (self.value, self.limit) if self.is_upper else (self.limit, self.value)
        return near / far if far > 0 and near >= 0 else 0.0


# --- into the tests ----------------------------------------------------------------------------


def with_notes(exam: Exam) -> Exam:
    """The exam whose tests note what they compare."""
    return replace(exam, cells=tuple(_noting(cell) for cell in exam.cells))


def _noting(cell: StudentCell | TestCell) -> StudentCell | TestCell:
    if isinstance(cell, StudentCell) or cell.in_process:
        return cell
    tree = parse(cell.source) if plain_python(cell.source) == cell.source else None
    if tree is None or not tree.body:
        return cell
    noted = _Noting().visit(tree)
    *first, last = noted.body
    value = last.value if isinstance(last, ast.Expr) else ast.Constant(None)
    first += [] if isinstance(last, ast.Expr) else [last]
    kept = ast.Assign([ast.Name("_last", ast.Store())], value)
    body = [*ast.parse(NOTEBOOK).body, *first, kept, *ast.parse(ENDING).body]
    # A `from __future__` import would have to stand first; no test needs one.
    return replace(cell, source=ast.unparse(ast.fix_missing_locations(ast.Module(body, []))))


class _Noting(ast.NodeTransformer):
    """Wraps the sides of comparisons with a number, in assertions outside probes."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        is_probe = any("probe" in ast.unparse(each) for each in node.decorator_list)
        return node if is_probe else self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        law = node.msg.value if isinstance(node.msg, ast.Constant) else f"line {node.lineno}"
        for compare in _comparisons(node.test):
            _wrap(compare, str(law))
        return node


def _comparisons(test: ast.expr) -> Iterator[ast.Compare]:
    """Those that must all hold."""
    match test:
        case ast.Compare():
            yield test
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _comparisons(value)
        case ast.Call(func=ast.Attribute(attr="all") | ast.Name(id="all"), args=[only]):
            yield from _comparisons(only)


def _wrap(compare: ast.Compare, law: str) -> None:
    operands = [compare.left, *compare.comparators]
    numbers = [_number(each) for each in operands]
    for place, operator in enumerate(compare.ops):
        if not isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            continue
        left, right = numbers[place], numbers[place + 1]
        if (left is None) == (right is None):
            continue
        ours = place if left is None else place + 1
        rises = isinstance(operator, ast.Lt | ast.LtE)
        upper = rises == (left is None)
        limit = right if left is None else left
        key = json.dumps([law, limit, upper])
        arguments = [operands[ours], ast.Constant(key), ast.Constant(upper)]
        operands[ours] = ast.Call(ast.Name("_noted", ast.Load()), arguments, [])
    compare.left, compare.comparators = operands[0], operands[1:]


def _number(node: ast.expr) -> float | None:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


# --- out of the results ------------------------------------------------------------------------


def read_notes(result: ExamResult) -> tuple[ExamResult, tuple[Margin, ...]]:
    """The result as it would be without notes, and the notes."""
    pairs = [_read(test) for test in result.tests]
    tests = tuple(test for test, _ in pairs)
    return replace(result, tests=tests), tuple(each for _, found in pairs for each in found)


def _read(test: TestResult) -> tuple[TestResult, list[Margin]]:
    match = MESSAGE.search(test.detail) if test.status is TestStatus.FAILED else None
    if match is None:
        return test, []
    said = json.loads(match[1])
    worth = said["score"]
    score = test.points if worth is None else min(max(float(worth), 0.0), test.points)
    status = TestStatus.PASSED if worth is None else TestStatus.PARTIAL
    restored = replace(test, score=score, status=status, law="", detail="")
    return restored, list(_margins(test.grade_id, said["noted"]))


def _margins(grade_id: GradeId, noted: Mapping[str, float]) -> Iterator[Margin]:
    for key, value in noted.items():
        law, limit, upper = json.loads(key)
        yield Margin(grade_id, law, limit, upper, value)


def worst_of(margins: Iterable[Margin]) -> tuple[Margin, ...]:
    """Of each limit the value that came nearest to it, the nearest first."""
    worst: dict[tuple[str, str, float, bool], Margin] = {}
    for each in margins:
        key = (each.grade_id, each.law, each.limit, each.is_upper)
        known = worst.get(key)
        beyond = known is not None and (each.value > known.value) == each.is_upper
        if known is None or beyond:
            worst[key] = each
    return tuple(sorted(worst.values(), key=lambda each: -each.used))

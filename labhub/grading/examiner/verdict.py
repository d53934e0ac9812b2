"""From how a test cell ended to what the student and the staff are told."""

# ruff: noqa: ANN401 - the value of a test's last expression can be anything

import ast
import builtins
import linecache
import math
import sys
import traceback
from types import FrameType
from typing import Any

from labhub.grading.border.errors import is_of_other_side
from labhub.grading.errors import ChannelTimeoutError, NotSplittableError, PeerGoneError
from labhub.grading.examiner.mended import whole_text
from labhub.grading.examiner.remote import Ended
from labhub.grading.model import TestStatus

MAX_LAW = 500
MAX_DETAIL = 20_000

FILENAME = "<test {}>"
"""How a test cell is called in tracebacks."""

GENERAL = "A test did not pass."
NOT_SPLITTABLE = (
    "The test needs a plain value (a number, a list, an array, a tensor), and your code gave an"
    " object of another kind."
)
KILLED = "Your code ended the process it ran in."
CONFUSED = "Your code disturbed the connection to the test."
TIMEOUT = "The test did not end within {:g} seconds."


class TestTimeout(BaseException):
    """A test cell took longer than it may."""

    __test__ = False


def status_of(error: BaseException) -> TestStatus:
    """The verdict for a test cell that ended with this exception."""
    if isinstance(error, TestTimeout):
        return TestStatus.TIMEOUT
    if isinstance(error, Ended):
        return TestStatus.KILLED if isinstance(error.reason, PeerGoneError) else TestStatus.ERROR
    if isinstance(error, NotSplittableError):
        return TestStatus.NOT_SPLITTABLE
    if isinstance(error, (AssertionError, *_pytest_failures())) and not is_of_other_side(error):
        return TestStatus.FAILED
    return TestStatus.ERROR


def _pytest_failures() -> tuple[type[BaseException], ...]:
    """What `pytest.fail` and `pytest.raises` raise, if pytest is in use."""
    outcomes = sys.modules.get("_pytest.outcomes")
    return (outcomes.Failed,) if outcomes is not None else ()


def law_of(error: BaseException, status: TestStatus, timeout_s: float) -> str:
    """What the student is told: an author's literal sentence, or a general one."""
    if status is TestStatus.TIMEOUT:
        return TIMEOUT.format(timeout_s)
    if status is TestStatus.KILLED:
        return KILLED
    if status is TestStatus.NOT_SPLITTABLE:
        return NOT_SPLITTABLE
    if isinstance(error, Ended):
        return CONFUSED
    if status is TestStatus.FAILED:
        return (literal_of(error) or GENERAL)[:MAX_LAW]
    if is_of_other_side(error):
        return f"Your code raised {_public_name(error)}."
    if isinstance(error, NameError) and (name := error.name):
        return f"The name `{str(name)[:80]}` is not defined."
    return f"A test could not use what your code gave ({_public_name(error)})."


def _public_name(error: BaseException) -> str:
    """The exception's class as far as Python itself defines it."""
    for kind in type(error).__mro__:
        if vars(builtins).get(kind.__name__) is kind:
            return str(kind.__name__)
    return "an exception"


def literal_of(error: BaseException) -> str:
    """The literal message of the author's assertion that did not hold, or nothing.

    The innermost line of a test cell decides; only a string constant in its source counts.
    """
    frames = [
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.startswith(FILENAME.format("")[:-1])
    ]
    for frame, line in reversed(frames):
        message = _literal_at(frame, line)
        if message:
            return message
    return ""


def _literal_at(frame: FrameType, line: int) -> str:
    source = "".join(linecache.getlines(frame.f_code.co_filename))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    covering = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert | ast.Raise | ast.Call)
        and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    # The node that starts last is the innermost.
    for node in sorted(covering, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        message = _message(node)
        if message:
            return message
    return ""


def _message(node: ast.AST) -> str:
    if isinstance(node, ast.Assert):
        return _constant(node.msg)
    if isinstance(node, ast.Raise):
        return _constant(_first_argument(node.exc)) if _is_assertion(node.exc) else ""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "fail":
            return _constant(_first_argument(node))
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        return _constant(named.get("err_msg") or named.get("msg"))
    return ""


def _is_assertion(node: ast.expr | None) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id == "AssertionError"


def _first_argument(node: ast.expr | None) -> ast.expr | None:
    return node.args[0] if isinstance(node, ast.Call) and node.args else None


def _constant(node: ast.expr | None) -> str:
    """The text of a string literal; an f-string counts if it holds no value."""
    if isinstance(node, ast.JoinedStr) and all(isinstance(v, ast.Constant) for v in node.values):
        return "".join(_constant(value) for value in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""


def detail_of(error: BaseException, printed: str) -> str:
    """For staff: the traceback, with the test's source, and what was printed."""
    trace = "".join(traceback.format_exception(error))
    if printed:
        trace += f"\nPrinted during the test:\n{printed}"
    return whole_text(trace[-MAX_DETAIL:])


def partial_credit(value: Any, points: float) -> float | None:
    """The points that the value of a test's last expression stands for; None if for none.

    nbgrader's rule (`nbgrader.utils.determine_grade`): a number is partial credit, every other
    value is full credit; so is a truth value. Other than there, a number that is negative or no
    number gives 0 rather than full credit, one above `points` gives `points` rather than an
    error, and numbers of numpy and torch count as numbers whatever they look like when printed.
    """
    number = _number(value)
    if number is None:
        return None
    return min(max(number, 0.0), points) if math.isfinite(number) else 0.0


def _number(value: Any) -> float | None:
    if type(value) in (int, float):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    library = type(value).__module__.partition(".")[0]
    if library == "numpy" and getattr(value, "ndim", 1) == 0 and value.dtype.kind in "iuf":
        return float(value)
    if library == "torch" and hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        found = value.item()
        return float(found) if type(found) in (int, float) else None
    return None


def is_timeout(error: BaseException | None) -> bool:
    """Whether a border ended because the other side took too long."""
    return isinstance(error, Ended) and isinstance(error.reason, ChannelTimeoutError)

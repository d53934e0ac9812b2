"""A test that runs beside the student's code, seen from the examiner."""

import ast
import contextlib
import time
from typing import Any

from labhub.authoring.names import plain_python
from labhub.grading.examiner.answers import Waiting
from labhub.grading.examiner.mended import whole_text
from labhub.grading.examiner.verdict import partial_credit
from labhub.grading.mail import Letter, Mailbox
from labhub.grading.model import TestCell, TestResult, TestStatus

_LIMIT_BYTES = 1 << 20
_FAILED = "A check of this test does not hold for your code."
_ERROR = "Your code raised an exception in this test."
_TIMEOUT = "This test took too long with your code."
_DIED = "The process ended while this test ran your code."


def examine_in_process(
    test: TestCell, waiting: Waiting, timeout_s: float, earlier: str = ""
) -> TestResult:
    """Send the test's source into the snapshot, and take its word for how it ended.

    `earlier` are definitions of other tests that it needs.
    """
    started = time.monotonic()
    mailbox = Mailbox(waiting.sock)
    before = f"{earlier}\n" if earlier and not test.source.lstrip().startswith("%%") else ""
    try:
        mailbox.send({"source": before + test.source}, timeout_s=timeout_s)
        said = mailbox.receive(timeout_s=timeout_s, limit_bytes=_LIMIT_BYTES)
    except TimeoutError:
        return _result(test, TestStatus.TIMEOUT, _TIMEOUT, started)
    except (EOFError, OSError, ValueError):
        return _result(test, TestStatus.KILLED, _DIED, started)
    return _judge(test, said, before.count("\n"), started)


def _judge(test: TestCell, said: Letter, lines_before: int, started: float) -> TestResult:
    detail = whole_text(str(said.get("detail", "")))
    if said.get("failed"):
        line = said.get("line")
        line = line - lines_before if isinstance(line, int) else None
        law = literal_message(test.source, line) or _FAILED
        return _result(test, TestStatus.FAILED, law, started, detail=detail)
    if "failed" in said:
        return _result(test, TestStatus.ERROR, _ERROR, started, detail=detail)
    score = partial_credit(said.get("value"), test.points)
    if score is not None:
        whole = score >= test.points
        status = TestStatus.PASSED if whole else TestStatus.PARTIAL if score else TestStatus.FAILED
        return _result(test, status, "", started, score=score)
    return _result(test, TestStatus.PASSED, "", started, score=test.points)


def _result(
    test: TestCell,
    status: TestStatus,
    law: str,
    started: float,
    **more: Any,  # noqa: ANN401
) -> TestResult:
    values: dict[str, Any] = {"score": 0.0, "seconds": time.monotonic() - started} | more
    return TestResult(
        index=test.index,
        grade_id=test.grade_id,
        points=test.points,
        status=status,
        law=law,
        in_process=True,
        **values,
    )


def literal_message(source: str, line: object) -> str:
    """The literal message of the assertion at `line` of a test; "" when it has none.

    >>> literal_message("x = 1\\nassert x == 2, 'x is two'", 2)
    'x is two'
    """
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(plain_python(source))):
            if isinstance(node, ast.Assert) and isinstance(line, int):
                here = node.lineno <= line <= (node.end_lineno or node.lineno)
                if here and isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str):
                    return node.msg.value
    return ""

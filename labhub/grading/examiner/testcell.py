"""One test cell, from its source to its verdict."""

# ruff: noqa: ANN401 - a test cell's last expression can be anything

import asyncio
import contextlib
import io
import signal
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from labhub.grading.examiner import verdict
from labhub.grading.examiner.names import Namespace
from labhub.grading.examiner.patches import patched, type_of
from labhub.grading.examiner.probe import probe_of
from labhub.grading.examiner.remote import Link
from labhub.grading.examiner.source import OWNER_NAME, TYPE_NAME, Cell, compile_cell
from labhub.grading.examiner.verdict import TestTimeout
from labhub.grading.model import TestCell, TestResult, TestStatus
from labhub.grading.wire import Channel

MAX_PRINTED = 64 << 10
_NAMESPACE = "__labhub_namespace__"
"""Where `carried` keeps the globals of this notebook's test cells."""
_NONE: Mapping[str, Any] = {}
_AGAIN_S = 0.25
"""A test that swallows its timeout gets it again after so long."""


def run_test(
    cell: TestCell,
    channel: Channel,
    carried: dict[str, Any],
    reference: object,
    timeout_s: float,
    *,
    library_names: Mapping[str, str] | None = None,
    shadowed: Collection[str] = (),
    course_names: Collection[str] = (),
    course_methods: Collection[str] = (),
    given_functions: Mapping[str, Any] = _NONE,
) -> TestResult:
    """Run `cell` against the snapshot that answers on `channel`, and judge it.

    `carried` holds what earlier test cells of this notebook bound (modules, functions, classes,
    plain values); names bound by this cell are added to it. `reference` is what `reference` means
    in the cell. `library_names` says which names are libraries whatever the student binds them
    to: `{"np": "numpy", "F": "torch.nn.functional", "Linear": "torch.nn:Linear"}`; make it with
    `labhub.grading.examiner.names.library_names`. `shadowed` are names of Python's builtins that
    the course's own solution defines (a lab about `sum`, say), so that the student's is meant.
    `course_names` are the names that the course's own cells bind; those that `reference` has are
    added. Only these can be rebound by a test (`softmax = reference.softmax`). `course_methods`
    are the operators and comparisons of the course's own classes, as `operators.methods_of` finds
    them: no others are asked of a student's object. `given_functions` are the examiner's own of
    the course's locked cells, as `given.given_functions` makes them.

    Runs on the main thread (the time limit is a SIGALRM), and closes `channel`. Raises nothing: a
    student's process that dies, lies or hangs, a SystemExit, a timeout all end as a `TestResult`.
    """
    started = time.perf_counter()
    printed = _Printed()
    link = Link(channel, reference, course_methods)
    error: BaseException | None
    run = _Run(cell, link, carried.setdefault(_NAMESPACE, Namespace()))
    limit = _TimeLimit(timeout_s)
    try:
        with _captured(printed):
            value = run.execute(
                reference, library_names or {}, shadowed, course_names, given_functions
            )
        limit.stop()
        error = TestTimeout() if limit.expired else link.ended or link.refused
    except BaseException as raised:  # nothing that a test does ends the examiner
        limit.stop()
        value, error = None, _decisive(raised, link, limit)
    finally:
        run.close()
    seconds = time.perf_counter() - started
    return _result(cell, value, error, printed.getvalue(), timeout_s, seconds)


def _decisive(raised: BaseException, link: Link, limit: "_TimeLimit") -> BaseException:
    """What decided the verdict: a test cannot hide a timeout or a broken border."""
    if limit.expired:
        return raised if isinstance(raised, TestTimeout) else TestTimeout()
    return link.ended or link.refused or raised


def _result(
    cell: TestCell,
    value: Any,
    error: BaseException | None,
    printed: str,
    timeout_s: float,
    seconds: float,
) -> TestResult:
    score, status, law, detail = 0.0, TestStatus.PASSED, "", ""
    if error is None:
        partial = verdict.partial_credit(value, cell.points)
        score = cell.points if partial is None else partial
        status = TestStatus.PASSED if score >= cell.points else TestStatus.PARTIAL
    else:
        status = verdict.status_of(error)
        law = verdict.law_of(error, status, timeout_s)
        detail = verdict.detail_of(error, printed)
    return TestResult(
        index=cell.index,
        grade_id=cell.grade_id,
        points=cell.points,
        score=score,
        status=status,
        law=law,
        detail=detail,
        seconds=seconds,
    )


def forget(carried: dict[str, Any], names: Collection[str]) -> None:
    """Let names of earlier tests mean the student's again: cells have bound them since."""
    for name in names:
        dict.pop(carried.get(_NAMESPACE, {}), name, None)


def compile_test(grade_id: str, source: str) -> Cell:
    """A test cell, compiled; remembered. Raises `SyntaxError`."""
    return compile_cell(source, verdict.FILENAME.format(grade_id))


@dataclass
class _Run:
    """One test cell at work on one snapshot."""

    cell: TestCell
    link: Link
    namespace: Namespace

    def execute(
        self,
        reference: object,
        library_names: Mapping[str, str],
        shadowed: Collection[str],
        course_names: Collection[str],
        given_functions: Mapping[str, Any],
    ) -> Any:
        """Run the cell; gives the value of its last expression."""
        code = compile_test(self.cell.grade_id, self.cell.source)
        own = {*course_names, *vars(reference)} if hasattr(reference, "__dict__") else course_names
        dict.update(self.namespace, reference=reference, probe=probe_of(self.link))
        dict.__setitem__(self.namespace, TYPE_NAME, type_of)
        self.namespace.open(self.link, library_names, shadowed, own, code.literals, given_functions)
        with patched(self.link) as owner_of:
            dict.__setitem__(self.namespace, OWNER_NAME, owner_of)
            wanted = self.namespace.student_names(code.names)
            if wanted:
                self.link.watch(wanted)
            return self._run(code)

    def _run(self, code: Cell) -> Any:
        body_waits, last_waits = code.is_async
        _evaluate(code.body, self.namespace, body_waits)
        return _evaluate(code.last, self.namespace, last_waits) if code.last else None

    def close(self) -> None:
        """Let go of the snapshot."""
        self.namespace.close()
        self.link.close(self.link.ended)


def _evaluate(code: CodeType, namespace: Namespace, waits: bool) -> Any:
    value = eval(code, namespace)  # noqa: S307 - the course's own test
    return asyncio.run(value) if waits else value


class _TimeLimit:
    """Raises `TestTimeout` on this thread after some seconds, and again if it is swallowed."""

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._over = False
        self._before = signal.signal(signal.SIGALRM, self._interrupt)
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), _AGAIN_S)

    def _interrupt(self, signum: int, frame: FrameType | None) -> None:
        if not self._over:
            self.expired = True
            raise TestTimeout

    def stop(self) -> None:
        """Raise no more. The alarm may still come while this runs."""
        while True:
            try:
                self._over = True
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, self._before)
            except TestTimeout:
                continue
            return


class _Printed(io.StringIO):
    """Text up to a bound; what is more is dropped."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, MAX_PRINTED - self.tell())])
        return len(text)


@contextlib.contextmanager
def _captured(printed: _Printed) -> Iterator[None]:
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield

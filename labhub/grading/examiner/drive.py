"""The examiner's work on one notebook: first all cells, then all tests.

The order is the promise: when the first hidden value is sent, nobody listens any longer to the
worker that ran the cells, so nothing that a cell shows can depend on one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from labhub.grading import problems
from labhub.grading.examiner.answers import Answer, CellOutcome, Waiting, WorkerGone
from labhub.grading.model import (
    CellResult,
    CellStatus,
    Exam,
    Problem,
    StudentCell,
    TestCell,
    TestResult,
    TestStatus,
)
from labhub.grading.plan import Define, Run, Snapshot, steps

MOST_RESTARTS = 3
_LEAST_S = 0.05
_WATCH_LAG_S = 0.5
"""Within so many seconds a limit that is watched from outside may strike the cell after."""
_WATCHED = frozenset({problems.MEMORY_LIMIT, problems.PROCESS_LIMIT})
_SNAPSHOT_LOST = "Your code did not get far enough to be tested: its process ended before."
_CUT = {
    "output_type": "stream",
    "name": "stderr",
    "text": "[The output was cut here: the notebook as a whole shows too much.]\n",
}
_NO_TIME = "The time for this notebook was used up before this test."


class Answers(Protocol):
    """Whoever starts answer processes for us."""

    def start(self) -> Answer:
        """A fresh answer process."""
        ...

    def why_ended(self) -> str:
        """The code of the limit for which the last one was ended; "" for none."""
        ...


class Report(Protocol):
    """Whoever is told what came out, as soon as it is known. Later news replaces earlier."""

    def cell(self, result: CellResult) -> None:
        """How a student's cell ended."""
        ...

    def test(self, result: TestResult) -> None:
        """A verdict."""
        ...

    def problem(self, problem: Problem) -> None:
        """Something that went wrong."""
        ...


Examine = Callable[[TestCell, Waiting, float], TestResult]
"""Runs one test on one snapshot, within so many seconds."""


@dataclass
class _Attempt:
    """One run of the notebook's cells in one answer process."""

    answer: Answer
    snapshots: dict[int, Waiting] = field(default_factory=dict)
    killer: StudentCell | None = None
    gone: WorkerGone | None = None
    code: str = ""
    """The problem that ended the process."""
    suspect: StudentCell | None = None
    """The cell before the killer, when a limit that is watched struck just after it."""


class Drive:
    """Runs one exam. Never raises for what a student's code does."""

    def __init__(self, exam: Exam, answers: Answers, report: Report, examine: Examine) -> None:
        self._exam = exam
        self._limits = exam.limits
        self._answers = answers
        self._report = report
        self._examine = examine
        self._plan = steps(exam)
        self._deadline = 0.0
        self._room_bytes = 0

    def run(self) -> None:
        """Run all cells, then all tests, and report each."""
        attempt = self._run_cells()
        attempt.answer.finish()
        try:
            self._run_tests(attempt)
        finally:
            attempt.answer.close()

    def _run_cells(self) -> _Attempt:
        """The last attempt: without the cells that end the process, if they can be left out."""
        killers: set[int] = set()
        suspects: set[int] = set()
        while True:
            attempt = self._attempt(killers, suspects)
            if attempt.killer is None or attempt.gone is None:
                return attempt
            if attempt.suspect is not None and self._left_s() > _LEAST_S:
                # Once more with a pause after it: then it is plain which of the two it was.
                suspects.add(attempt.suspect.index)
                attempt.answer.close()
                continue
            self._report_death(attempt.killer, attempt.gone, attempt.code)
            killers.add(attempt.killer.index)
            if len(killers) > MOST_RESTARTS or self._left_s() <= _LEAST_S:
                self._skip_after(attempt.killer.index, killers)
                return attempt
            attempt.answer.close()

    def _attempt(self, killers: set[int], suspects: set[int]) -> _Attempt:
        attempt = _Attempt(self._answers.start())
        self._room_bytes = self._limits.all_output_bytes
        running: StudentCell | None = None
        before: StudentCell | None = None
        began = 0.0
        out_of_time = False
        if not self._deadline:
            self._deadline = time.monotonic() + self._limits.submission_timeout_s
        for step in self._plan:
            try:
                match step:
                    case Run(cell=cell) if out_of_time:
                        self._report.cell(CellResult(cell.index, CellStatus.SKIPPED))
                    case Run(cell=cell) if cell.index not in killers:
                        before, running, began = running, cell, time.monotonic()
                        out_of_time = self._run_cell(attempt.answer, cell)
                        if cell.index in suspects:
                            self._settle(attempt.answer)
                    case Define(source=source):
                        attempt.answer.define(source, self._limits.cell_timeout_s)
                    case Snapshot(test=test):
                        self._snapshot(attempt, test, last=step is self._plan[-1])
            except WorkerGone as gone:
                watched = self._answers.why_ended()
                attempt.killer, attempt.gone = running, gone
                attempt.code = watched or gone.code or problems.PROCESS_DIED
                late = watched in _WATCHED and time.monotonic() - began < _WATCH_LAG_S
                if late and before is not None and before.index not in suspects:
                    attempt.suspect = before
                return attempt
        return attempt

    def _settle(self, answer: Answer) -> None:
        """Wait until the watcher has looked; raises WorkerGone where it has struck."""
        time.sleep(_WATCH_LAG_S)
        answer.define("", self._limits.cell_timeout_s)

    def _run_cell(self, answer: Answer, cell: StudentCell) -> bool:
        """Run and report one cell; whether the notebook's whole time is used up now."""
        timeout_s = min(self._limits.cell_timeout_s, max(self._left_s(), _LEAST_S))
        outcome = answer.run(cell.source, timeout_s)
        kept = outcome.outputs if self._has_room(outcome.outputs) else (_CUT,)
        self._report.cell(CellResult(cell.index, _status(outcome), kept, outcome.execution_count))
        if outcome.cut or kept is not outcome.outputs:
            self._problem(problems.OUTPUT_LIMIT, cell.index)
        # What a cell hoards stays alive: later cells and tests would suffer for it.
        if _ran_out_of_memory(outcome):
            raise WorkerGone("it asked for more memory than there is", problems.MEMORY_LIMIT)
        if outcome.left_running > self._limits.processes:
            raise WorkerGone("it left too much running", problems.PROCESS_LIMIT)
        if self._left_s() <= _LEAST_S:
            self._problem(problems.TIME_LIMIT, cell.index)
            return True
        if outcome.timed_out:
            self._problem(problems.CELL_TIMEOUT, cell.index)
        return False

    def _has_room(self, outputs: tuple[dict[str, Any], ...]) -> bool:
        """Whether the notebook may show this too; a thousand cells at their limit may not."""
        self._room_bytes -= len(repr(outputs))
        return self._room_bytes >= 0

    def _snapshot(self, attempt: _Attempt, test: TestCell, *, last: bool) -> None:
        waiting = attempt.answer.snapshot(in_process=test.in_process, last=last)
        if waiting is None:
            self._problem(problems.PROCESS_LIMIT, test.index)
        else:
            attempt.snapshots[test.index] = waiting

    def _report_death(self, cell: StudentCell, gone: WorkerGone, code: str) -> None:
        found = problems.problem(code, self._limits, cell.index, how=gone.how)
        self._report.problem(found)
        shown = {
            "output_type": "error",
            "ename": "ProcessEnded",
            "evalue": found.sentence,
            "traceback": [found.sentence],
        }
        self._report.cell(CellResult(cell.index, CellStatus.KILLED, (shown,)))

    def _skip_after(self, index: int, killers: set[int]) -> None:
        for cell in self._exam.cells:
            if isinstance(cell, StudentCell) and cell.index > index and cell.index not in killers:
                self._report.cell(CellResult(cell.index, CellStatus.SKIPPED))

    def _run_tests(self, attempt: _Attempt) -> None:
        limits = self._limits
        deadline = max(self._deadline, time.monotonic() + limits.test_timeout_s)
        for test in self._exam.cells:
            if not isinstance(test, TestCell):
                continue
            waiting = attempt.snapshots.pop(test.index, None)
            left_s = deadline - time.monotonic()
            if waiting is None:
                self._report.test(no_verdict(test, TestStatus.KILLED, _SNAPSHOT_LOST))
            elif left_s <= 0:
                self._report.test(no_verdict(test, TestStatus.TIMEOUT, _NO_TIME))
            else:
                timeout_s = min(test.timeout_s or limits.test_timeout_s, left_s)
                self._report.test(self._examine(test, waiting, timeout_s))
            if waiting is not None:
                attempt.answer.drop(waiting)
            if test.in_process:
                self._problem(problems.IN_PROCESS_TEST, test.index)

    def _left_s(self) -> float:
        return self._deadline - time.monotonic()

    def _problem(self, code: str, index: int) -> None:
        self._report.problem(problems.problem(code, self._limits, index))


def _ran_out_of_memory(outcome: CellOutcome) -> bool:
    return any(output.get("ename") == "MemoryError" for output in outcome.outputs)


def _status(outcome: CellOutcome) -> CellStatus:
    if outcome.timed_out:
        return CellStatus.TIMEOUT
    return CellStatus.OK if outcome.ok else CellStatus.ERROR


def no_verdict(test: TestCell, status: TestStatus, law: str, **more: Any) -> TestResult:  # noqa: ANN401
    """A result without a point."""
    return TestResult(
        test.index, test.grade_id, test.points, 0.0, status, law, in_process=test.in_process, **more
    )

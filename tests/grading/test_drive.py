"""The order of an exam: all cells first, tests when nobody listens to the worker, few restarts."""

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from labhub.grading.examiner.answers import Answer, CellOutcome, Waiting, WorkerGone, _valid
from labhub.grading.examiner.drive import MOST_RESTARTS, Drive, no_verdict
from labhub.grading.examiner.in_process import examine_in_process, literal_message
from labhub.grading.mail import Mailbox
from labhub.grading.model import (
    CellResult,
    CellStatus,
    Exam,
    Limits,
    Problem,
    TestCell,
    TestResult,
    TestStatus,
)
from labhub.grading.plan import Define, Run, Snapshot, imported_packages, needed_definitions, steps
from tests.grading.exams import check, exam, split

DONE = CellOutcome(
    ok=True, timed_out=False, outputs=(), execution_count=1, cut=False, left_running=0
)


class FakeAnswer:
    """An answer process without a process: notes what it is told in a log that all share."""

    def __init__(self, log: list[str], behave: Callable[[str], CellOutcome | None]) -> None:
        self.log, self.behave = log, behave
        self.waiting: list[Waiting] = []

    def run(self, source: str, timeout_s: float) -> CellOutcome:
        self.log.append(f"run {source}")
        return self.behave(source) or DONE

    def define(self, source: str, timeout_s: float) -> None:
        self.log.append(f"define {source}")

    def snapshot(self, *, in_process: bool, last: bool) -> Waiting | None:
        self.log.append("last snapshot" if last else "snapshot")
        ours, theirs = socket.socketpair()
        theirs.close()
        self.waiting.append(Waiting(2, ours))
        return self.waiting[-1]

    def finish(self) -> None:
        self.log.append("finish")

    def drop(self, waiting: Waiting) -> None:
        waiting.sock.close()

    def close(self) -> None:
        self.log.append("close")
        for waiting in self.waiting:
            waiting.sock.close()


class Bench:
    """Starts fake answers and keeps what is reported."""

    def __init__(self, behave: Callable[[str], CellOutcome | None] = lambda _: None) -> None:
        self.log: list[str] = []
        self.behave = behave
        self.why = ""
        self.cells: dict[int, CellResult] = {}
        self.tests: dict[int, TestResult] = {}
        self.problems: list[Problem] = []

    def start(self) -> Any:
        self.log.append("start")
        return FakeAnswer(self.log, self.behave)

    def why_ended(self) -> str:
        return self.why

    def cell(self, result: CellResult) -> None:
        self.cells[result.index] = result

    def test(self, result: TestResult) -> None:
        self.tests[result.index] = result

    def problem(self, problem: Problem) -> None:
        self.problems.append(problem)

    def examine(self, test: TestCell, waiting: Waiting, timeout_s: float) -> TestResult:
        self.log.append(f"test {test.source}")
        return replace(no_verdict(test, TestStatus.PASSED, ""), score=test.points)

    def drive(self, this: Exam) -> "Bench":
        Drive(this, self, self, self.examine).run()
        return self


class Bombed(FakeAnswer):
    """An answer process that a watcher ends a moment after the cell "bomb" has ended."""

    def run(self, source: str, timeout_s: float) -> CellOutcome:
        if source != "bomb" and "run bomb" in self.log[self._start() :]:
            raise WorkerGone("it was ended")
        return super().run(source, timeout_s)

    def define(self, source: str, timeout_s: float) -> None:
        if "run bomb" in self.log[self._start() :]:
            raise WorkerGone("it was ended")

    def _start(self) -> int:
        return len(self.log) - self.log[::-1].index("start")


def dies_in(*sources: str) -> Callable[[str], CellOutcome | None]:
    def behave(source: str) -> CellOutcome | None:
        if source in sources:
            raise WorkerGone("it left with exit code 1")
        return None

    return behave


def test_tests_run_when_all_cells_have_run_and_nobody_listens_to_the_worker():
    bench = Bench().drive(exam("a", split("t1"), "b", split("t2")))
    assert bench.log == [
        "start", "run a", "snapshot", "run b", "last snapshot", "finish", "test t1", "test t2",
        "close",
    ]  # fmt: skip


def test_a_cell_that_ends_the_process_is_left_out_the_next_time():
    bench = Bench(dies_in("b")).drive(exam("a", "b", "c", split("t")))
    assert bench.log == [
        "start", "run a", "run b", "close",
        "start", "run a", "run c", "last snapshot", "finish", "test t", "close",
    ]  # fmt: skip
    assert bench.cells[1].status is CellStatus.KILLED
    assert "exit code 1" in bench.cells[1].outputs[0]["evalue"]
    assert [problem.code for problem in bench.problems] == ["process-died"]
    assert bench.tests[3].score == 1


def test_the_limit_for_which_a_process_was_ended_is_named():
    bench = Bench(dies_in("a"))
    bench.why = "memory-limit"
    bench.drive(exam("a"))
    assert bench.problems[0].code == "memory-limit"


def test_a_cell_that_runs_out_of_memory_is_left_out_with_all_that_it_hoarded():
    error = {"output_type": "error", "ename": "MemoryError", "evalue": "", "traceback": []}
    full = replace(DONE, ok=False, outputs=(error,))
    bench = Bench(lambda source: full if source == "b" else None)
    bench.drive(exam("a", "b", "c", split("t")))
    assert bench.log[:4] == ["start", "run a", "run b", "close"]
    assert bench.cells[1].status is CellStatus.KILLED
    assert [problem.code for problem in bench.problems] == ["memory-limit"]
    assert bench.tests[3].score == 1


def test_a_cell_that_leaves_too_much_running_is_left_out_and_no_later_cell_is_blamed():
    full = replace(DONE, left_running=Limits().processes + 1)
    bench = Bench(lambda source: full if source == "bomb" else None)
    bench.drive(exam("bomb", "b", split("t")))
    assert [bench.cells[i].status for i in (0, 1)] == [CellStatus.KILLED, CellStatus.OK]
    assert [problem.code for problem in bench.problems] == ["process-limit"]
    assert bench.tests[2].score == 1


def test_restarts_are_bounded_and_earlier_snapshots_still_count():
    names = [f"k{i}" for i in range(6)]
    bench = Bench(dies_in(*names)).drive(exam("a", split("t"), *names, split("late")))
    assert bench.log.count("start") == MOST_RESTARTS + 1
    statuses = [bench.cells[2 + i].status for i in range(6)]
    assert statuses == [CellStatus.KILLED] * (MOST_RESTARTS + 1) + [CellStatus.SKIPPED] * 2
    assert bench.tests[1].score == 1
    assert bench.tests[8].status is TestStatus.KILLED
    assert "not get far enough" in bench.tests[8].law


def test_the_time_of_the_whole_notebook_is_limited():
    late = replace(DONE, ok=False, timed_out=True)
    limits = Limits(submission_timeout_s=0.01)
    this = exam("slow", "never", split("t"), limits=limits)

    def sleep(source: str) -> CellOutcome:
        import time

        time.sleep(0.02)
        return late

    bench = Bench(sleep).drive(this)
    assert bench.cells[0].status is CellStatus.TIMEOUT
    assert bench.cells[1].status is CellStatus.SKIPPED
    assert [problem.code for problem in bench.problems] == ["time-limit"]
    assert bench.tests[2].score == 1


def test_interrupted_and_cut_cells_are_named():
    outcome = replace(DONE, timed_out=True, cut=True)
    bench = Bench(lambda _: outcome).drive(exam("a"))
    assert [problem.code for problem in bench.problems] == ["output-limit", "cell-timeout"]
    assert bench.problems[0].index == 0


def test_a_notebook_shows_so_much_and_no_more() -> None:
    loud = ({"output_type": "stream", "name": "stdout", "text": "x" * 1000},)
    bench = Bench(lambda _: replace(DONE, outputs=loud))
    bench.drive(exam(*map(str, range(20)), limits=Limits(output_bytes=500)))
    shown = [bench.cells[index].outputs for index in range(20)]
    assert shown[:7] == [loud] * 7
    assert all("as a whole" in outputs[0]["text"] for outputs in shown[7:])
    assert {problem.code for problem in bench.problems} == {"output-limit"}


def test_a_test_beside_the_students_code_says_so():
    bench = Bench().drive(exam("a", check("t")))
    assert [problem.code for problem in bench.problems] == ["in-process-test"]


class TestPlan:
    def test_definitions_that_later_cells_use_follow_their_test(self):
        cells = exam("a", split("hidden"), "print(helper(N))").cells
        visible = "import math\nN = 3\ndef helper(x): return math.sqrt(x)\nassert a == 1\nM = f(2)"
        shown = replace(cells[1], visible=visible)
        plan = steps(Exam("lab", (cells[0], shown, cells[2])))  # type: ignore[arg-type]
        assert [type(step) for step in plan] == [Run, Snapshot, Define, Run]
        assert isinstance(plan[2], Define)
        assert plan[2].source.split("\n")[:2] == ["import math", "N = 3"]

    def test_nothing_is_defined_for_nobody(self):
        assert needed_definitions("x = 1", []) == ""
        assert needed_definitions("x = 1", ["y"]) == ""
        assert needed_definitions("def f(: broken", ["f"]) == ""
        assert needed_definitions("from __future__ import annotations", ["annotations"]) == ""

    def test_magics_do_not_hide_the_rest(self):
        assert imported_packages(["%matplotlib inline\n!ls\nimport a.b\nfrom .c import d"]) == {"a"}
        assert imported_packages(["%%bash\nimport x"]) == frozenset()


class TestAnswer:
    @pytest.fixture
    def wires(self):
        keeper, keeper_far = Mailbox.pair()
        worker, worker_far = Mailbox.pair()
        answer = Answer(keeper, worker, output_bytes=1000)
        yield answer, keeper_far, worker_far
        answer.close()
        keeper_far.close()
        worker_far.close()

    def test_forged_outputs_are_dropped(self, wires: Any):
        answer, _, worker = wires
        worker.send({"order": 0})
        answer.wait_until_ready()
        good = {"output_type": "stream", "name": "stdout", "text": "x"}
        shown = [good, {"output_type": "evil"}, 7]
        worker.send({"order": 1, "ok": True, "outputs": shown, "left_running": 0})
        assert answer.run("x", 1).outputs == (good,)

    def test_what_could_not_be_written_down_is_mended(self, wires: Any):
        answer, _, worker = wires
        worker.send({"order": 0})
        answer.wait_until_ready()
        deep: Any = 1
        for _ in range(400):
            deep = [deep]
        data = {"text/html": "<b>\udfff</b>", "application/json": [float("nan"), deep]}
        odd = {"output_type": "display_data", "data": data, "metadata": {}}
        counted = {
            "output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": -1,
        }  # fmt: skip
        reply = {"order": 1, "outputs": [odd, counted], "left_running": 0, "count": -7}
        worker.send(reply)
        outcome = answer.run("x", 1)
        (shown,) = outcome.outputs
        assert shown["data"]["text/html"] == "<b>?</b>"
        assert shown["data"]["application/json"][0] is None
        assert outcome.execution_count is None

    @pytest.mark.parametrize(
        "reply",
        [
            {"order": 9, "outputs": [], "left_running": 0},
            {"order": 1},
            {"order": 1, "outputs": 3, "left_running": 0},
            {"order": 1, "outputs": [], "left_running": "few"},
        ],
    )
    def test_nonsense_is_the_end_of_the_worker(self, wires: Any, reply: dict[str, Any]):
        answer, _, worker = wires
        worker.send(reply)
        with pytest.raises(WorkerGone, match="broke the connection"):
            answer.run("x", 1)

    @pytest.mark.parametrize(
        ("code", "how"), [(3, "exit code 3"), (-9, "SIGKILL"), (-250, "signal 250")]
    )
    def test_the_keeper_tells_how_the_worker_ended(self, wires: Any, code: int, how: str):
        answer, keeper, worker = wires
        keeper.send({"worker": code})
        worker.close()
        with pytest.raises(WorkerGone, match=how):
            answer.run("x", 1)

    def test_silence_is_interrupted_and_then_ended(self, wires: Any, monkeypatch: Any):
        from labhub.grading.examiner import answers

        monkeypatch.setattr(answers, "_INTERRUPT_GRACE_S", 0.02)
        answer, keeper, _ = wires
        with pytest.raises(WorkerGone) as caught:
            answer.run("x", 0.01)
        assert caught.value.code == "cell-timeout"
        said = [keeper.receive()["do"] for _ in range(3)]
        assert said == ["interrupt", "interrupt", "kill-worker"]

    def test_a_fork_that_failed_gives_no_snapshot(self, wires: Any):
        answer, _, worker = wires
        worker.send({"order": 1, "error": "no more processes"})
        assert answer.snapshot(in_process=False, last=False) is None

    def _finished(self, wires: Any, *, pid: int, last: bool) -> tuple[Mailbox, Mailbox]:
        """Keeper and worker, once a worker that says that it stays has been finished with."""
        answer, keeper, worker = wires
        worker.send({"order": 1, "pid": pid, "stays": True})
        assert answer.snapshot(in_process=False, last=last) is not None
        keeper.send({"swept": True})
        answer.finish()
        return keeper, worker

    def test_a_worker_that_stays_is_kept_and_no_longer_heard(self, wires: Any):
        keeper, worker = self._finished(wires, pid=2, last=True)
        assert worker.receive()["do"] == "snapshot"
        with pytest.raises(EOFError):
            worker.receive(timeout_s=5)
        assert keeper.receive(timeout_s=5) == {"do": "sweep", "keep": [2]}

    def test_a_worker_that_lies_about_its_number_is_swept_away(self, wires: Any):
        keeper, _ = self._finished(wires, pid=77, last=True)
        assert keeper.receive(timeout_s=5) == {"do": "sweep", "keep": [77]}

    def test_a_worker_may_not_stay_before_the_last_test(self, wires: Any):
        keeper, worker = self._finished(wires, pid=2, last=False)
        assert [worker.receive()["do"] for _ in range(2)] == ["snapshot", "stop"]
        assert keeper.receive(timeout_s=5) == {"do": "kill-worker"}

    @pytest.mark.parametrize(
        "output",
        [
            {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["a"]},
            {"output_type": "display_data", "data": {}, "metadata": {}},
            {"output_type": "execute_result", "data": {}, "metadata": {}, "execution_count": 1},
        ],
    )
    def test_outputs_of_nbformat_are_kept(self, output: dict[str, Any]):
        assert _valid({**output, "more": 1}) == output


class TestInProcess:
    def examine(self, reply: dict[str, Any] | None, source: str = "assert x, 'x holds'"):
        ours, theirs = Mailbox.pair()
        if reply is not None:
            theirs.send(reply)
        else:
            theirs.close()
        test = TestCell(1, "t", 2.0, source, in_process=True)  # type: ignore[arg-type]
        with socket.socket(fileno=ours.detach()) as sock:
            result = examine_in_process(test, Waiting(2, sock), 0.2)
        theirs.close()
        return result

    def test_its_verdicts_say_that_they_were_made_there(self):
        result = self.examine({"value": None})
        assert (result.status, result.score, result.in_process) == (TestStatus.PASSED, 2.0, True)

    def test_the_law_is_the_literal_message(self):
        result = self.examine({"failed": True, "line": 1, "detail": "trace"})
        assert (result.status, result.law) == (TestStatus.FAILED, "x holds")

    def test_other_exceptions_are_errors(self):
        result = self.examine({"failed": False, "line": 1, "detail": "trace"})
        assert (result.status, result.detail) == (TestStatus.ERROR, "trace")

    @pytest.mark.parametrize(
        ("value", "score", "status"),
        [
            (1, 1.0, TestStatus.PARTIAL),
            (99, 2.0, TestStatus.PASSED),
            (-3, 0.0, TestStatus.FAILED),
            (float("nan"), 0.0, TestStatus.FAILED),
            (10**400, 0.0, TestStatus.FAILED),
            (True, 2.0, TestStatus.PASSED),
            ("9", 2.0, TestStatus.PASSED),
        ],
    )
    def test_a_number_is_partial_credit_within_bounds(
        self, value: Any, score: float, status: TestStatus
    ):
        result = self.examine({"value": value})
        assert (result.score, result.status) == (score, status)

    def test_death_and_silence_give_no_point(self):
        assert self.examine(None).status is TestStatus.KILLED
        ours, theirs = socket.socketpair()
        test = TestCell(1, "t", 2.0, "x", in_process=True)  # type: ignore[arg-type]
        with ours, theirs:
            result = examine_in_process(test, Waiting(2, ours), 0.05)
        assert result.status is TestStatus.TIMEOUT

    def test_a_computed_message_is_not_a_law(self):
        assert literal_message("assert x, f'{secret}'", 1) == ""
        assert literal_message("assert x", 1) == ""
        assert literal_message("assert (", 1) == ""
        assert literal_message("assert x, 'm'", None) == ""


def test_a_limit_that_strikes_a_moment_late_costs_the_cell_that_broke_it():
    class BombedBench(Bench):
        def start(self) -> Any:
            self.log.append("start")
            return Bombed(self.log, self.behave)

    bench = BombedBench()
    bench.why = "process-limit"
    bench.drive(exam("first", "bomb", "honest"))
    statuses = [bench.cells[index].status for index in range(3)]
    assert statuses == [CellStatus.OK, CellStatus.KILLED, CellStatus.OK]

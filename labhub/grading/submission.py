"""One exam on its way through the engine: what its examiner said, and what its answers use."""

import os
import signal
import stat
import tarfile
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path

from labhub.errors import LabhubError
from labhub.grading import problems
from labhub.grading.mail import Letter, Mailbox
from labhub.grading.model import (
    CellResult,
    CellStatus,
    Exam,
    ExamResult,
    Limits,
    Problem,
    StudentCell,
    TestCell,
    TestResult,
    TestStatus,
)
from labhub.grading.sandbox import watch
from labhub.grading.sandbox.cgroups import ControlGroup
from labhub.grading.transport import cell_result_of, problem_of, test_result_of

Key = Hashable
Deliver = Callable[[Key, ExamResult | LabhubError], None]

_NOT_RUN = "This test gave no result; please ask for your hand-in to be graded again."
_NO_TIME = "The time for this notebook was used up before this test."
_TESTS_SHARE = 0.5
_MARGIN_S = 10.0
_MOST_TRIES = 2
_UNSUSPECTED_BYTES = 48 << 20
_MEMORY_SLACK = 1.125
"""A single process meets the kernel's limit first: a MemoryError in its cell, not its end."""


@dataclass
class AnswerWatch:
    """One answer process under observation."""

    pidfd: int = -1
    pid: int = -1
    killed_for: str = ""
    ended: bool = False
    next_exact_bytes: int = 0
    group: ControlGroup | None = None

    def begin(self, pidfd: int, group: ControlGroup | None) -> None:
        """It has been forked. Its worker may be forked any moment, and none of its cells runs."""
        self.pidfd, self.pid, self.group = pidfd, watch.pid_of_pidfd(pidfd), group
        if group is not None:
            for _ in range(2):  # who is forked after the second look has a parent in the group
                group.hold(watch.tree(self.pid))

    def end(self) -> None:
        """It is gone."""
        self.ended = True
        if self.group is not None:
            if self.group.ran_out_of_memory:
                self.killed_for = self.killed_for or problems.MEMORY_LIMIT
            self.group.close()

    @property
    def why_ended(self) -> str:
        """The limit for which it was ended, by us or by the kernel; "" for none."""
        if not self.killed_for and self.group is not None and self.group.ran_out_of_memory:
            return problems.MEMORY_LIMIT
        return self.killed_for

    def kill(self, code: str) -> None:
        """End every process of the answer, for the limit `code`."""
        self.killed_for = self.killed_for or code
        if self.pidfd >= 0 and not self.ended:
            for pid in watch.tree(self.pid)[1:]:
                _kill(pid)
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


@dataclass
class Submission:
    """One exam in the engine."""

    key: Key
    exam: Exam
    deliver: Deliver
    tries: int = 0
    mailbox: Mailbox | None = None
    examiner_pidfd: int = -1
    examiner_ended: bool = False
    waits_for_turn: bool = False
    has_turn: bool = False
    done: bool = False
    """Whether all has been said; its processes may still have to end."""
    started: float = 0.0
    out_of_time: bool = False
    cpu_s: float = 0.0
    peak_bytes: int = 0
    answers: dict[int, AnswerWatch] = field(default_factory=dict)
    cells: dict[int, CellResult] = field(default_factory=dict)
    tests: dict[int, TestResult] = field(default_factory=dict)
    problems: dict[tuple[str, int | None], Problem] = field(default_factory=dict)

    def begin(self, mailbox: Mailbox) -> None:
        """An examiner has been asked for; forget an earlier try."""
        self.mailbox = mailbox
        self.tries += 1
        self.examiner_pidfd, self.examiner_ended, self.done = -1, False, False
        self.waits_for_turn = self.has_turn = False
        self.answers, self.cells, self.tests, self.problems = {}, {}, {}, {}

    def take_turn(self) -> None:
        """All is ready, and there is a place: its time runs from now."""
        self.waits_for_turn, self.has_turn = False, True
        self.started = time.monotonic()

    def take(self, letter: Letter) -> None:
        """Keep what the examiner reports; later news of a cell replaces earlier."""
        match letter:
            case {"cell": cell}:
                result = cell_result_of(cell)
                self.cells[result.index] = result
            case {"test": test}:
                verdict = test_result_of(test)
                self.tests[verdict.index] = verdict
            case {"problem": said}:
                self.add_problem(problem_of(said))
            case {"done": True}:
                self.done = True

    def add_problem(self, problem: Problem) -> None:
        """Keep one problem of each code and cell."""
        self.problems.setdefault((problem.code, problem.index), problem)

    @property
    def why_ended(self) -> str:
        """The limit for which the answer process started last was ended; "" for none."""
        last = next(reversed(self.answers.values()), None)
        return last.why_ended if last is not None else ""

    @property
    def is_over(self) -> bool:
        """Whether the examiner and all answer processes have ended and been counted."""
        return self.examiner_ended and all(answer.ended for answer in self.answers.values())

    @property
    def is_worth_another_try(self) -> bool:
        """Whether the examiner ended before its work, by no limit, for the first time."""
        return not self.done and not self.out_of_time and self.tries < _MOST_TRIES

    @property
    def hard_limit_s(self) -> float:
        """Seconds after which the examiner itself is ended."""
        limits = self.exam.limits
        tests_s = max(limits.test_timeout_s, _TESTS_SHARE * limits.submission_timeout_s)
        return limits.submission_timeout_s + tests_s + _MARGIN_S

    def result(self) -> ExamResult:
        """All that is known; what is not known is said to have been left out."""
        if not self.done:
            code = problems.TIME_LIMIT if self.out_of_time else problems.EXAMINER_DIED
            self.add_problem(problems.problem(code, self.exam.limits))
        return ExamResult(
            notebook_id=self.exam.notebook_id,
            cells=tuple(self._cell(c) for c in self.exam.cells if isinstance(c, StudentCell)),
            tests=tuple(self._test(c) for c in self.exam.cells if isinstance(c, TestCell)),
            problems=tuple(self.problems.values()),
            cpu_s=self.cpu_s,
            wall_s=time.monotonic() - self.started if self.has_turn else 0.0,
            peak_bytes=self.peak_bytes,
        )

    def _cell(self, cell: StudentCell) -> CellResult:
        return self.cells.get(cell.index) or CellResult(cell.index, CellStatus.SKIPPED)

    def _test(self, cell: TestCell) -> TestResult:
        status = TestStatus.TIMEOUT if self.out_of_time else TestStatus.SKIPPED
        law = _NO_TIME if self.out_of_time else _NOT_RUN
        return self.tests.get(cell.index) or TestResult(
            cell.index, cell.grade_id, cell.points, 0.0, status, law, in_process=cell.in_process
        )

    def close(self) -> None:
        """Give back what the operating system lent."""
        if self.mailbox is not None:
            self.mailbox.close()
        for pidfd in (self.examiner_pidfd, *(answer.pidfd for answer in self.answers.values())):
            if pidfd >= 0:
                os.close(pidfd)

    def abort(self) -> None:
        """End all of its processes."""
        for answer in self.answers.values():
            answer.kill("")
        if self.examiner_pidfd >= 0 and not self.examiner_ended:
            signal.pidfd_send_signal(self.examiner_pidfd, signal.SIGKILL)


def check_limits(submission: Submission, baseline_bytes: int) -> None:
    """End what uses more than it may: memory, CPU time, processes, wall time."""
    for answer in submission.answers.values():
        if answer.pid > 0 and not answer.ended and not answer.killed_for:
            code = _exceeded(answer, submission, baseline_bytes)
            if code:
                answer.kill(code)
    late = time.monotonic() - submission.started > submission.hard_limit_s
    if submission.has_turn and late and submission.examiner_pidfd >= 0:
        submission.out_of_time = True
        submission.abort()


def _exceeded(answer: AnswerWatch, submission: Submission, baseline_bytes: int) -> str:
    limits = answer_limits(submission.exam)
    pids = watch.tree(answer.pid)
    unsuspected = baseline_bytes + _UNSUSPECTED_BYTES
    all_used = (watch.usage(pid, unsuspected_bytes=unsuspected) for pid in pids)
    used = [usage for usage in all_used if usage is not None]
    if not used:
        return ""
    if sum(usage.threads for usage in used) > limits.processes:
        return problems.PROCESS_LIMIT
    if sum(usage.cpu_s for usage in used) > limits.cpu_s:
        return problems.TIME_LIMIT
    own = [max(0, usage.memory_bytes - baseline_bytes) for usage in used]
    submission.peak_bytes = max(submission.peak_bytes, *own)
    return _memory_exceeded(answer, submission, pids, sum(own))


def answer_limits(exam: Exam) -> Limits:
    """The limits of an answer process: beside the student's processes there are ours.

    Those are a snapshot for each test, the keeper and the worker.
    """
    tests = sum(isinstance(cell, TestCell) for cell in exam.cells)
    return replace(exam.limits, processes=exam.limits.processes + tests + 2)


def _memory_exceeded(
    answer: AnswerWatch, submission: Submission, pids: list[int], bound_bytes: int
) -> str:
    """Look closely only when the cheap upper bound, which counts pages once per fork, allows it.

    After a close look that found `exact`, the bound must grow by what is left before another can
    find more than the limit.
    """
    limit = round(_MEMORY_SLACK * submission.exam.limits.memory_bytes)
    if bound_bytes <= max(limit, answer.next_exact_bytes):
        return ""
    exact = watch.footprint_bytes(answer.pid, pids)
    submission.peak_bytes = max(submission.peak_bytes, exact)
    if exact > limit:
        return problems.MEMORY_LIMIT
    answer.next_exact_bytes = bound_bytes + (limit - exact)
    return ""


def archive(folder: Path, limit_bytes: int) -> int:
    """A file in memory with a tar archive of `folder`: its regular files and folders only.

    Links and devices are left out, and so is what would make it larger than `limit_bytes`.
    """
    descriptor = os.memfd_create("files", os.MFD_CLOEXEC)
    left = limit_bytes
    with os.fdopen(os.dup(descriptor), "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        for path in sorted(folder.rglob("*")):
            about = path.lstat()
            regular = stat.S_ISREG(about.st_mode)
            if not regular and not stat.S_ISDIR(about.st_mode):
                continue
            if regular and about.st_size > left:
                continue
            left -= about.st_size if regular else 0
            tar.add(path, str(path.relative_to(folder)), recursive=False, filter=_anonymous)
    return descriptor


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o755 if member.isdir() else 0o644
    return member

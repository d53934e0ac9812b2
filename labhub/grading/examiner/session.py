"""The examiner parent, which loads a notebook's reference once, and its examiners."""

import contextlib
import os
import signal
import socket
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NoReturn

from labhub.grading.examiner.answers import Answer, Waiting, WorkerGone
from labhub.grading.examiner.course import CourseCells, Given
from labhub.grading.examiner.drive import Drive
from labhub.grading.examiner.earlier import definitions_before, taken_back
from labhub.grading.examiner.in_process import examine_in_process
from labhub.grading.examiner.reference import load_reference
from labhub.grading.examiner.testcell import forget, run_test
from labhub.grading.forkserver import ForkServer, Role
from labhub.grading.mail import Letter, Mailbox
from labhub.grading.model import (
    CellResult,
    Exam,
    Limits,
    Problem,
    TestCell,
    TestResult,
)
from labhub.grading.process_errors import ReferenceCellError
from labhub.grading.sandbox import hugepages, namespaces, rlimits
from labhub.grading.transport import exam_of, result_letter
from labhub.grading.wire import Channel


class AnswersRefusedError(RuntimeError):
    """The orchestrator gives this examiner no more answer processes."""


def be_examiner_parent(socket_fd: int) -> NoReturn:
    """Load the reference that the first letter brings, then fork examiners. Does not return."""
    namespaces.call_process("lab-reference")
    namespaces.hide_from_debuggers()
    namespaces.forbid_new_privileges()
    namespaces.drop_capabilities()
    _turn_to_null()
    mailbox = Mailbox.of_fd(socket_fd)
    letter = mailbox.receive()
    cells, exam = letter["reference"], exam_of(letter["exam"])
    tests = [cell.source for cell in exam.cells if isinstance(cell, TestCell)]
    try:
        reference = load_reference(cells, tests)
    except ReferenceCellError as error:
        mailbox.send({"failed": error.message, "hint": error.hint})
        os._exit(1)
    course = CourseCells.read(reference, cells)
    course.rehearse(exam)
    hugepages.settle()
    mailbox.send({"ready": True})

    def examiner(_: Letter, descriptors: list[int]) -> None:
        be_examiner(Mailbox.of_fd(descriptors[0]), course)

    ForkServer(mailbox, {"examiner": Role(examiner, descriptors=range(1, 2))}).serve()
    os._exit(0)


def _turn_to_null() -> None:
    """What the reference and the tests print is nobody's output; file errors go there too."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.close(null)


def be_examiner(mailbox: Mailbox, course: CourseCells) -> None:
    """Work on the one exam that the first letter brings."""
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    namespaces.call_process("lab-examiner")
    exam = exam_of(mailbox.receive()["exam"])
    rlimits.apply(rlimits.for_examiner(exam.limits, rlimits.data_bytes()))
    desk = Desk(mailbox, exam.limits)
    examiner = Examiner(exam, course)
    with contextlib.suppress(AnswersRefusedError):
        Drive(exam, desk, desk, examiner.examine).run()
        mailbox.send({"done": True})


class Desk:
    """The orchestrator, seen from an examiner: it starts answer processes and keeps reports."""

    def __init__(self, mailbox: Mailbox, limits: Limits) -> None:
        self._mailbox = mailbox
        self._limits = limits
        self._has_turn = False

    def start(self) -> Answer:
        """A fresh answer process. Raises AnswersRefusedError."""
        self._mailbox.send({"need": "answer"})
        letter, descriptors = self._mailbox.receive_with_fds()
        if not letter.get("answer"):
            raise AnswersRefusedError(str(letter.get("why", "")))
        keeper, worker = map(Mailbox.of_fd, descriptors)
        answer = Answer(keeper, worker, output_bytes=self._limits.output_bytes)
        try:
            answer.wait_until_ready()
        except WorkerGone as gone:
            answer.close()
            raise AnswersRefusedError(gone.how) from gone
        self._wait_for_turn()
        return answer

    def _wait_for_turn(self) -> None:
        """The first answer is made ready while others still run."""
        if not self._has_turn:
            self._mailbox.send({"need": "turn"})
            self._has_turn = bool(self._mailbox.receive()["turn"])

    def why_ended(self) -> str:
        """The code of the limit for which the orchestrator ended the last answer process."""
        self._mailbox.send({"need": "why"})
        return str(self._mailbox.receive()["why"])

    def cell(self, result: CellResult) -> None:
        """Pass on how a student's cell ended."""
        self._mailbox.send({"cell": result_letter(result)})

    def test(self, result: TestResult) -> None:
        """Pass on a verdict."""
        self._mailbox.send({"test": result_letter(result)})

    def problem(self, problem: Problem) -> None:
        """Pass on a problem."""
        self._mailbox.send({"problem": result_letter(problem)})


class Examiner:
    """Runs the test cells of one exam, in order; what a test defines is there for the next."""

    def __init__(self, exam: Exam, course: CourseCells) -> None:
        self._carried: dict[str, Any] = {}
        self._exam = exam
        self._course = course

    def examine(self, test: TestCell, waiting: Waiting, timeout_s: float) -> TestResult:
        """The verdict of `test` on one snapshot."""
        if test.in_process:
            earlier = definitions_before(self._exam, test)
            return examine_in_process(test, waiting, timeout_s, earlier)
        forget(self._carried, self._taken_back[test.index] & self._course.bound)
        channel = Channel(socket.socket(fileno=waiting.sock.detach()))
        try:
            return run_test(
                test,
                channel,
                self._carried,
                self._course.reference,
                timeout_s,
                library_names=self._given.libraries,
                shadowed=self._course.shadowed,
                course_names=self._course.bound,
                course_methods=self._course.methods,
                given_functions=self._given.functions,
            )
        finally:
            channel.close()

    @cached_property
    def _given(self) -> Given:
        return self._course.given(self._exam)

    @cached_property
    def _taken_back(self) -> Mapping[int, frozenset[str]]:
        return taken_back(self._exam)

"""The engine's one thread: it starts examiners and answers, watches them, and collects results.

Everything here happens on that thread, so nothing needs a lock. It never waits for a student's
process: those speak only to their examiner.
"""

import contextlib
import os
import queue
import socket
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass, field

from labhub.errors import LabhubError
from labhub.grading.eventloop import EventLoop
from labhub.grading.mail import Letter, Mailbox
from labhub.grading.model import TestCell
from labhub.grading.process_errors import EngineError, ReferenceCellError, WarmStartError
from labhub.grading.sandbox import watch
from labhub.grading.submission import (
    AnswerWatch,
    Submission,
    answer_limits,
    archive,
    check_limits,
)
from labhub.grading.transport import exam_letter
from labhub.grading.warmparent import WarmParent, WarmSetup

_TICK_S = 0.2
_START_TIMEOUT_S = 120.0
_SEND_TIMEOUT_S = 30.0
_MOST_PARENTS = 4
_MOST_FAILURES = 3

ReferenceKey = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass
class _Parent:
    """An examiner parent: the reference of one notebook, loaded."""

    mailbox: Mailbox
    ready: bool = False
    waiting: list[Submission] = field(default_factory=list)
    examiners: dict[int, Submission] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        return not self.waiting and not self.examiners


class Dispatcher(threading.Thread):
    """Grades submissions, `most` at a time, until `close`."""

    def __init__(self, setup: WarmSetup, most: int) -> None:
        super().__init__(name="labhub-engine", daemon=True)
        self._setup = setup
        self._most = most
        self._incoming: queue.SimpleQueue[Submission | None] = queue.SimpleQueue()
        self._loop = EventLoop(self._take_incoming)
        self._queue: deque[Submission] = deque()
        self._running: list[Submission] = []
        self._answers: dict[int, tuple[Submission, AnswerWatch]] = {}
        self._parents: dict[ReferenceKey, _Parent] = {}
        self._warm: WarmParent | None = None
        self._warm_started = 0.0
        self._failures = 0
        self._numbers = 0
        self._fatal: LabhubError | None = None
        self._closing = False

    def submit(self, submission: Submission) -> None:
        """Grade this too. From any thread; its `deliver` is called on the engine's."""
        self._incoming.put(submission)
        self._loop.wake()

    def close(self) -> None:
        """End everything and wait for it. From any other thread."""
        self._incoming.put(None)
        self._loop.wake()
        self.join()
        self._loop.close()

    def run(self) -> None:
        """Serve until closed; an error that nothing can mend goes to all who wait."""
        try:
            self._start_warm()
            self._serve()
        except LabhubError as error:
            self._give_up(error)
            self._serve()
        finally:
            self._end_all()

    def _serve(self) -> None:
        while not self._closing:
            warming = self._warm is not None and not self._warm.ready
            self._loop.turn(_TICK_S if self._running or warming else None)
            self._tick()

    def _number(self) -> int:
        self._numbers += 1
        return self._numbers

    def _take_incoming(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                submission = self._incoming.get_nowait()
                if submission is None:
                    self._closing = True
                elif self._fatal is not None:
                    submission.deliver(submission.key, self._fatal)
                else:
                    self._queue.append(submission)
        self._start_some()

    # The warm parent.

    def _start_warm(self) -> None:
        self._warm = WarmParent(self._setup)
        self._warm_started = time.monotonic()
        self._loop.watch(self._warm.mailbox.fileno(), self._hear_warm)

    def _hear_warm(self) -> None:
        warm = self._warm
        assert warm is not None
        try:
            letter, descriptors = warm.mailbox.receive_with_fds(timeout_s=_SEND_TIMEOUT_S)
        except (EOFError, OSError, ValueError):
            self._lose_warm()
            return
        match letter:
            case {"loaded": _}:
                warm.note_loaded(letter)
                self._start_some()
            case {"forked": int(number)}:
                self._note_pidfd(number, descriptors)
            case {"ended": int(number)} | {"refused": int(number)}:
                self._note_answer_ended(number, letter)
        for descriptor in descriptors:
            os.close(descriptor)

    def _note_pidfd(self, number: int, descriptors: list[int]) -> None:
        if number in self._answers and descriptors:
            _, answer = self._answers[number]
            answer.pidfd = descriptors.pop()
            answer.pid = watch.pid_of_pidfd(answer.pidfd)

    def _note_answer_ended(self, number: int, letter: Letter) -> None:
        if number in self._answers:
            submission, answer = self._answers.pop(number)
            answer.ended = True
            submission.cpu_s += letter.get("cpu_s", 0.0)
            self._finish_if_over(submission)

    def _lose_warm(self) -> None:
        """The warm parent is gone, and all processes with it: start anew, try each job again."""
        assert self._warm is not None
        was_ready, words = self._warm.ready, self._drop_warm()
        if not was_ready:
            raise WarmStartError(
                "The process that keeps the libraries warm ended while it started.",
                hint=words or "It said nothing. Try: python -m labhub.grading.warm --control 0",
            )
        self._failures += 1
        if self._failures > _MOST_FAILURES:
            raise EngineError("The warm parent of grading ended again and again.", hint=words)
        for submission in self._drop_running():
            if submission.is_worth_another_try:
                self._queue.appendleft(submission)
            else:
                submission.deliver(submission.key, submission.result())
        self._start_warm()

    def _drop_warm(self) -> str:
        if self._warm is None:
            return ""
        warm, self._warm = self._warm, None
        self._loop.unwatch(warm.mailbox.fileno())
        words = warm.last_words()
        warm.end()
        return words

    def _drop_running(self) -> list[Submission]:
        """Forget all that runs; the submissions it ran for."""
        waiting = [s for parent in self._parents.values() for s in parent.waiting]
        dropped = [*self._running, *waiting]
        for parent in list(self._parents.values()):
            self._loop.drop(parent.mailbox)
        for submission in self._running:
            self._close(submission)
        self._parents, self._answers, self._running = {}, {}, []
        return dropped

    # Examiner parents and examiners.

    def _start_some(self) -> None:
        while self._queue and self._warm is not None and self._warm.ready:
            busy = len(self._running) + sum(len(p.waiting) for p in self._parents.values())
            if busy >= self._most:
                return
            submission = self._queue.popleft()
            with contextlib.suppress(OSError):  # its end is noticed when we listen
                self._warm.import_for(submission.exam)
            parent = self._parent_of(submission)
            if parent.ready:
                self._start_examiner(parent, submission)
            else:
                parent.waiting.append(submission)

    def _parent_of(self, submission: Submission) -> _Parent:
        exam = submission.exam
        tests = tuple(cell.source for cell in exam.cells if isinstance(cell, TestCell))
        key = (exam.reference, tests)
        parent = self._parents.pop(key, None) or self._start_parent(key)
        self._parents[key] = parent  # the last in the dict is the one used last
        return parent

    def _start_parent(self, key: ReferenceKey) -> _Parent:
        assert self._warm is not None
        idle = [old for old, parent in self._parents.items() if parent.is_idle]
        for old in idle[: max(0, len(self._parents) + 1 - _MOST_PARENTS)]:
            self._loop.drop(self._parents.pop(old).mailbox)
        ours, theirs = Mailbox.pair()
        parent = _Parent(ours)
        with contextlib.suppress(OSError), theirs:  # its end is noticed when we listen
            self._warm.fork(self._number(), "examiner-parent", [theirs.fileno()], {})
        with contextlib.suppress(OSError):
            ours.send({"reference": key[0], "tests": key[1]}, timeout_s=_SEND_TIMEOUT_S)
        self._loop.watch(ours.fileno(), lambda: self._hear_parent(key, parent))
        return parent

    def _hear_parent(self, key: ReferenceKey, parent: _Parent) -> None:
        try:
            letter, descriptors = parent.mailbox.receive_with_fds(timeout_s=_SEND_TIMEOUT_S)
        except (EOFError, OSError, ValueError):
            letter, descriptors = {"failed": "The process of the reference ended."}, []
        match letter:
            case {"ready": True}:
                parent.ready = True
                waiting, parent.waiting = parent.waiting, []
                for submission in waiting:
                    self._start_examiner(parent, submission)
            case {"failed": str(message)}:
                error = ReferenceCellError(message, hint=str(letter.get("hint", "")))
                self._lose_parent(key, parent, error)
            case {"forked": int(number)} if number in parent.examiners and descriptors:
                parent.examiners[number].examiner_pidfd = descriptors.pop()
            case {"ended": int(number)} | {"refused": int(number)}:
                submission = parent.examiners.pop(number)
                submission.cpu_s += letter.get("cpu_s", 0.0)
                self._note_examiner_ended(submission)
        for descriptor in descriptors:
            os.close(descriptor)

    def _lose_parent(self, key: ReferenceKey, parent: _Parent, error: LabhubError) -> None:
        self._parents.pop(key, None)
        self._loop.drop(parent.mailbox)
        for submission in parent.waiting:
            submission.deliver(submission.key, error)
        for submission in parent.examiners.values():
            submission.abort()
            self._note_examiner_ended(submission)
        self._start_some()

    def _start_examiner(self, parent: _Parent, submission: Submission) -> None:
        ours, theirs = Mailbox.pair()
        number = self._number()
        submission.begin(ours)
        self._running.append(submission)
        parent.examiners[number] = submission
        with contextlib.suppress(OSError), theirs:  # its end is noticed when we listen
            parent.mailbox.send({"fork": number, "role": "examiner"}, [theirs.fileno()])
        with contextlib.suppress(OSError):
            ours.send({"exam": exam_letter(submission.exam)}, timeout_s=_SEND_TIMEOUT_S)
        self._loop.watch(ours.fileno(), lambda: self._hear_examiner(submission, ours))

    def _hear_examiner(self, submission: Submission, mailbox: Mailbox) -> None:
        try:
            letter = mailbox.receive(timeout_s=_SEND_TIMEOUT_S)
            if letter.get("need") == "answer":
                self._start_answer(submission, mailbox)
            elif letter.get("need") == "why":
                mailbox.send({"why": _why(submission)}, timeout_s=_SEND_TIMEOUT_S)
            else:
                submission.take(letter)
        except (EOFError, OSError, ValueError):
            self._loop.unwatch(mailbox.fileno())

    def _note_examiner_ended(self, submission: Submission) -> None:
        assert submission.mailbox is not None
        with contextlib.suppress(EOFError, OSError, ValueError):
            while True:  # what it said last
                submission.take(submission.mailbox.receive(timeout_s=_TICK_S))
        submission.examiner_ended = True
        self._finish_if_over(submission)

    # Answer processes.

    def _start_answer(self, submission: Submission, examiner: Mailbox) -> None:
        assert self._warm is not None
        number, answer = self._number(), AnswerWatch()
        submission.answers[number] = answer
        self._answers[number] = (submission, answer)
        with contextlib.ExitStack() as stack:
            pairs = [socket.socketpair(), socket.socketpair()]
            ours, theirs = zip(*pairs, strict=True)
            for end in (*ours, *theirs):
                stack.enter_context(end)
            descriptors = [end.fileno() for end in theirs]
            if submission.exam.workdir is not None:
                limit_bytes = submission.exam.limits.workdir_bytes
                descriptors.append(archive(submission.exam.workdir, limit_bytes))
                stack.callback(os.close, descriptors[-1])
            limits = asdict(answer_limits(submission.exam))
            self._warm.fork(number, "answer", descriptors, {"limits": limits})
            examiner.send({"answer": True}, [end.fileno() for end in ours])

    # Watching, finishing, ending.

    def _tick(self) -> None:
        now = time.monotonic()
        if self._warm is not None and not self._warm.ready:
            if now - self._warm_started > _START_TIMEOUT_S:
                words = self._drop_warm()
                raise WarmStartError("The libraries could not be imported in time.", hint=words)
            return
        for submission in list(self._running):
            check_limits(submission, self._warm.baseline_bytes if self._warm else 0)

    def _finish_if_over(self, submission: Submission) -> None:
        if submission not in self._running or not submission.is_over:
            return
        self._running.remove(submission)
        self._close(submission)
        if submission.is_worth_another_try:
            self._queue.appendleft(submission)
        else:
            self._failures = 0
            submission.deliver(submission.key, submission.result())
        self._start_some()

    def _close(self, submission: Submission) -> None:
        self._loop.drop(submission.mailbox)
        submission.close()

    def _give_up(self, error: LabhubError) -> None:
        self._fatal = error
        for submission in [*self._drop_running(), *self._queue]:
            submission.deliver(submission.key, error)
        self._queue.clear()

    def _end_all(self) -> None:
        for submission in self._running:
            submission.abort()
        self._drop_running()
        self._drop_warm()


def _why(submission: Submission) -> str:
    """Why the answer process that was started last has ended; "" when we did not end it."""
    last = next(reversed(submission.answers.values()), None)
    return last.killed_for if last is not None else ""

"""The engine's one thread: it starts examiners and answers, watches them, and collects results.

Everything here happens on that thread, so nothing needs a lock. It never waits for a student's
process: those speak only to their examiner. As many submissions have their turn at once as there
are places; one more is made ready meanwhile, and what still has to be cleared away after a
submission's last verdict holds no place.
"""

import contextlib
import itertools
import os
import queue
import socket
import threading
import time
from collections import deque

from labhub.errors import LabhubError
from labhub.grading.eventloop import EventLoop
from labhub.grading.examiners import SEND_TIMEOUT_S, Examiners
from labhub.grading.mail import Letter, Mailbox
from labhub.grading.process_errors import EngineError, WarmStartError
from labhub.grading.sandbox.cgroups import ControlGroups
from labhub.grading.submission import (
    AnswerWatch,
    Submission,
    answer_limits,
    archive,
    check_limits,
)
from labhub.grading.warmparent import WarmParent, WarmSetup

_TICK_S = 0.2
_START_TIMEOUT_S = 120.0
_MOST_FAILURES = 3


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
        self._number = itertools.count(1).__next__
        self._examiners = Examiners(self, self._loop, self._number)
        self._groups = ControlGroups.delegated()
        self._warm: WarmParent | None = None
        self._warm_started = self._next_tick = 0.0
        self._failures = 0
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
            if (now := time.monotonic()) >= self._next_tick:
                self._next_tick = now + _TICK_S
                self._tick(now)

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
            letter, descriptors = warm.mailbox.receive_with_fds(timeout_s=SEND_TIMEOUT_S)
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
            submission, answer = self._answers[number]
            limits = answer_limits(submission.exam)
            group = self._groups.make(number, limits) if self._groups is not None else None
            answer.begin(descriptors.pop(), group)

    def _note_answer_ended(self, number: int, letter: Letter) -> None:
        if number in self._answers:
            submission, answer = self._answers.pop(number)
            answer.end()
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
        dropped = [*self._running, *self._examiners.waiting]
        self._examiners.drop_all()
        for submission in self._running:
            self._close(submission)
        self._answers, self._running = {}, []
        return dropped

    # Submissions on their way.

    def _start_some(self) -> None:
        """Fill the places, and have one more made ready for the place that is free next."""
        while self._queue and self._warm is not None and self._warm.ready:
            on_their_way = [s for s in self._running if not s.done]
            if len(on_their_way) + len(self._examiners.waiting) > self._most:
                return
            submission = self._queue.popleft()
            with contextlib.suppress(OSError):  # its end is noticed when we listen
                self._warm.import_for(submission.exam)
            self._examiners.start(submission, self._warm)

    def examiner_started(self, submission: Submission, mailbox: Mailbox) -> None:
        """Listen to the examiner of a submission."""
        submission.begin(mailbox)
        self._running.append(submission)
        self._loop.watch(mailbox.fileno(), lambda: self._hear_examiner(submission, mailbox))

    def examiner_refused(self, submission: Submission, error: LabhubError) -> None:
        """Tell who waits for it why it cannot be graded."""
        submission.deliver(submission.key, error)
        self._start_some()

    def _hear_examiner(self, submission: Submission, mailbox: Mailbox) -> None:
        try:
            letter = mailbox.receive(timeout_s=SEND_TIMEOUT_S)
            match letter:
                case {"need": "answer"}:
                    self._start_answer(submission, mailbox)
                case {"need": "turn"}:
                    submission.waits_for_turn = True
                case {"need": "why"}:
                    mailbox.send({"why": submission.why_ended}, timeout_s=SEND_TIMEOUT_S)
                case _:
                    submission.take(letter)
        except (EOFError, OSError, ValueError):
            self._loop.unwatch(mailbox.fileno())
        if submission.waits_for_turn or submission.done:
            self._give_turns()
            self._start_some()

    def _give_turns(self) -> None:
        """Let those begin for whom there is a place: what has said all leaves its place."""
        free = self._most - sum(each.has_turn and not each.done for each in self._running)
        for submission in [each for each in self._running if each.waits_for_turn][: max(0, free)]:
            assert submission.mailbox is not None
            submission.take_turn()
            with contextlib.suppress(OSError):  # its end is noticed when we listen
                submission.mailbox.send({"turn": True}, timeout_s=SEND_TIMEOUT_S)

    def examiner_ended(self, submission: Submission) -> None:
        """Hear what the examiner of a submission said last."""
        assert submission.mailbox is not None
        with contextlib.suppress(EOFError, OSError, ValueError):
            while True:
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
            limits = vars(answer_limits(submission.exam))
            self._warm.fork(number, "answer", descriptors, {"limits": limits})
            examiner.send({"answer": True}, [end.fileno() for end in ours])

    # Watching, finishing, ending.

    def _tick(self, now: float) -> None:
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
        self._give_turns()
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
        if self._groups is not None:
            self._groups.close()

"""Examiner parents, one per notebook with its reference loaded, and the examiners they fork."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from labhub.errors import LabhubError
from labhub.grading.eventloop import EventLoop
from labhub.grading.mail import Mailbox
from labhub.grading.model import Exam, TestCell, without_answers
from labhub.grading.process_errors import ReferenceCellError
from labhub.grading.submission import Submission
from labhub.grading.transport import exam_letter
from labhub.grading.warmparent import WarmParent

SEND_TIMEOUT_S = 30.0
_MOST_PARENTS = 4

_Key = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
"""A notebook: its reference's cells, and its tests with their grade ids."""


class Host(Protocol):
    """Who has examiners started, and hears how they end."""

    def examiner_started(self, submission: Submission, mailbox: Mailbox) -> None:
        """An examiner has been asked for; it will speak through `mailbox`."""
        ...

    def examiner_ended(self, submission: Submission) -> None:
        """Its examiner is gone."""
        ...

    def examiner_refused(self, submission: Submission, error: LabhubError) -> None:
        """No examiner can be had for it: the course's own notebook fails."""
        ...


@dataclass
class _Parent:
    """An examiner parent, and whom it serves."""

    mailbox: Mailbox
    ready: bool = False
    waiting: list[Submission] = field(default_factory=list)
    examiners: dict[int, Submission] = field(default_factory=dict)

    @property
    def is_idle(self) -> bool:
        return not self.waiting and not self.examiners


class Examiners:
    """Starts an examiner per submission. Lives on the engine's thread."""

    def __init__(self, host: Host, loop: EventLoop, number: Callable[[], int]) -> None:
        """`number` gives a fresh number for each request to fork."""
        self._host, self._loop, self._number = host, loop, number
        self._parents: dict[_Key, _Parent] = {}

    def start(self, submission: Submission, warm: WarmParent) -> None:
        """Have an examiner forked, now or when the reference of its notebook is loaded."""
        parent = self._parent_of(submission, warm)
        if parent.ready:
            self._fork(parent, submission)
        else:
            parent.waiting.append(submission)

    @property
    def waiting(self) -> list[Submission]:
        """Those whose reference is still being loaded."""
        return [each for parent in self._parents.values() for each in parent.waiting]

    def drop_all(self) -> None:
        """Hang up on every examiner parent."""
        for parent in self._parents.values():
            self._loop.drop(parent.mailbox)
        self._parents = {}

    def _parent_of(self, submission: Submission, warm: WarmParent) -> _Parent:
        exam = submission.exam
        tests = [cell for cell in exam.cells if isinstance(cell, TestCell)]
        key = (exam.reference, tuple((str(test.grade_id), test.source) for test in tests))
        parent = self._parents.pop(key, None) or self._start_parent(key, exam, warm)
        self._parents[key] = parent  # the last in the dict is the one used last
        return parent

    def _start_parent(self, key: _Key, exam: Exam, warm: WarmParent) -> _Parent:
        idle = [old for old, parent in self._parents.items() if parent.is_idle]
        for old in idle[: max(0, len(self._parents) + 1 - _MOST_PARENTS)]:
            self._loop.drop(self._parents.pop(old).mailbox)
        ours, theirs = Mailbox.pair()
        parent = _Parent(ours)
        with contextlib.suppress(OSError), theirs:  # its end is noticed when we listen
            warm.fork(self._number(), "examiner-parent", [theirs.fileno()], {})
        with contextlib.suppress(OSError):
            letter = {"reference": exam.reference, "exam": exam_letter(without_answers(exam))}
            ours.send(letter, timeout_s=SEND_TIMEOUT_S)
        self._loop.watch(ours.fileno(), lambda: self._hear(key, parent))
        return parent

    def _hear(self, key: _Key, parent: _Parent) -> None:
        try:
            letter, descriptors = parent.mailbox.receive_with_fds(timeout_s=SEND_TIMEOUT_S)
        except (EOFError, OSError, ValueError):
            letter, descriptors = {"failed": "The process of the reference ended."}, []
        match letter:
            case {"ready": True}:
                parent.ready = True
                waiting, parent.waiting = parent.waiting, []
                for submission in waiting:
                    self._fork(parent, submission)
            case {"failed": str(message)}:
                error = ReferenceCellError(message, hint=str(letter.get("hint", "")))
                self._lose(key, parent, error)
            case {"forked": int(number)} if number in parent.examiners and descriptors:
                parent.examiners[number].examiner_pidfd = descriptors.pop()
            case {"ended": int(number)} | {"refused": int(number)}:
                submission = parent.examiners.pop(number)
                submission.cpu_s += letter.get("cpu_s", 0.0)
                self._host.examiner_ended(submission)
        for descriptor in descriptors:
            os.close(descriptor)

    def _lose(self, key: _Key, parent: _Parent, error: LabhubError) -> None:
        self._parents.pop(key, None)
        self._loop.drop(parent.mailbox)
        for submission in parent.waiting:
            self._host.examiner_refused(submission, error)
        for submission in parent.examiners.values():
            submission.abort()
            self._host.examiner_ended(submission)

    def _fork(self, parent: _Parent, submission: Submission) -> None:
        ours, theirs = Mailbox.pair()
        number = self._number()
        parent.examiners[number] = submission
        self._host.examiner_started(submission, ours)
        with contextlib.suppress(OSError), theirs:  # its end is noticed when we listen
            parent.mailbox.send({"fork": number, "role": "examiner"}, [theirs.fileno()])
        with contextlib.suppress(OSError):
            ours.send({"exam": exam_letter(submission.exam)}, timeout_s=SEND_TIMEOUT_S)

"""The story of `labhub autograde`: find, take in, examine, record; one hand-in never stops another.

What is recorded and unchanged is skipped, so the same command goes on after Ctrl-C or kill -9.
A hand-in's files are made ready beside their place, its marks are one transaction, and the
files take their place last: whatever is cut short is graded again, whole.
"""

import fcntl
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from labhub.clock import Clock, SystemClock
from labhub.gradebook.desk import Desk, Pending
from labhub.gradebook.due_dates import ensure_due_date
from labhub.gradebook.errors import BusyError, NothingSubmittedError
from labhub.gradebook.handin import HandIn, clear_staging, find_hand_in
from labhub.gradebook.opening import OpenCourse
from labhub.gradebook.outcome import Outcome, Standing
from labhub.gradebook.plan import read_plan
from labhub.gradebook.record import Recorder
from labhub.gradebook.reference import ExamEngine, Key, UnsplitTest, with_unsplit_tests
from labhub.gradebook.variants import variant_ids
from labhub.grading.model import Exam, Problem
from labhub.ids import AssignmentId, StudentId


@dataclass(frozen=True)
class Order:
    """What is to be graded, and how."""

    assignment: AssignmentId
    student: str = "*"
    """An id or a pattern."""
    exclude: frozenset[str] = frozenset()
    """Ids that are left out."""
    only: frozenset[str] | None = None
    """Ids that are not left out; None: everybody's."""
    force: bool = False
    """Grade again what has not changed."""
    dry_run: bool = False
    """Grade, show what would change, write nothing."""
    timeout_s: float | None = None
    """Seconds per notebook, in place of the assignment's own limit."""
    sandboxed: bool = True
    """False with `--sandbox none`; stands in every record."""


@dataclass(frozen=True)
class Batch:
    """A batch that has begun: how many there are, and their outcomes as each ends."""

    students: tuple[StudentId, ...]
    unsplit: tuple[UnsplitTest, ...]
    outcomes: Iterator[Outcome]


@contextmanager
def autograde(
    course: OpenCourse, engine: ExamEngine, order: Order, clock: Clock | None = None
) -> Iterator[Batch]:
    """Grade the hand-ins of an assignment; iterate over `outcomes` to make it happen.

    Raises `NothingSubmittedError`, `NotGeneratedError`, `BusyError` before anything is graded.
    """
    students = _students(course, order)
    with ExitStack() as stack:
        stack.enter_context(_alone(course, order.assignment))
        plan = stack.enter_context(read_plan(course, order.assignment, timeout_s=order.timeout_s))
        ensure_due_date(course, order.assignment)
        variants = variant_ids(course, order.assignment)
        recorder = Recorder(course)
        stack.callback(recorder.close)
        desk = Desk(
            course,
            plan,
            recorder,
            clock or SystemClock(),
            dry_run=order.dry_run,
            sandboxed=order.sandboxed,
            variants=variants,
        )
        run = _Run(desk, engine)
        waiting = run.sort_out(
            (
                find_hand_in(course.folder, plan, student, variants.of(student))
                for student in students
            ),
            force=order.force,
        )
        unsplit: tuple[UnsplitTest, ...] = ()
        if waiting and course.folder.course is None:
            memory = _beside(course, order.assignment, "unsplit.json")
            desk.plan, unsplit = with_unsplit_tests(plan, engine, memory)
        yield Batch(students, unsplit, run.outcomes(waiting))


def _students(course: OpenCourse, order: Order) -> tuple[StudentId, ...]:
    everyone = course.folder.students_with_submission(order.assignment)
    chosen = tuple(
        each
        for each in everyone
        if fnmatchcase(each, order.student)
        and each not in order.exclude
        and (order.only is None or each in order.only)
    )
    if not chosen:
        place = course.folder.submitted(order.assignment, StudentId(order.student))
        raise NothingSubmittedError(
            f"There is no hand-in at {place}.",
            hint=f"{len(everyone)} students have handed in {order.assignment}."
            if everyone
            else f"Run `labhub collect {order.assignment}` first.",
        )
    return chosen


@contextmanager
def _alone(course: OpenCourse, assignment: AssignmentId) -> Iterator[None]:
    """Two graders of one assignment would write over each other."""
    with _beside(course, assignment, "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BusyError(
                f"{assignment} is being graded by another command.",
                hint="Wait until it is done; what it has graded will not be graded again.",
            ) from None
        yield


def _beside(course: OpenCourse, assignment: AssignmentId, kind: str) -> Path:
    """A hidden file of the grader's, beside the graded hand-ins."""
    place = course.folder.root / course.folder.steps.autograded
    place.mkdir(parents=True, exist_ok=True)
    return place / f".{assignment}.{kind}"


class _Run:
    """One batch: exams go to the engine as there is room, hand-ins are recorded as they end."""

    def __init__(self, desk: Desk, engine: ExamEngine) -> None:
        self._desk, self._engine = desk, engine
        self._pending: dict[StudentId, Pending] = {}
        self._done: deque[Outcome] = deque()

    def sort_out(self, found: Iterator[HandIn], *, force: bool) -> list[HandIn]:
        """Those that must be graded; the others are done already."""
        waiting = []
        for hand_in in found:
            with self._guarded(hand_in):
                kept = None if force else self._desk.unchanged(hand_in)
                if kept is None:
                    waiting.append(hand_in)
                else:
                    self._done.append(kept)
        return waiting

    def outcomes(self, waiting: Sequence[HandIn]) -> Iterator[Outcome]:
        """Every hand-in's outcome, as each ends."""
        yield from self._ended()
        try:
            for (student, notebook), result in self._engine.run(self._exams(waiting)):
                pending = self._pending[student]
                pending.results[notebook] = result
                if pending.complete:
                    self._finish(pending)
                yield from self._ended()
            yield from self._ended()
        finally:
            for pending in self._pending.values():
                clear_staging(pending.hand_in)

    def _ended(self) -> Iterator[Outcome]:
        while self._done:
            yield self._done.popleft()

    def _exams(self, waiting: Sequence[HandIn]) -> Iterator[tuple[Key, Exam]]:
        for hand_in in waiting:
            exams: list[Exam] = []
            with self._guarded(hand_in):
                pending = self._desk.take_in(hand_in)
                exams.extend(self._desk.exams(pending))
                self._pending[hand_in.student] = pending
                if pending.complete:
                    self._finish(pending)
            for exam in exams:
                yield (hand_in.student, exam.notebook_id), exam

    def _finish(self, pending: Pending) -> None:
        with self._guarded(pending.hand_in):
            self._done.append(self._desk.record(pending))
        self._pending.pop(pending.hand_in.student, None)
        clear_staging(pending.hand_in)

    @contextmanager
    def _guarded(self, hand_in: HandIn) -> Iterator[None]:
        """Whatever goes wrong with one hand-in ends as its outcome; the batch goes on."""
        try:
            yield
        except Exception as error:
            clear_staging(hand_in)
            sentence = f"The grader failed: {type(error).__name__}: {error}"
            self._done.append(
                Outcome(
                    hand_in.student,
                    Standing.FAILED,
                    max_score=self._desk.plan.max_score,
                    problems=(Problem("grader-failed", sentence),),
                    written=False,
                    detail=traceback.format_exc(),
                )
            )

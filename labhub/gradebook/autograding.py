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
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import nbformat

from labhub.authoring.folders import put_in_place
from labhub.clock import Clock, SystemClock
from labhub.exchange.intake import Intake, NotebookIntake, intake_submission
from labhub.gradebook.due_dates import ensure_due_date
from labhub.gradebook.errors import BusyError, NothingSubmittedError
from labhub.gradebook.exams import build_exam, put_course_cells_back
from labhub.gradebook.graded_notebook import KEY, graded_notebook, stand_in
from labhub.gradebook.handin import (
    HandIn,
    clear_staging,
    find_hand_in,
    handed_in_at,
    lay_out_files,
    problem_of,
)
from labhub.gradebook.marks import NotebookMarks, marks_of, no_marks
from labhub.gradebook.opening import OpenCourse
from labhub.gradebook.outcome import Outcome, Standing, in_process_tests, record_of, scores_in
from labhub.gradebook.plan import AssignmentPlan, read_plan
from labhub.gradebook.record import Recorder
from labhub.gradebook.reference import ExamEngine, Key, UnsplitTest, with_unsplit_tests
from labhub.grading.model import Exam, ExamResult, Problem
from labhub.ids import AssignmentId, NotebookId, StudentId


@dataclass(frozen=True)
class Order:
    """What is to be graded, and how."""

    assignment: AssignmentId
    student: str = "*"
    """An id or a pattern."""
    exclude: frozenset[str] = frozenset()
    """Ids that are left out."""
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


@dataclass
class _Pending:
    """A hand-in in flight: taken in, its exams not all back yet."""

    hand_in: HandIn
    intake: Intake
    results: dict[NotebookId, ExamResult] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        waiting = {each.notebook_id for each in self.intake.notebooks if each.problem is None}
        return waiting == self.results.keys()


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
        unsplit: tuple[UnsplitTest, ...] = ()
        if course.folder.course is None:
            plan, unsplit = with_unsplit_tests(plan, engine)
        else:
            ensure_due_date(course, order.assignment)
        recorder = Recorder(course)
        stack.callback(recorder.close)
        run = _Run(course, engine, order, plan, recorder, clock or SystemClock())
        yield Batch(students, unsplit, run.outcomes(students))


def _students(course: OpenCourse, order: Order) -> tuple[StudentId, ...]:
    everyone = course.folder.students_with_submission(order.assignment)
    chosen = tuple(
        each for each in everyone if fnmatchcase(each, order.student) and each not in order.exclude
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
    place = course.folder.root / course.folder.steps.autograded
    place.mkdir(parents=True, exist_ok=True)
    with (place / f".{assignment}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BusyError(
                f"{assignment} is being graded by another command.",
                hint="Wait until it is done; what it has graded will not be graded again.",
            ) from None
        yield


class _Run:
    """One batch: exams go to the engine as there is room, hand-ins are recorded as they end."""

    def __init__(
        self,
        course: OpenCourse,
        engine: ExamEngine,
        order: Order,
        plan: AssignmentPlan,
        recorder: Recorder,
        clock: Clock,
    ) -> None:
        self._course, self._engine, self._order = course, engine, order
        self._plan, self._recorder, self._clock = plan, recorder, clock
        self._pending: dict[StudentId, _Pending] = {}
        self._done: deque[Outcome] = deque()
        autograde_config = course.config.get("Autograde", {})
        self._kept = set(autograde_config.get("exclude_overwriting", {}).get(plan.assignment, []))

    def outcomes(self, students: Sequence[StudentId]) -> Iterator[Outcome]:
        """Every hand-in's outcome, as each ends."""
        try:
            for (student, notebook), result in self._engine.run(self._exams(students)):
                pending = self._pending[student]
                pending.results[notebook] = result
                if pending.complete:
                    self._finish(pending)
                yield from self._drain()
            yield from self._drain()
        finally:
            for pending in self._pending.values():
                clear_staging(pending.hand_in)

    def _drain(self) -> Iterator[Outcome]:
        while self._done:
            yield self._done.popleft()

    def _exams(self, students: Sequence[StudentId]) -> Iterator[tuple[Key, Exam]]:
        for student in students:
            exams: list[tuple[Key, Exam]] = []
            with self._guarded(student):
                self._begin(student, exams)
            yield from exams

    def _begin(self, student: StudentId, exams: list[tuple[Key, Exam]]) -> None:
        """Take a hand-in in; its exams are appended, unless it is done already."""
        hand_in = find_hand_in(self._course.folder, self._plan, student)
        if not self._order.force and (kept := self._unchanged(hand_in)):
            self._done.append(kept)
            return
        intake = intake_submission(hand_in.folder, self._plan.release)
        pending = _Pending(hand_in, intake)
        workdir = lay_out_files(hand_in, self._plan, intake, self._kept)
        for each in intake.notebooks:
            if each.problem is None:
                part = self._plan.notebooks[each.notebook_id]
                put_course_cells_back(part, each.notebook)
                exam = build_exam(self._plan, part, each.notebook, workdir)
                exams.append(((student, each.notebook_id), exam))
        self._pending[student] = pending
        if pending.complete:
            self._finish(pending)

    def _finish(self, pending: _Pending) -> None:
        with self._guarded(pending.hand_in.student):
            self._done.append(self._record(pending))
        self._pending.pop(pending.hand_in.student, None)
        clear_staging(pending.hand_in)

    def _record(self, pending: _Pending) -> Outcome:
        """Difference, files, transaction, files in place: in this order."""
        hand_in, order = pending.hand_in, self._order
        marks = [self._marks(each, pending.results) for each in pending.intake.notebooks]
        changes = self._recorder.difference(order.assignment, hand_in.student, marks)
        timestamp, complaint = handed_in_at(hand_in.folder)
        outcome = self._outcome(pending, marks, [complaint] if complaint else [])
        outcome = replace(outcome, changes=changes)
        if order.dry_run:
            return replace(outcome, written=False)
        self._write_notebooks(pending)
        recorded = self._recorder.record(order.assignment, hand_in.student, marks, timestamp)
        put_in_place(hand_in.staging, hand_in.target)
        return replace(outcome, **asdict(recorded))

    def _marks(
        self, intake: NotebookIntake, results: dict[NotebookId, ExamResult]
    ) -> NotebookMarks:
        part = self._plan.notebooks[intake.notebook_id]
        if intake.problem is not None:
            return no_marks(part)
        return marks_of(part, intake.notebook, results[intake.notebook_id])

    def _write_notebooks(self, pending: _Pending) -> None:
        for each in pending.intake.notebooks:
            part = self._plan.notebooks[each.notebook_id]
            result = pending.results.get(each.notebook_id)
            record = record_of(
                pending.hand_in.fingerprint,
                each,
                result,
                self._clock.now(),
                self._order.sandboxed,
            )
            if result is None:
                assert each.problem is not None, "what has no problem has a result"
                notebook = stand_in(part, each.problem.sentence, record)
            else:
                notebook = graded_notebook(each.notebook, result, record)
            nbformat.write(notebook, pending.hand_in.staging / f"{each.notebook_id}.ipynb")

    def _outcome(
        self, pending: _Pending, marks: Sequence[NotebookMarks], complaints: Sequence[Problem]
    ) -> Outcome:
        results = list(pending.results.values())
        notebooks = pending.intake.notebooks
        refused = [problem_of(each.problem) for each in notebooks if each.problem]
        ran = [problem for result in results for problem in result.problems]
        return Outcome(
            student=pending.hand_in.student,
            standing=_standing(pending),
            score=sum(each.score for each in marks),
            max_score=self._plan.max_score,
            needs_manual_grade=any(each.needs_person for each in marks),
            problems=(*refused, *ran, *complaints),
            repaired=tuple(each.notebook_id for each in notebooks if each.report.repaired),
            in_process=in_process_tests(results),
            wall_s=sum(result.wall_s for result in results),
            cpu_s=sum(result.cpu_s for result in results),
        )

    def _unchanged(self, hand_in: HandIn) -> Outcome | None:
        """The outcome of a hand-in that is graded and recorded as it is; None where it is not."""
        records = _records(hand_in.target, self._plan)
        if any(each.get("fingerprint") != hand_in.fingerprint for each in records.values()):
            return None
        recorded = self._recorder.standing(
            self._plan.assignment, hand_in.student, scores_in(records)
        )
        if recorded is None:
            return None
        outcome = Outcome(hand_in.student, Standing.UNCHANGED, written=False)
        return replace(outcome, **asdict(recorded))

    @contextmanager
    def _guarded(self, student: StudentId) -> Iterator[None]:
        """Whatever goes wrong with one hand-in ends as its outcome; the batch goes on."""
        try:
            yield
        except Exception as error:
            self._pending.pop(student, None)
            sentence = f"The grader failed: {type(error).__name__}: {error}"
            self._done.append(
                Outcome(
                    student,
                    Standing.FAILED,
                    max_score=self._plan.max_score,
                    problems=(Problem("grader-failed", sentence),),
                    written=False,
                    detail=traceback.format_exc(),
                )
            )


def _standing(pending: _Pending) -> Standing:
    if not pending.results:
        return Standing.REFUSED
    return Standing.REGRADED if pending.hand_in.target.exists() else Standing.GRADED


def _records(target: Path, plan: AssignmentPlan) -> dict[NotebookId, dict[str, Any]]:
    """What each graded notebook remembers; an empty record where there is none."""
    return {name: _record(target / f"{name}.ipynb") for name in plan.notebooks}


def _record(path: Path) -> dict[str, Any]:
    try:
        return dict(nbformat.read(path, as_version=4).metadata.get(KEY, {}))
    except (OSError, ValueError):
        return {}

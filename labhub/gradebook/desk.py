"""The desk over which one hand-in goes: taken in, laid out for the engine, recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import nbformat

from labhub.authoring.folders import put_in_place
from labhub.clock import Clock
from labhub.exchange.intake import Intake, NotebookIntake, intake_submission
from labhub.gradebook.exams import build_exam, put_course_cells_back
from labhub.gradebook.graded_notebook import KEY, graded_notebook, stand_in, write_notebook
from labhub.gradebook.handin import HandIn, handed_in_at, lay_out_files, problem_of
from labhub.gradebook.marks import NotebookMarks, marks_of, no_marks
from labhub.gradebook.opening import OpenCourse
from labhub.gradebook.outcome import Outcome, Standing, in_process_tests, record_of, scores_in
from labhub.gradebook.plan import AssignmentPlan
from labhub.gradebook.record import Recorded, Recorder
from labhub.gradebook.variants import VariantIds, with_variant_id
from labhub.grading.model import Exam, ExamResult, Problem
from labhub.grading.problems import EXAMINER_DIED
from labhub.ids import NotebookId


@dataclass
class Pending:
    """A hand-in in flight: taken in, its exams not all back yet."""

    hand_in: HandIn
    intake: Intake
    workdir: Path
    results: dict[NotebookId, ExamResult] = field(default_factory=dict)

    @property
    def readable(self) -> tuple[NotebookIntake, ...]:
        """The notebooks that can be examined."""
        return tuple(each for each in self.intake.notebooks if each.problem is None)

    @property
    def complete(self) -> bool:
        """Whether every exam is back."""
        return {each.notebook_id for each in self.readable} == self.results.keys()


class Desk:
    """Works on one assignment's hand-ins, one at a time; nothing of them stays on it."""

    def __init__(
        self,
        course: OpenCourse,
        plan: AssignmentPlan,
        recorder: Recorder,
        clock: Clock,
        *,
        dry_run: bool,
        sandboxed: bool,
        variants: VariantIds,
    ) -> None:
        self.plan = plan
        self._variants = variants
        self._recorder, self._clock = recorder, clock
        self._dry_run, self._sandboxed = dry_run, sandboxed
        kept = course.config.get("Autograde", {}).get("exclude_overwriting", {})
        self._kept = frozenset(kept.get(plan.assignment, []))

    def unchanged(self, hand_in: HandIn) -> Outcome | None:
        """The outcome of a hand-in that is graded and recorded as it is; None where it is not."""
        records = {name: _record(hand_in.target / f"{name}.ipynb") for name in self.plan.notebooks}
        if any(each.get("fingerprint") != hand_in.fingerprint for each in records.values()):
            return None
        standing = self._recorder.standing(
            self.plan.assignment, hand_in.student, scores_in(records)
        )
        if standing is None:
            return None
        outcome = Outcome(hand_in.student, Standing.UNCHANGED, written=False)
        return replace(outcome, **_fields(standing))

    def take_in(self, hand_in: HandIn) -> Pending:
        """Read and repair a hand-in, and lay out the files that its code may read."""
        intake = intake_submission(hand_in.folder, self.plan.release)
        workdir = lay_out_files(hand_in, self.plan, intake, self._kept)
        return Pending(hand_in, intake, workdir)

    def exams(self, pending: Pending) -> Iterator[Exam]:
        """The exams of a hand-in, one per notebook that can be read."""
        for each in pending.readable:
            part = self.plan.notebooks[each.notebook_id]
            put_course_cells_back(part, each.notebook)
            exam = build_exam(self.plan, part, each.notebook, pending.workdir)
            yield with_variant_id(exam, self._variants.of(pending.hand_in.student))

    def record(self, pending: Pending) -> Outcome:
        """Files, transaction, files in place: in this order."""
        hand_in, assignment = pending.hand_in, self.plan.assignment
        marks = [self._marks(each, pending.results) for each in pending.intake.notebooks]
        timestamp, complaint = handed_in_at(hand_in.folder)
        outcome = self._outcome(pending, marks, complaint)
        if self._dry_run:
            changes = self._recorder.difference(assignment, hand_in.student, marks)
            return replace(outcome, changes=changes, written=False)
        self._write_notebooks(pending)
        recorded = self._recorder.record(assignment, hand_in.student, marks, timestamp)
        put_in_place(hand_in.staging, hand_in.target)
        return replace(outcome, **_fields(recorded))

    def _marks(
        self, intake: NotebookIntake, results: Mapping[NotebookId, ExamResult]
    ) -> NotebookMarks:
        part = self.plan.notebooks[intake.notebook_id]
        if intake.problem is not None:
            return no_marks(part)
        return marks_of(part, intake.notebook, results[intake.notebook_id])

    def _write_notebooks(self, pending: Pending) -> None:
        # Without a fingerprint, a hand-in whose grading broke off is graded again next time.
        fingerprint = "" if _broke_off(pending) else pending.hand_in.fingerprint
        for each in pending.intake.notebooks:
            result = pending.results.get(each.notebook_id)
            record = record_of(fingerprint, each, result, self._clock.now(), self._sandboxed)
            if result is None:
                assert each.problem is not None, "what has no problem has a result"
                part = self.plan.notebooks[each.notebook_id]
                notebook = stand_in(part, each.problem.sentence, record)
            else:
                notebook = graded_notebook(each.notebook, result, record)
            write_notebook(notebook, pending.hand_in.staging / f"{each.notebook_id}.ipynb")

    def _outcome(
        self, pending: Pending, marks: list[NotebookMarks], complaint: Problem | None
    ) -> Outcome:
        results = list(pending.results.values())
        notebooks = pending.intake.notebooks
        refused = [problem_of(each.problem) for each in notebooks if each.problem]
        ran = [problem for result in results for problem in result.problems]
        return Outcome(
            student=pending.hand_in.student,
            standing=_standing(pending),
            score=sum(each.score for each in marks),
            max_score=self.plan.max_score,
            needs_manual_grade=any(each.needs_person for each in marks),
            problems=(*refused, *ran, *([complaint] if complaint else [])),
            repaired=tuple(each.notebook_id for each in notebooks if each.report.repaired),
            in_process=in_process_tests(results),
            wall_s=sum(result.wall_s for result in results),
            cpu_s=sum(result.cpu_s for result in results),
        )


def _fields(recorded: Recorded) -> dict[str, Any]:
    return {each.name: getattr(recorded, each.name) for each in fields(recorded)}


def _standing(pending: Pending) -> Standing:
    if not pending.results:
        return Standing.REFUSED
    if _broke_off(pending):
        return Standing.INCOMPLETE
    return Standing.REGRADED if pending.hand_in.target.exists() else Standing.GRADED


def _broke_off(pending: Pending) -> bool:
    """Whether some tests gave no result, through no fault that was seen in the hand-in."""
    return any(
        problem.code == EXAMINER_DIED
        for result in pending.results.values()
        for problem in result.problems
    )


def _record(path: Path) -> dict[str, Any]:
    """What a graded notebook remembers of its grading; empty where there is none."""
    try:
        return dict(nbformat.read(path, as_version=4).metadata.get(KEY, {}))
    except (OSError, ValueError):
        return {}

"""What each kind of job does. A task tells how far it is, and returns what came of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from labhub.exchange.handin import collect, keep_pages, release_pages
from labhub.exchange.handin.results import GradingFound, keep_result, plain
from labhub.exchange.store.collected import collected, folders_of
from labhub.exchange.store.jobs import Job, JobKind
from labhub.exchange.store.submissions import submission
from labhub.gradebook.autograding import Order, autograde
from labhub.gradebook.graded import graded_hand_ins
from labhub.gradebook.outcome import Outcome
from labhub.gradebook.plan import read_plan
from labhub.gradebook.worker.bench import Bench
from labhub.gradebook.worker.findings import NOT_COUNTED, found_in
from labhub.ids import AssignmentId, StudentId

WORKER = "labhub"
"""Who keeps feedback that nobody asked for by name."""

Tell = Callable[[int, int], None]
"""Takes how many are done, of how many. What is more urgent is done meanwhile."""


@dataclass(frozen=True)
class GradedOne:
    """One folder that was graded."""

    student: StudentId
    outcome: Outcome
    found: GradingFound


@dataclass(frozen=True)
class Done:
    """What came of a job."""

    result: dict[str, Any] = field(default_factory=dict)
    failed: bool = False


def run_task(bench: Bench, job: Job, tell: Tell) -> Done:
    """Do a job. Raises the `LabhubError`s of what it does."""
    return TASKS[job.kind](bench, job, tell)


def _grade_one(bench: Bench, job: Job, tell: Tell) -> Done:
    """The hand-in that somebody waits for; where another one counts, that is said."""
    assert job.submission is not None, "a job of this kind names a hand-in"
    with bench.desk.store.reading() as db:
        members = submission(db, job.submission).members
    collect(bench.desk, job.assignment, students=members)
    with bench.desk.store.reading() as db:
        folders = folders_of(db, job.submission)
    if not folders:
        _keep(bench, job.submission, NOT_COUNTED)
        return Done(plain(NOT_COUNTED))
    graded = _graded(bench, job.assignment, folders, force=bool(job.options.get("force")))
    tell(1, 1)
    outcome = graded[0].outcome
    return Done(plain(graded[0].found), failed=not outcome.ended_well)


def _grade_all(bench: Bench, job: Job, tell: Tell) -> Done:
    """A whole class, a few at a time; what has not changed is left alone."""
    chosen = _collected_students(bench, job)
    force = bool(job.options.get("force"))
    graded: list[GradedOne] = []
    tell(0, len(chosen))
    for start in range(0, len(chosen), bench.at_once):
        graded += _graded(bench, job.assignment, chosen[start : start + bench.at_once], force=force)
        tell(len(graded), len(chosen))
    failed = [each.student for each in graded if not each.outcome.ended_well]
    standings = Counter(str(each.outcome.standing) for each in graded)
    result = {"hand_ins": len(graded), "standings": dict(standings), "failed": failed}
    return Done(result, failed=bool(failed))


def _collect(bench: Bench, job: Job, tell: Tell) -> Done:
    found = collect(bench.desk, job.assignment, students=job.options.get("students"))
    tell(len(found), len(found))
    return Done({"hand_ins": len(found), "new": sum(each.is_new for each in found)})


def _feedback(bench: Bench, job: Job, tell: Tell) -> Done:
    """The pages of everything that is graded, anew; a person's comments are in them."""
    chosen = _chosen(bench.course.folder.students_with_autograded(job.assignment), job)
    kept = 0
    for start in range(0, len(chosen), bench.at_once):
        some = chosen[start : start + bench.at_once]
        bench.pages(bench.course, job.assignment, some)
        kept += len(keep_pages(bench.desk, job.by, job.assignment, some))
        tell(start + len(some), len(chosen))
    return Done({"hand_ins": len(chosen), "kept": kept})


def _release_feedback(bench: Bench, job: Job, tell: Tell) -> Done:
    numbers = job.options.get("submissions")
    released = release_pages(bench.desk, job.by, job.assignment, numbers)
    tell(len(released), len(released))
    return Done({"released": list(released)})


TASKS: dict[JobKind, Callable[[Bench, Job, Tell], Done]] = {
    JobKind.GRADE: _grade_one,
    JobKind.AUTOGRADE: _grade_all,
    JobKind.COLLECT: _collect,
    JobKind.FEEDBACK: _feedback,
    JobKind.RELEASE_FEEDBACK: _release_feedback,
}


def _collected_students(bench: Bench, job: Job) -> list[StudentId]:
    collect(bench.desk, job.assignment, students=job.options.get("students"))
    return _chosen(bench.course.folder.students_with_submission(job.assignment), job)


def _chosen(everyone: Sequence[StudentId], job: Job) -> list[StudentId]:
    only = job.options.get("students")
    return [each for each in everyone if only is None or each in only]


def _graded(
    bench: Bench, assignment: AssignmentId, students: Sequence[StudentId], *, force: bool
) -> list[GradedOne]:
    """Grade these folders, write their feedback, and keep what was found in the store."""
    order = Order(assignment, only=frozenset(students), force=force, sandboxed=bench.sandboxed)
    with autograde(bench.course, bench.engine, order, bench.desk.clock) as batch:
        outcomes = {outcome.student: outcome for outcome in batch.outcomes}
    done = [student for student, outcome in outcomes.items() if outcome.ended_well]
    with read_plan(bench.course, assignment) as plan:
        graded = {each.student: each for each in graded_hand_ins(bench.course, plan, done)}
    if done:
        bench.pages(bench.course, assignment, done)
        keep_pages(bench.desk, WORKER, assignment, done)
    with bench.desk.store.reading() as db:
        lies = collected(db, assignment)
    found = [
        GradedOne(student, outcome, found_in(outcome, graded.get(student)))
        for student, outcome in outcomes.items()
    ]
    for each in found:
        if each.student in lies:
            _keep(bench, lies[each.student], each.found)
    return found


def _keep(bench: Bench, number: int, found: GradingFound) -> None:
    with bench.desk.store.writing() as db:
        keep_result(db, number, bench.desk.clock.now(), found)

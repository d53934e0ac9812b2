"""Collecting: the hand-ins that count become folders in nbgrader's `submitted/`, to be graded.

A hand-in of several students lies in one folder, that of a member: it is graded once, and the
final marks (`labhub.gradebook.term`) take it for all members. Once chosen, the folder stays the
same, so that marks of a person are found again. Who has more time than the other members, and an
own later hand-in, gets a folder besides.
"""

import fcntl
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from labhub.authoring.folders import replaced
from labhub.course.timestamps import TIMESTAMP, nbgrader_time
from labhub.exchange.handin.desk import HandInDesk
from labhub.exchange.handin.standing import Rules, read_rules
from labhub.exchange.store.collected import collected, put_collected
from labhub.exchange.store.submissions import Submission, submissions
from labhub.ids import AssignmentId, StudentId
from labhub.policy.verdicts import counted


@dataclass(frozen=True)
class Collected:
    """A hand-in that counts, in a folder of `submitted/`."""

    submission: Submission
    student: StudentId
    """Whose folder it is."""
    is_new: bool
    """False: it lay there already."""


def collect(
    desk: HandInDesk,
    assignment: str,
    *,
    students: Collection[str] | None = None,
    before: datetime | None = None,
) -> tuple[Collected, ...]:
    """Put the hand-ins that count into `submitted/`, of everybody or of these students.

    With `before`, only what came in until then is looked at. What lies in a folder and has not
    changed is left alone. Raises `UnknownAssignmentError`, `BlobMissingError` or `DiskFullError`.
    """
    plan = desk.course.assignment(assignment)
    with _alone(desk):
        with desk.store.reading() as db:
            rules = read_rules(db, desk.course)
            there = submissions(db, plan.id)
            lies = collected(db, plan.id)
        if before is not None:
            there = tuple(each for each in there if each.at < before)
        chosen = [
            (submission, home)
            for submission, home in homes(rules, plan.id, there, lies)
            if students is None or set(students) & {home, *submission.members}
        ]
        return tuple(_put(desk, submission, home, lies) for submission, home in chosen)


def homes(
    rules: Rules,
    assignment: AssignmentId,
    there: Sequence[Submission],
    lies: Mapping[StudentId, int],
) -> Iterator[tuple[Submission, StudentId]]:
    """Every hand-in that counts for somebody, with the student in whose folder it belongs."""
    shared: dict[tuple[int, tuple[StudentId, ...]], list[StudentId]] = defaultdict(list)
    by_number = {each.id: each for each in there}
    for student in sorted({student for each in there for student in each.members}):
        unit = rules.unit(assignment, student) if rules.present(student) else None
        if unit is None:
            continue
        for member in unit.students:
            best = counting(rules, assignment, member, unit.students, there)
            if best is not None and member not in shared[best.id, unit.students]:
                shared[best.id, unit.students].append(member)
    for (number, _), sharers in sorted(shared.items()):
        yield by_number[number], _home(by_number[number], sharers, lies)


def counting(
    rules: Rules,
    assignment: AssignmentId,
    student: StudentId,
    together: Collection[StudentId],
    there: Sequence[Submission],
) -> Submission | None:
    """The hand-in that counts for a student, of all that were made for those of the unit.

    It is the last of those worth most; where none is accepted, the last. None without any.
    """
    mine = [each for each in there if set(each.members) & {student, *together}]
    if not mine:
        return None
    place = counted(rules.timeline(assignment, student), [each.at for each in mine])
    return mine[-1 if place is None else place]


def _home(
    submission: Submission, sharers: Sequence[StudentId], lies: Mapping[StudentId, int]
) -> StudentId:
    """Where it lies already, else where an earlier one of them lies, else with who handed it in."""
    ranked = sorted(
        sharers,
        key=lambda each: (
            lies.get(each) != submission.id,
            each not in lies,
            each != submission.student,
            each,
        ),
    )
    return ranked[0]


def _put(
    desk: HandInDesk, submission: Submission, student: StudentId, lies: Mapping[StudentId, int]
) -> Collected:
    target = desk.folder.submitted(submission.assignment, student)
    if lies.get(student) == submission.id and (target / TIMESTAMP).is_file():
        return Collected(submission, student, is_new=False)
    with replaced(target) as made:
        for record in submission.files:
            desk.blobs.copy(record, made)
        (made / TIMESTAMP).write_text(nbgrader_time(submission.at), encoding="utf-8")
    with desk.store.writing() as db:
        put_collected(db, submission.assignment, student, submission.id, desk.clock.now())
    return Collected(submission, student, is_new=True)


@contextmanager
def _alone(desk: HandInDesk) -> Iterator[None]:
    """Two that collect at once would choose different folders."""
    with (desk.blobs.root / "collect.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

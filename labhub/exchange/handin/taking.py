"""Taking a hand-in: the rules are asked, the bytes kept, the record written, the receipt given.

In this order: a receipt exists only when bytes and record are durable. What is refused leaves
nothing behind; what is taken late says so.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from labhub.course.model import Assignment, AssignmentState
from labhub.exchange.handin.bundles import unpack_bundle
from labhub.exchange.handin.content import ensure_belongs
from labhub.exchange.handin.desk import HandInDesk
from labhub.exchange.handin.errors import (
    HandInClosedError,
    NothingHandedInError,
    NotReleasedError,
    VersionWithdrawnError,
)
from labhub.exchange.handin.limits import ensure_attempt_left
from labhub.exchange.handin.standing import Standing, read_rules, standing_of
from labhub.exchange.handin.uploads import Upload
from labhub.exchange.receipts.receipt import Receipt, read, receipt_for
from labhub.exchange.store.events import Author
from labhub.exchange.store.files import FileRecord, digest_of
from labhub.exchange.store.jobs import INTERACTIVE, JobKind, NewJob, enqueue
from labhub.exchange.store.submissions import (
    NewSubmission,
    Place,
    Submission,
    add_submission,
    newest_submission,
    put_receipt,
    receipt_text,
)
from labhub.exchange.store.versions import Version, newest, version_of
from labhub.ids import StudentId
from labhub.policy.timelines import Phase
from labhub.policy.words import say_moment


@dataclass(frozen=True)
class HandedIn:
    """What came of a hand-in."""

    submission: Submission
    receipt: Receipt
    is_new: bool
    """False: the same bytes were there; the receipt is the one that was given then."""


def hand_in(
    desk: HandInDesk,
    student: StudentId,
    assignment: str,
    upload: Upload,
    *,
    place: Place,
    version: int | None = None,
    by: str = "",
) -> HandedIn:
    """Take what was uploaded, for the student and everybody who hands in with the student.

    `version` is the released version that was worked on; the newest where it is not known. `by`
    is the member of the staff who hands in for a student: closed dates and used-up attempts do
    not stop staff, and the verdict says what the rules say.

    Raises the errors of `labhub.exchange.handin.errors`, `UnknownAssignmentError`,
    `UnknownVersionError`, `DiskFullError` or `StoreBusyError`; nothing is kept then.
    """
    plan = desk.course.assignment(assignment)
    unpack_bundle(upload, plan.id)
    at = upload.came_at(desk.clock.now())
    wish = _Wish(desk, plan, student, place, version, by, upload.records, at)
    if not wish.files:
        raise NothingHandedInError(
            "There is no file in the hand-in.", hint=f"Choose the notebook of {plan.title}."
        )
    with desk.store.reading() as db:
        if wish.considered(db).known is None:
            ensure_belongs(db, desk.blobs, desk.course, wish.released(db), upload)
    upload.keep()
    with desk.store.writing() as db:
        return wish.written(db)


@dataclass(frozen=True)
class _Considered:
    """What the rules make of a hand-in: one that is there, or a new one."""

    known: Submission | None = None
    new: NewSubmission | None = None
    graded_now: bool = False


@dataclass(frozen=True)
class _Wish:
    """A hand-in that somebody wants to make."""

    desk: HandInDesk
    plan: Assignment
    student: StudentId
    place: Place
    version: int | None
    by: str
    files: tuple[FileRecord, ...]
    at: datetime

    def considered(self, db: Connection) -> _Considered:
        """What the rules make of it. Raises as `hand_in` does."""
        released = self.released(db)
        rules = read_rules(db, self.desk.course)
        standing = standing_of(rules, self.plan.id, self.student, self.at)
        last = newest_submission(db, self.plan.id, standing.unit.group, self.student)
        if last is not None and last.digest == digest_of(self.files):
            return _Considered(known=last)
        if not self.by:
            _ensure_open(self.plan, standing)
            ensure_attempt_left(db, self.desk.course, self.plan, standing, self.at)
        waits = standing.verdict.graded_from
        at_once = self.plan.on_hand_in.grade and (waits is None or waits <= self.at)
        return _Considered(new=self._new(released, standing), graded_now=at_once)

    def released(self, db: Connection) -> Version:
        """The version that it answers. Raises as `hand_in` does."""
        if self.plan.state is AssignmentState.PLANNED:
            raise _not_released(self.plan)
        if self.version is None:
            found = newest(db, self.plan.id)
            if found is None:
                raise _not_released(self.plan)
            return found
        found = version_of(db, self.plan.id, self.version)
        if found.withdrawn and not self.by:
            raise VersionWithdrawnError(
                f"Version {found.number} of {self.plan.title} has been withdrawn.",
                hint="Fetch the newest version; your answers can be taken over. Then hand in.",
            )
        return found

    def written(self, db: Connection) -> HandedIn:
        """The record, the receipt and, where it is graded at once, the job: all or none."""
        found = self.considered(db)
        if found.known is not None:
            return HandedIn(found.known, read(receipt_text(db, found.known.id)), is_new=False)
        assert found.new is not None, "what is not known is new"
        author = Author(self.by or self.student, self.at)
        made, _ = add_submission(db, author, found.new)
        receipt = receipt_for(self.desk.course.id, self.plan.title, made, self.desk.key)
        put_receipt(db, made.id, receipt.text)
        if found.graded_now:
            enqueue(db, author, NewJob(JobKind.GRADE, self.plan.id, made.id, INTERACTIVE))
        return HandedIn(made, receipt, is_new=True)

    def _new(self, released: Version, standing: Standing) -> NewSubmission:
        verdict = standing.verdict
        return NewSubmission(
            assignment=self.plan.id,
            version=released.number,
            group=standing.unit.group,
            members=standing.unit.students,
            student=self.student,
            at=self.at,
            place=self.place,
            files=self.files,
            late=verdict.phase is not Phase.ON_TIME,
            credit=verdict.credit,
            words=verdict.words,
        )


def _ensure_open(plan: Assignment, standing: Standing) -> None:
    if standing.verdict.phase is Phase.BEFORE_RELEASE:
        raise _not_released(plan)
    if not standing.verdict.accepted:
        until = standing.timeline.accepted_until
        zone = standing.timeline.calendar.zone
        last = f" Hand-ins were taken until {say_moment(until, zone)}." if until else ""
        raise HandInClosedError(
            f"{plan.title} is closed.{last}",
            hint="If you have a reason, ask the staff for an extension; keep your file.",
        )


def _not_released(plan: Assignment) -> NotReleasedError:
    return NotReleasedError(
        f"{plan.title} has not been released yet.", hint="Look at its release date."
    )

"""What the pages of a student ask of the store, read in one transaction each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from labhub.course.model import Assignment, AssignmentState
from labhub.exchange.handin.desk import HandInDesk
from labhub.exchange.handin.errors import NotExpectedError
from labhub.exchange.handin.limits import AttemptsLeft, attempts_left
from labhub.exchange.handin.results import shown_result
from labhub.exchange.handin.standing import Rules, Standing, read_rules, standing_of
from labhub.exchange.store.blobs import Blobs
from labhub.exchange.store.feedback import feedback_of
from labhub.exchange.store.jobs import jobs
from labhub.exchange.store.marks import appeals
from labhub.exchange.store.people import people
from labhub.exchange.store.submissions import Submission, submissions
from labhub.exchange.store.versions import Version, versions
from labhub.ids import StudentId
from labhub.policy.assignments import timeline_of
from labhub.policy.timelines import Timeline
from labhub.service.pages.assignments import Facts
from labhub.service.pages.languages import Words
from labhub.service.pages.marks import MarksView, marks_view
from labhub.service.pages.released import ReleasedPage, read_page
from labhub.service.pages.results import ResultsView, results_view


@dataclass(frozen=True)
class Mine:
    """One assignment, as it is for one student; for staff, as it is for everybody."""

    plan: Assignment
    timeline: Timeline
    versions: tuple[Version, ...]
    """Every released version, the oldest first, withdrawn ones too."""
    standing: Standing | None = None
    """None for staff, and for a student who is excused."""
    submissions: tuple[Submission, ...] = ()
    with_feedback: frozenset[int] = frozenset()
    """The hand-ins on which feedback has been released."""
    attempts: AttemptsLeft = field(default_factory=lambda: AttemptsLeft(None, None, None))
    excused: bool = False

    @property
    def offered(self) -> tuple[Version, ...]:
        """The versions that may be worked on, the newest first."""
        return tuple(each for each in reversed(self.versions) if not each.withdrawn)

    @property
    def version(self) -> Version | None:
        """The newest version that may be worked on."""
        return next(iter(self.offered), None)

    @property
    def facts(self) -> Facts:
        """What the list of assignments needs to know."""
        return Facts(
            id=self.plan.id,
            title=self.plan.title,
            timeline=self.timeline,
            planned=self.plan.state is AssignmentState.PLANNED,
            excused=self.excused,
            released_version=self.version.number if self.version is not None else None,
            handed_in=self.submissions,
            feedback=bool(self.with_feedback),
            withdrawn=frozenset(each.number for each in self.versions if each.withdrawn),
        )

    @property
    def members(self) -> tuple[StudentId, ...]:
        """Who hands in together."""
        return self.standing.unit.students if self.standing is not None else ()


def read_all(desk: HandInDesk, student: StudentId | None) -> tuple[Mine, ...]:
    """Every assignment of the course. Raises `NotEnrolledError`."""
    now = desk.clock.now()
    with desk.store.reading() as db:
        rules = read_rules(db, desk.course)
        return tuple(_read(db, desk, rules, plan, student, now) for plan in desk.course.assignments)


def read_one(desk: HandInDesk, assignment: str, student: StudentId | None) -> Mine:
    """One assignment. Raises `UnknownAssignmentError` or `NotEnrolledError`."""
    plan = desk.course.assignment(assignment)
    with desk.store.reading() as db:
        rules = read_rules(db, desk.course)
        return _read(db, desk, rules, plan, student, desk.clock.now())


def read_marks(desk: HandInDesk, mine: Mine, student: StudentId, words: Words) -> MarksView | None:
    """The marks on the newest hand-in with released feedback; None before there is any.

    Also None where the feedback is not made of pages that we can read points from.
    """
    answered = [each for each in mine.submissions if each.id in mine.with_feedback]
    if not answered:
        return None
    number = answered[-1].id
    with desk.store.reading() as db:
        feedback = feedback_of(db, number)
        asked = [a for a in appeals(db) if (a.item, a.student) == (mine.plan.id, student)]
    files = feedback.files if feedback is not None else ()
    read = (_page(desk.blobs, file.sha256) for file in files if file.path.endswith(".html"))
    pages = [page for page in read if page is not None]
    return marks_view(mine.plan.id, number, pages, asked, words) if pages else None


def read_results(desk: HandInDesk, mine: Mine, words: Words) -> ResultsView | None:
    """What the tests said about the newest hand-in; None once its feedback is released."""
    last = mine.submissions[-1] if mine.submissions else None
    if last is None or last.id in mine.with_feedback:
        return None
    rules = mine.plan.on_hand_in
    with desk.store.reading() as db:
        found = shown_result(db, rules, last.id)
        there = jobs(db, submission=last.id)
    return results_view(last, rules, found, there, words)


@lru_cache(maxsize=256)
def _page(blobs: Blobs, sha256: str) -> ReleasedPage | None:
    return read_page(blobs.read(sha256).decode("utf-8", "replace"))


def read_names(desk: HandInDesk) -> Mapping[str, str]:
    """The names of people by their ids."""
    with desk.store.reading() as db:
        return {person.id: person.name for person in people(db).values()}


def _read(
    db: Connection,
    desk: HandInDesk,
    rules: Rules,
    plan: Assignment,
    student: StudentId | None,
    now: datetime,
) -> Mine:
    released = versions(db, plan.id)
    if student is None:
        return Mine(plan, timeline_of(desk.course, plan.id), released)
    found = submissions(db, plan.id, student)
    answered = frozenset(each.id for each in found if feedback_of(db, each.id) is not None)
    try:
        standing = standing_of(rules, plan.id, student, now)
    except NotExpectedError:
        line = rules.timeline(plan.id, student)
        return Mine(plan, line, released, None, found, answered, excused=True)
    left = attempts_left(db, desk.course, plan, standing, now)
    line = rules.timeline(plan.id, student)
    return Mine(plan, line, released, standing, found, answered, left)

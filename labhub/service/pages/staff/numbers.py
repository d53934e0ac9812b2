"""What the staff's pages ask of the store and of the gradebook, in numbers and rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from labhub.course.model import Assignment
from labhub.exchange.store.collected import collected
from labhub.exchange.store.people import people
from labhub.exchange.store.submissions import Submission, submissions
from labhub.exchange.store.versions import Version, newest
from labhub.gradebook.errors import NotGeneratedError
from labhub.gradebook.marking import (
    Exercise,
    GivenMark,
    GradingReport,
    Place,
    gradebook_of,
    key_of,
    marks_in,
    report_of,
)
from labhub.gradebook.term.handed_in import has_gradebook
from labhub.ids import AssignmentId, StudentId
from labhub.service.courses import OpenedCourse


@dataclass(frozen=True)
class HandedIn:
    """One hand-in as the staff see it: what came in, and what grading made of it."""

    student: StudentId
    """In whose folder it lies; who handed in, where it is not collected yet."""
    members: tuple[StudentId, ...]
    submission: Submission | None
    """None for what did not come through the service."""
    attempts: int
    collected: bool
    report: GradingReport
    marks: tuple[GivenMark, ...]

    @property
    def graded(self) -> bool:
        """Whether the machine has been over it."""
        return bool(self.marks)

    @property
    def earned(self) -> float:
        """Points so far, with extra credit."""
        return sum((mark.points or 0.0) + mark.extra for mark in self.marks)

    @property
    def possible(self) -> float:
        """What it can give."""
        return sum(mark.possible for mark in self.marks)

    @property
    def waiting(self) -> int:
        """Answers that a person has still to mark."""
        return sum(mark.waits for mark in self.marks)


@dataclass(frozen=True)
class Progress:
    """One assignment in the list of the staff."""

    plan: Assignment
    version: Version | None
    handed_in: int
    """Hand-ins that count, one for each student or group."""
    expected: int
    """Students of the course; 0 where nobody is listed."""
    graded: int
    waiting: int
    """Answers that a person has still to mark."""


@dataclass(frozen=True)
class Queued:
    """One answer to an exercise, as far as its marks tell; no notebook is read for it."""

    student: StudentId
    marks: tuple[GivenMark, ...]

    @property
    def waits(self) -> bool:
        """Whether a person has still to mark something."""
        return any(mark.waits for mark in self.marks)


def marks_of(course: OpenedCourse, assignment: AssignmentId) -> dict[Place, GivenMark]:
    """Every mark of an assignment; empty where the gradebook does not know it."""
    if not has_gradebook(course.folder):
        return {}
    with gradebook_of(course.opened) as gradebook:
        return marks_in(gradebook, assignment)


def queue_to(
    course: OpenedCourse, assignment: AssignmentId, exercise: Exercise
) -> tuple[Queued, ...]:
    """Everybody's answer to an exercise, in an order that says nothing about names."""
    found: dict[StudentId, list[GivenMark]] = {}
    for place, mark in marks_of(course, assignment).items():
        if place.notebook == exercise.notebook_id and place.cell in exercise.graded:
            found.setdefault(place.student, []).append(mark)
    graded = [each for each in course.folder.students_with_autograded(assignment) if each in found]
    ordered = sorted(graded, key=lambda student: key_of(assignment, student))
    return tuple(Queued(each, tuple(found[each])) for each in ordered)


def read_handed_in(course: OpenedCourse, assignment: AssignmentId) -> tuple[HandedIn, ...]:
    """Every hand-in that counts, in order of the student in whose folder it lies."""
    with course.store.reading() as db:
        there = submissions(db, assignment)
        lies = collected(db, assignment)
    marks: dict[StudentId, list[GivenMark]] = {}
    for mark in marks_of(course, assignment).values():
        marks.setdefault(mark.place.student, []).append(mark)
    by_number = {each.id: each for each in there}
    last = {each.unit: each for each in there}
    homes = {by_number[number].unit: student for student, number in lies.items()}
    rows: dict[StudentId, Submission | None] = dict.fromkeys(
        course.folder.students_with_submission(assignment)
    )
    rows |= {student: by_number[number] for student, number in lies.items()}
    rows |= {each.student: each for unit, each in last.items() if unit not in homes}
    units = Counter(each.unit for each in there)
    return tuple(
        HandedIn(
            student,
            submission.members if submission is not None else (student,),
            submission,
            units[submission.unit] if submission is not None else 1,
            student in lies or submission is None,
            report_of(course.folder, assignment, student),
            tuple(marks.get(student, ())),
        )
        for student, submission in sorted(rows.items())
    )


def read_progress(course: OpenedCourse) -> tuple[Progress, ...]:
    """Every assignment, in the order of course.toml."""
    with course.store.reading() as db:
        expected = len(people(db, "student"))
        versions = {plan.id: newest(db, plan.id) for plan in course.course.assignments}
        units = {
            plan.id: {each.unit for each in submissions(db, plan.id)}
            for plan in course.course.assignments
        }
    return tuple(
        _progress(course, plan, versions[plan.id], units[plan.id], expected)
        for plan in course.course.assignments
    )


def read_missing(course: OpenedCourse, found: Iterable[HandedIn]) -> tuple[StudentId, ...]:
    """The listed students for whom nothing was handed in."""
    with course.store.reading() as db:
        listed = people(db, "student")
    present = {student for each in found for student in (*each.members, each.student)}
    return tuple(student for student in listed if student not in present)


def _progress(
    course: OpenedCourse,
    plan: Assignment,
    version: Version | None,
    units: set[str],
    expected: int,
) -> Progress:
    try:
        marks = marks_of(course, plan.id)
    except NotGeneratedError:
        marks = {}
    folders = set(course.folder.students_with_submission(plan.id))
    graded = {place.student for place in marks}
    return Progress(
        plan,
        version,
        len(units) or len(folders),
        expected,
        len(graded),
        sum(mark.waits for mark in marks.values()),
    )

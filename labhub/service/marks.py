"""Marks that a student may see: those of assignments whose feedback has been released."""

from dataclasses import dataclass
from fractions import Fraction

from labhub.exchange.store.feedback import feedback_of
from labhub.exchange.store.submissions import submissions
from labhub.gradebook.term.finals import finals
from labhub.gradebook.term.records import load_term
from labhub.ids import StudentId
from labhub.policy.grades import ItemResult
from labhub.service.courses import OpenedCourse


@dataclass(frozen=True)
class Released:
    """One mark."""

    item: str
    title: str
    points: Fraction
    most: Fraction
    words: tuple[str, ...]
    """How it came about: tests, questions, lateness, decisions of the staff."""


def released_marks(course: OpenedCourse, student: StudentId) -> tuple[Released, ...]:
    """The student's marks, in the order of course.toml."""
    seen = released_items(course, student)
    if not seen:
        return ()
    term = load_term(course.folder, course.store, course.clock.now())
    if student not in term.people:
        return ()
    items = finals(term, only=student)[student].grade.items
    return tuple(_released(items[name]) for name in seen if name in items)


def released_items(course: OpenedCourse, student: StudentId) -> tuple[str, ...]:
    """The assignments on which the student has released feedback, in order of course.toml."""
    with course.store.reading() as db:
        found = {
            each.assignment
            for each in submissions(db, student=student)
            if feedback_of(db, each.id) is not None
        }
    return tuple(plan.id for plan in course.course.assignments if plan.id in found)


def _released(found: ItemResult) -> Released:
    item = found.item
    words = tuple(step.words for step in found.trace)
    return Released(item.id, item.title, found.share * item.points, item.points, words)

"""One state of a term's records, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property

from labhub.course.errors import CourseFileNeededError
from labhub.course.folder import CourseFolder
from labhub.course.model import Course
from labhub.exchange.store import (
    Store,
    grants,
    groups,
    marks,
    projects,
    reviewing,
    sittings,
)
from labhub.exchange.store.people import Person
from labhub.exchange.store.people import people as everybody
from labhub.gradebook.term.errors import UnknownStudentError
from labhub.gradebook.term.handed_in import LabMark, Ledger, read_ledger
from labhub.ids import AssignmentId, StudentId
from labhub.policy.assignments import calendar_of
from labhub.policy.extensions import Extension
from labhub.policy.groups import GroupEvent, Groups, replay
from labhub.policy.marks import Override
from labhub.policy.rulebooks import scheme_of
from labhub.policy.schemes import Scheme
from labhub.policy.seminars import SeminarEvent
from labhub.policy.sessions import Attendance
from labhub.policy.units import GroupException
from labhub.policy.verdicts import Decision
from labhub.policy.workdays import Calendar

__all__ = ["LabMark", "Term", "load_term", "rules_needed"]

Place = tuple[AssignmentId, StudentId]


@dataclass(frozen=True)
class Term:
    """A course with everything that was recorded about it until `now`."""

    course: Course
    now: datetime
    people: Mapping[StudentId, Person] = field(default_factory=dict)
    points: Mapping[str, Fraction] = field(default_factory=dict)
    handed_in: Mapping[Place, datetime] = field(default_factory=dict)
    lab_marks: Mapping[Place, LabMark] = field(default_factory=dict)
    group_events: tuple[GroupEvent, ...] = ()
    group_exceptions: tuple[GroupException, ...] = ()
    granted: tuple[grants.Granted, ...] = ()
    decisions: Mapping[Place, Decision] = field(default_factory=dict)
    staff_marks: Mapping[tuple[str, StudentId], marks.StaffMark] = field(default_factory=dict)
    overrides: Mapping[tuple[str, StudentId], Override] = field(default_factory=dict)
    attendance: Mapping[StudentId, list[Attendance]] = field(default_factory=dict)
    rounds: Mapping[AssignmentId, reviewing.Round] = field(default_factory=dict)
    project_hand_ins: tuple[projects.ProjectHandIn, ...] = ()
    seminar_events: tuple[SeminarEvent, ...] = ()

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar of the course."""
        return calendar_of(self.course)

    @cached_property
    def scheme(self) -> Scheme:
        """The grading scheme, with the points of the gradebook."""
        return scheme_of(self.course, self.points)

    @cached_property
    def groups(self) -> Groups:
        """The groups as they are now."""
        return replay(self.group_events, until=self.now)

    @cached_property
    def students(self) -> tuple[StudentId, ...]:
        """Everybody who takes the course or took it, in order of the ids."""
        return tuple(sorted(name for name, who in self.people.items() if who.role == "student"))

    @property
    def extensions(self) -> tuple[Extension, ...]:
        """The extensions that hold."""
        return tuple(each.extension for each in self.granted)

    def person(self, student: str) -> Person:
        """The student of that id. Raises `UnknownStudentError`, with the nearest id as a hint."""
        found = self.people.get(StudentId(student))
        if found is not None and found.role == "student":
            return found
        near = get_close_matches(student, self.students, n=1)
        raise UnknownStudentError(
            f"The course {self.course.id} has no student '{student}'.",
            hint=f"Did you mean '{near[0]}'?" if near else "See: labhub people list.",
        )


def rules_needed(folder: CourseFolder) -> Course:
    """The course of a folder. Raises `CourseFileNeededError` where it has no course.toml."""
    if folder.course is None:
        raise CourseFileNeededError(
            f"There is no course.toml in {folder.root}.",
            hint="Write one; docs/reference/course-toml.md says how.",
        )
    return folder.course


def load_term(folder: CourseFolder, store: Store, now: datetime) -> Term:
    """Read everything that was recorded. Raises `CourseFileNeededError`."""
    course = rules_needed(folder)
    ledger = read_ledger(folder)
    with store.reading() as db:
        return Term(
            course,
            now,
            people=_people(everybody(db), ledger, course),
            points=ledger.points,
            handed_in=ledger.handed_in,
            lab_marks=ledger.marks,
            group_events=groups.group_events(db),
            group_exceptions=groups.group_exceptions(db),
            granted=grants.extensions(db),
            decisions=grants.decisions(db),
            staff_marks=marks.staff_marks(db),
            overrides=marks.overrides(db),
            attendance=sittings.attendance(db),
            rounds=reviewing.rounds(db),
            project_hand_ins=projects.project_hand_ins(db),
            seminar_events=projects.seminar_events(db),
        )


def _people(
    known: Mapping[StudentId, Person], ledger: Ledger, course: Course
) -> dict[StudentId, Person]:
    """The people of the store, and whoever the gradebook or course.toml names beside them."""
    names = dict.fromkeys((s for group in course.groups for s in group.students), "")
    names |= ledger.students
    return {s: Person(s, name) for s, name in names.items()} | dict(known)

"""Where a student stands on an assignment: with whom, until when, by the course's rules.

They are the rules of the final marks (`labhub.gradebook.term`), asked of the store alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from labhub.course.model import Course
from labhub.exchange.handin.errors import NotEnrolledError, NotExpectedError
from labhub.exchange.store.grants import extensions
from labhub.exchange.store.groups import group_events, group_exceptions
from labhub.exchange.store.people import people
from labhub.exchange.store.submissions import last_moments
from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.assignments import budget_of, calendar_of, dates_of, timeline_of
from labhub.policy.budgets import Claim, spend
from labhub.policy.extensions import Extension, extended
from labhub.policy.groups import GroupEvent, Groups, replay
from labhub.policy.rulebooks import freezes_at
from labhub.policy.timelines import Timeline
from labhub.policy.units import GroupException, Unit, units_of
from labhub.policy.verdicts import Verdict, resolve

Place = tuple[AssignmentId, StudentId]


@dataclass(frozen=True)
class Rules:
    """The course's rules and what the store knows that they ask for, read once."""

    course: Course
    enrolled: frozenset[StudentId]
    """Empty where nobody is listed: then the Hub's groups say who is a student."""
    events: tuple[GroupEvent, ...]
    exceptions: tuple[GroupException, ...]
    extensions: tuple[Extension, ...]
    handed_in: dict[Place, datetime]
    """When everybody last handed in; only read where lateness is paid for with late days."""
    frozen: dict[AssignmentId, Groups] = field(default_factory=dict, compare=False, repr=False)
    """The groups of each assignment, once somebody has asked for them."""

    def unit(self, assignment: AssignmentId, student: StudentId) -> Unit | None:
        """Who hands in with the student; None for somebody excused, or who left the course."""
        groups = self._groups(assignment)
        alone = units_of(assignment, groups, [student], self.exceptions)
        if not alone or alone[0].group is None:
            return alone[0] if alone else None
        home = alone[0].group
        sent = {e.student for e in self.exceptions if (e.assignment, e.group) == (assignment, home)}
        there = groups.members[home] | sent
        found = units_of(assignment, groups, there, self.exceptions)
        return next(unit for unit in found if student in unit.students)

    def timeline(
        self, assignment: AssignmentId, student: StudentId, at: datetime | None = None
    ) -> Timeline:
        """What holds for the student; with the late days that a hand-in at a moment would cost."""
        unit = self.unit(assignment, student)
        dates, calendar = dates_of(self.course, assignment), calendar_of(self.course)
        mine = (*self._granted(assignment, student, unit), *self._bought(assignment, student, at))
        return extended(dates, calendar, mine)

    def present(self, student: StudentId) -> bool:
        """Whether somebody takes the course."""
        listed = not self.enrolled or student in self.enrolled
        return listed and student not in self.groups.dropped_out

    @cached_property
    def groups(self) -> Groups:
        """The groups as they are now."""
        return replay(self.events)

    def _groups(self, assignment: AssignmentId) -> Groups:
        """The groups that hand in together, as they are or as they were when they froze."""
        if assignment not in self.frozen:
            groups = replay(self.events, until=freezes_at(self.course, assignment))
            if not self.course.rules.of(assignment).group_work:
                groups = Groups(dropped_out=groups.dropped_out)
            self.frozen[assignment] = groups
        return self.frozen[assignment]

    def _granted(
        self, assignment: AssignmentId, student: StudentId, unit: Unit | None
    ) -> tuple[Extension, ...]:
        group: GroupId | None = unit.group if unit is not None else None
        if not self.course.rules.of(assignment).group_work:
            group = self.groups.group_of(student)
        return tuple(e for e in self.extensions if e.concerns(assignment, student, group))

    def _bought(
        self, assignment: AssignmentId, student: StudentId, at: datetime | None
    ) -> tuple[Extension, ...]:
        bought = self._spent if at is None else self._spend({(assignment, student): at})
        return tuple(e for e in bought if (e.assignment, e.student) == (assignment, student))

    @cached_property
    def _spent(self) -> tuple[Extension, ...]:
        """What the late days of everybody have paid for so far."""
        return self._spend({})

    def _spend(self, wished: Mapping[Place, datetime]) -> tuple[Extension, ...]:
        """What late days pay for, with hand-ins that somebody wants to make."""
        budget = budget_of(self.course)
        if budget is None:
            return ()
        claims = self._claims({**self.handed_in, **wished})
        return spend(budget, claims, calendar_of(self.course)).extensions

    def _claims(self, handed_in: Mapping[Place, datetime]) -> Iterator[Claim]:
        """The last hand-in of every unit, where it is late: others cost nothing."""
        last: dict[tuple[AssignmentId, tuple[StudentId, ...]], datetime] = {}
        for (name, student), moment in handed_in.items():
            due = timeline_of(self.course, name).on_time_until
            unit = self.unit(name, student) if due is not None and moment >= due else None
            if unit is not None:
                key = (name, unit.students)
                last[key] = max(moment, last.get(key, moment))
        for (name, students), moment in last.items():
            given = {
                extension: None
                for each in students
                for extension in self._granted(name, each, self.unit(name, each))
            }
            yield Claim(name, students, dates_of(self.course, name), moment, tuple(given))


@dataclass(frozen=True)
class Standing:
    """Where one student stands on one assignment at one moment."""

    student: StudentId
    assignment: AssignmentId
    unit: Unit
    timeline: Timeline
    verdict: Verdict
    """Of a hand-in at that moment."""


def read_rules(db: Connection, course: Course) -> Rules:
    """Everything that the rules ask of the store."""
    listed = people(db, "student")
    enrolled = frozenset(listed) if listed else frozenset[StudentId]()
    if listed:
        enrolled |= {student for group in course.groups for student in group.students}
    handed_in: dict[Place, datetime] = {}
    if budget_of(course) is not None:
        handed_in = last_moments(db)
    return Rules(
        course,
        enrolled,
        group_events(db),
        group_exceptions(db),
        tuple(each.extension for each in extensions(db)),
        handed_in,
    )


def standing_of(
    rules: Rules, assignment: AssignmentId, student: StudentId, at: datetime
) -> Standing:
    """Where the student stands. Raises `NotEnrolledError` or `NotExpectedError`."""
    if not rules.present(student):
        raise NotEnrolledError(
            f"{student} is no student of {rules.course.title}.",
            hint="If that is wrong, ask the staff to put you on the list of the course.",
        )
    unit = rules.unit(assignment, student)
    if unit is None:
        raise NotExpectedError(
            f"{student} is excused from {rules.course.assignment(assignment).title}.",
            hint="There is nothing to hand in. If that is wrong, ask the staff.",
        )
    line = rules.timeline(assignment, student, at)
    return Standing(student, assignment, unit, line, resolve(line, at))

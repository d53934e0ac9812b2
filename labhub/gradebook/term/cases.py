"""Cases: one student and one assignment, with whom, until when, and what comes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from labhub.gradebook.term.records import Term
from labhub.ids import AssignmentId, StudentId
from labhub.policy.assignments import budget_of, dates_of
from labhub.policy.budgets import Claim, Spending, spend
from labhub.policy.dates import Dates
from labhub.policy.extensions import Extension, extended
from labhub.policy.groups import Groups, replay
from labhub.policy.rulebooks import freezes_at
from labhub.policy.timelines import Timeline
from labhub.policy.traces import Step, Trace
from labhub.policy.units import Arrangement, Unit, units_of
from labhub.policy.verdicts import Verdict, counted, resolve


@dataclass(frozen=True)
class Case:
    """What holds for one student on one assignment, and why."""

    student: StudentId
    assignment: AssignmentId
    unit: Unit | None
    """None for somebody who dropped out or is excused."""
    excused: bool
    timeline: Timeline
    handed_in_by: StudentId | None
    """Whose hand-in counts: a member of the unit."""
    verdict: Verdict

    @property
    def together(self) -> Trace:
        """Why the student hands in with these people."""
        if self.unit is not None:
            return self.unit.because[self.student]
        words = "is excused from it" if self.excused else "had left the course when groups froze"
        return (Step("no-unit", f"{self.student} {words}."),)


def units(term: Term, assignment: AssignmentId) -> tuple[Unit, ...]:
    """Who hands in together on an assignment."""
    groups = Groups()
    frozen = replay(term.group_events, until=freezes_at(term.course, assignment))
    if term.course.rules.of(assignment).group_work:
        groups = frozen
    present = [student for student in term.students if student not in frozen.dropped_out]
    return units_of(assignment, groups, present, term.group_exceptions)


def cases(
    term: Term, assignment: AssignmentId, dates: Dates | None = None
) -> dict[StudentId, Case]:
    """The case of every student; under other dates than the course's, if they are given."""
    dates = dates or dates_of(term.course, assignment)
    paid = spending(term).extensions
    homes = {student: unit for unit in units(term, assignment) for student in unit.students}
    return {
        student: _case(term, assignment, student, homes.get(student), dates, paid)
        for student in term.students
    }


def case(term: Term, student: str, assignment: str) -> Case:
    """The case of one student. Raises `UnknownStudentError` or `UnknownAssignmentError`."""
    return cases(term, term.course.assignment(assignment).id)[term.person(student).id]


def extensions_of(
    term: Term, assignment: AssignmentId, student: StudentId, unit: Unit | None
) -> tuple[Extension, ...]:
    """What was granted to a student on an assignment, alone or as a member of the group.

    For group work that is the group of the unit, for other work the student's group of now.
    """
    group = unit.group if unit is not None else None
    if not term.course.rules.of(assignment).group_work:
        group = term.groups.group_of(student)
    return tuple(e for e in term.extensions if e.concerns(assignment, student, group))


def hand_ins(
    term: Term, assignment: AssignmentId, unit: Unit | None
) -> list[tuple[StudentId, datetime]]:
    """The hand-ins of a unit's members, the oldest first."""
    members = unit.students if unit is not None else ()
    found = [
        (s, term.handed_in[assignment, s]) for s in members if (assignment, s) in term.handed_in
    ]
    return sorted(found, key=lambda each: each[1])


def spending(term: Term) -> Spending:
    """What the late budget, if the course has one, pays for."""
    budget = budget_of(term.course)
    if budget is None:
        return Spending((), {})
    return spend(budget, _claims(term), term.calendar)


def late_days_left(term: Term, student: StudentId) -> int | None:
    """What a student has left of the late budget; None in a course without one."""
    budget = budget_of(term.course)
    return None if budget is None else spending(term).left.get(student, budget.days)


def _claims(term: Term) -> Iterator[Claim]:
    for plan in term.course.assignments:
        dates = dates_of(term.course, plan.id)
        for unit in units(term, plan.id):
            given = {
                extension: None
                for student in unit.students
                for extension in extensions_of(term, plan.id, student, unit)
            }
            for _, moment in hand_ins(term, plan.id, unit)[-1:]:
                yield Claim(plan.id, unit.students, dates, moment, tuple(given))


def _case(
    term: Term,
    assignment: AssignmentId,
    student: StudentId,
    unit: Unit | None,
    dates: Dates,
    paid: tuple[Extension, ...],
) -> Case:
    bought = tuple(e for e in paid if e.assignment == assignment and e.student == student)
    mine = (*extensions_of(term, assignment, student, unit), *bought)
    line = extended(dates, term.calendar, mine)
    there = hand_ins(term, assignment, unit)
    by, moment = _counting(line, there)
    verdict = resolve(line, moment, term.decisions.get((assignment, student)))
    excused = any(
        e.student == student and e.assignment == assignment and e.arrangement is Arrangement.EXCUSED
        for e in term.group_exceptions
    )
    return Case(student, assignment, unit, excused, line, by, verdict)


def _counting(
    line: Timeline, there: list[tuple[StudentId, datetime]]
) -> tuple[StudentId | None, datetime | None]:
    """The hand-in that counts; the last where none is accepted."""
    if not there:
        return None, None
    place = counted(line, [moment for _, moment in there])
    return there[-1 if place is None else place]

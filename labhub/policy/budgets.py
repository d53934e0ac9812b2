"""Late budgets: days of lateness a student may spend over the whole course, without asking.

A spent day moves the due date, or the one that an extension granted, by a day under the same
grace. A group spends together: it has as many days as the poorest of its members, and each of
them pays (as MarkUs does with its grace credits).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from labhub.ids import AssignmentId, StudentId
from labhub.policy.dates import Dates
from labhub.policy.extensions import Extension, extended, latest_due
from labhub.policy.timelines import Phase
from labhub.policy.words import say_count
from labhub.policy.workdays import Calendar, ensure_zone


@dataclass(frozen=True)
class LateBudget:
    """How many days there are for the course, and how many one assignment may take of them."""

    days: int
    per_assignment: int


@dataclass(frozen=True)
class Claim:
    """A hand-in that may have to be paid for, with the extensions it has anyway."""

    assignment: AssignmentId
    students: tuple[StudentId, ...]
    dates: Dates
    handed_in_at: datetime
    extensions: tuple[Extension, ...] = ()
    wanted: bool = True
    """False: the students would rather be late and keep their days."""


@dataclass(frozen=True)
class Spending:
    """The extensions that were paid for, and what every student has left."""

    extensions: tuple[Extension, ...]
    left: Mapping[StudentId, int]


def spend(budget: LateBudget, claims: Iterable[Claim], calendar: Calendar) -> Spending:
    """Pays for late hand-ins in the order in which they came in.

    A hand-in that cannot be made on time with the days left costs nothing and stays late.
    """
    left: dict[StudentId, int] = {}
    bought: list[Extension] = []
    for claim in sorted(claims, key=_order):
        for student in claim.students:
            left.setdefault(student, budget.days)
        afford = min([budget.per_assignment, *(left[student] for student in claim.students)])
        days = _days_needed(claim, calendar, afford)
        for student in claim.students if days else ():
            left[student] -= days
            reason = f"{say_count(days, 'day')} spent, {left[student]} left"
            bought.append(_paid(claim, calendar, days, reason, student))
    return Spending(tuple(bought), left)


def _order(claim: Claim) -> tuple[datetime, AssignmentId, tuple[StudentId, ...]]:
    return (ensure_zone(claim.handed_in_at), claim.assignment, claim.students)


def _days_needed(claim: Claim, calendar: Calendar, afford: int) -> int:
    """The fewest days that make the hand-in on time; 0 when none are needed, wanted or enough."""
    if not claim.wanted:
        return 0
    for days in range(afford + 1):
        paid = _paid(claim, calendar, days, reason="")
        timeline = extended(claim.dates, calendar, (*claim.extensions, paid))
        if timeline.at(claim.handed_in_at).phase is Phase.ON_TIME:
            return days
    return 0


def _paid(
    claim: Claim, calendar: Calendar, days: int, reason: str, student: StudentId | None = None
) -> Extension:
    """The extension that so many days buy, on top of what was granted."""
    due = latest_due(claim.dates, calendar, claim.extensions)
    moved = None if due is None else due + timedelta(days=days)
    return Extension(claim.assignment, reason, "The late budget", student=student, due=moved)

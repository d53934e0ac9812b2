"""What course.toml says about an assignment, as dates and a calendar for the rules.

The course file gives a release, a due date and a last late date as moments; what it does not say
(grace, what lateness costs, whether late hand-ins wait) is passed in.
"""

from decimal import Decimal

from labhub.course.model import Assignment, Course
from labhub.policy.dates import FULL, Dates, LateStep
from labhub.policy.deadlines import Grace
from labhub.policy.workdays import Calendar, DayOff


def calendar_of(
    course: Course, country: str | None = None, days_off: tuple[DayOff, ...] = ()
) -> Calendar:
    """The calendar of a course, in its zone."""
    return Calendar(course.zone, country, days_off=days_off)


def dates_of(
    assignment: Assignment,
    grace: Grace | None = None,
    late_credit: Decimal = FULL,
    *,
    late_graded_after: bool = False,
) -> Dates:
    """The dates of an assignment; without a late period where both due dates are the same."""
    moments = assignment.timeline
    late = LateStep(moments.late_until, late_credit, late_graded_after)
    return Dates(
        assignment.title,
        release=moments.release,
        due=moments.due,
        late=(late,) if moments.late_until > moments.due else (),
        grace=grace,
    )

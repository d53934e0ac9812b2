"""What course.toml says about dates, as a calendar and dates for the rules."""

from datetime import timedelta
from decimal import Decimal

from labhub.course.model import Assignment, Course
from labhub.course.rule_model import DeadlineRules, GradedItem
from labhub.ids import AssignmentId
from labhub.policy.budgets import LateBudget
from labhub.policy.dates import DailyLoss, Dates, LateStep
from labhub.policy.deadlines import Deadline, Grace, GracePeriod, NextWorkingDay, deadline
from labhub.policy.timelines import Timeline, timeline
from labhub.policy.workdays import Calendar, DayOff

DAY = timedelta(days=1)


def calendar_of(course: Course) -> Calendar:
    """The calendar of a course, in its zone."""
    rules = course.rules.calendar
    return Calendar(
        course.zone,
        rules.country or None,
        rules.subdivision or None,
        tuple(DayOff(off.day, off.reason) for off in rules.days_off),
    )


def grace_of(rules: DeadlineRules) -> Grace | None:
    """The grace that holds for every date; None where a date is what it says."""
    match rules.grace:
        case "minutes":
            return GracePeriod(timedelta(minutes=rules.grace_minutes))
        case "next-working-day":
            return NextWorkingDay(rules.grace_before)
        case _:
            return None


def dates_of(course: Course, assignment: AssignmentId) -> Dates:
    """The dates of an assignment; without a late period where both due dates are the same.

    The moments are put into the course's zone, where a day more is the same time on the wall.
    Raises `UnknownAssignmentError`.
    """
    plan = course.assignment(assignment)
    rules = course.rules.of(assignment).deadlines or course.rules.deadlines
    return Dates(
        plan.title,
        release=plan.timeline.release.astimezone(course.zone),
        due=plan.timeline.due.astimezone(course.zone),
        late=_late_steps(course, plan, rules),
        daily_loss=_daily_loss(course, plan, rules),
        grace=grace_of(rules),
    )


def timeline_of(course: Course, assignment: AssignmentId) -> Timeline:
    """The timeline of an assignment for those without an extension."""
    return timeline(dates_of(course, assignment), calendar_of(course))


def budget_of(course: Course) -> LateBudget | None:
    """The days of lateness that a student may spend; None where there are none."""
    rules = course.rules.late_budget
    return None if rules is None else LateBudget(rules.days, rules.per_assignment)


def seminar_deadline_of(course: Course) -> Deadline | None:
    """The end of the registration for seminars, with the course's grace; None without any."""
    rules = course.rules.seminar
    if rules is None:
        return None
    grace = grace_of(course.rules.deadlines)
    return deadline("Registration ends on", rules.register_until, grace, calendar_of(course))


def item_deadline_of(course: Course, item: GradedItem) -> Deadline | None:
    """When a part of the project must be in, with the course's grace; None where it says not."""
    if item.due is None:
        return None
    grace = grace_of(course.rules.deadlines)
    due = item.due.astimezone(course.zone)
    return deadline(f"{item.title} is due on", due, grace, calendar_of(course))


def review_deadlines_of(
    course: Course, assignment: AssignmentId
) -> tuple[Deadline, Deadline] | None:
    """When reviews, and ratings and answers, must be in; None without a peer review."""
    dates = course.rules.of(assignment).peer_review
    if dates is None:
        return None
    grace, calendar = grace_of(course.rules.deadlines), calendar_of(course)
    return (
        deadline("Reviews are due on", dates.due, grace, calendar),
        deadline("Ratings and answers are due on", dates.answers_due, grace, calendar),
    )


def _late_steps(course: Course, plan: Assignment, rules: DeadlineRules) -> tuple[LateStep, ...]:
    moments = plan.timeline
    if moments.late_until <= moments.due or rules.daily_loss_percent:
        return ()
    waits = rules.late_graded == "after-last-date"
    steps = course.rules.of(plan.id).late_steps
    return (
        *(LateStep(step.until, share(step.credit_percent), waits) for step in steps),
        LateStep(moments.late_until, share(rules.late_credit_percent), waits),
    )


def _daily_loss(course: Course, plan: Assignment, rules: DeadlineRules) -> DailyLoss | None:
    """Every started day between the due date and the last late date costs its share.

    Days are those of the wall's clock: one of 23 or 25 hours counts as one.
    """
    due, last = (
        moment.astimezone(course.zone).replace(tzinfo=None)
        for moment in (plan.timeline.due, plan.timeline.late_until)
    )
    period = last - due
    if not rules.daily_loss_percent or period <= timedelta(0):
        return None
    lowest = share(rules.daily_loss_lowest_percent)
    return DailyLoss(share(rules.daily_loss_percent), -(-period // DAY), lowest)


def share(percent: float) -> Decimal:
    """A percentage of the file as an exact share of one.

    >>> share(12.5)
    Decimal('0.125')
    """
    return (Decimal(repr(percent)) / 100).normalize()

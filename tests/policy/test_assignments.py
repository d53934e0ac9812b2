from dataclasses import replace
from decimal import Decimal

import pytest

from labhub.course.model import Assignment, AssignmentState, Course, Timeline
from labhub.course.rule_model import (
    AssignmentRules,
    CalendarRules,
    CourseRules,
    DeadlineRules,
    LateDate,
    LateDays,
    SeminarRules,
)
from labhub.ids import AssignmentId, CourseId
from labhub.policy.assignments import (
    budget_of,
    calendar_of,
    dates_of,
    seminar_deadline_of,
    timeline_of,
)
from labhub.policy.budgets import LateBudget
from labhub.policy.dates import DailyLoss
from tests.policy.courses import STOCKHOLM, local

LAB1 = AssignmentId("lab1")
LAB = Assignment(
    LAB1,
    "Lab 1",
    AssignmentState.READY,
    Timeline(local("2020-10-26 08:00"), local("2020-11-05 17:00"), local("2021-01-15 17:00")),
    weight_percent=100,
    credits=3,
)


def course(lab: Assignment = LAB, own: AssignmentRules | None = None, **rules: object) -> Course:
    found = CourseRules(
        calendar=CalendarRules("SE"),
        deadlines=DeadlineRules(**rules),  # type: ignore[arg-type]
        assignments={LAB1: own or AssignmentRules()},
    )
    return Course(CourseId("c"), "Course", "Autumn", STOCKHOLM.zone, 3, (lab,), rules=found)


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ({}, "before Friday 15 January 2021 at 17:00 CET: late, full credit"),
        (
            {"late_credit_percent": 50.0},
            "before Friday 15 January 2021 at 17:00 CET: late, 50 % of the points",
        ),
        (
            {"grace": "next-working-day"},
            "before Monday 18 January 2021 at 08:00 CET: late, full credit",
        ),
        (
            {"grace": "minutes", "grace_minutes": 15},
            "before Friday 15 January 2021 at 17:15 CET: late, full credit",
        ),
    ],
)
def test_an_assignment_of_the_course_file_has_a_timeline(rules, line):
    found = timeline_of(course(late_graded="after-last-date", **rules), LAB1)
    assert found.calendar == STOCKHOLM
    assert found.describe()[2].endswith(line)
    assert found.segments[2].graded_from == found.accepted_until


def test_without_a_late_period_the_due_date_is_the_last():
    moments = replace(LAB.timeline, late_until=LAB.timeline.due)
    found = timeline_of(course(replace(LAB, timeline=moments)), LAB1)
    assert found.accepted_until == found.on_time_until == LAB.timeline.due


def test_an_assignment_may_differ_from_the_course():
    own = AssignmentRules(deadlines=DeadlineRules(late_credit_percent=25.0))
    assert dates_of(course(own=own), LAB1).late[0].credit == Decimal("0.25")


def test_late_steps_come_before_the_last_late_date():
    own = AssignmentRules(late_steps=(LateDate(local("2020-11-12 17:00"), 80.0),))
    dates = dates_of(course(own=own, late_credit_percent=50.0), LAB1)
    assert [step.credit for step in dates.late] == [Decimal("0.8"), Decimal("0.5")]


@pytest.mark.parametrize(
    ("due", "last", "days"),
    [
        ("2020-11-02 17:00", "2020-11-05 17:00", 3),
        ("2020-11-02 17:00", "2020-11-05 17:01", 4),
        ("2020-10-23 17:00", "2020-10-26 17:00", 3),  # the clocks go back in between
        ("2021-03-26 17:00", "2021-03-29 17:00", 3),  # and forward
    ],
)
def test_a_daily_loss_lasts_until_the_last_late_date(due, last, days):
    lab = replace(LAB, timeline=Timeline(local("2020-10-01 08:00"), local(due), local(last)))
    dates = dates_of(course(lab, daily_loss_percent=10.0, daily_loss_lowest_percent=20.0), LAB1)
    assert dates.daily_loss == DailyLoss(Decimal("0.1"), days, Decimal("0.2"))
    assert dates.late == ()


def test_a_late_budget_is_there_when_the_course_has_one():
    plain = course()
    rich = replace(plain, rules=replace(plain.rules, late_budget=LateDays(3, 2)))
    assert (budget_of(plain), budget_of(rich)) == (None, LateBudget(3, 2))


def test_registration_for_seminars_ends_with_the_course_grace():
    plain = course(grace="next-working-day")
    seminar = SeminarRules("project", local("2020-12-08 23:59"), "example.org", ())
    held = replace(plain, rules=replace(plain.rules, seminar=seminar))
    found = seminar_deadline_of(held)
    assert seminar_deadline_of(plain) is None
    assert found is not None
    assert found.ends_at == local("2020-12-09 08:00")


def test_the_days_off_of_the_file_are_days_off():
    assert calendar_of(course()) == STOCKHOLM

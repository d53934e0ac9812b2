from dataclasses import replace
from decimal import Decimal

import pytest

from labhub.course.model import Assignment, AssignmentState, Course, Timeline
from labhub.ids import AssignmentId, CourseId
from labhub.policy.assignments import calendar_of, dates_of
from labhub.policy.deadlines import NextWorkingDay
from labhub.policy.timelines import timeline
from tests.policy.courses import STOCKHOLM, local

LAB = Assignment(
    AssignmentId("lab1"),
    "Lab 1",
    AssignmentState.READY,
    Timeline(local("2020-10-26 08:00"), local("2020-11-05 17:00"), local("2021-01-15 17:00")),
    weight_percent=100,
    credits=3,
)
COURSE = Course(CourseId("c"), "Course", "Autumn", STOCKHOLM.zone, 3, (LAB,))


@pytest.mark.parametrize(
    ("grace", "late_credit", "line"),
    [
        (None, "1", "before Friday 15 January 2021 at 17:00 CET: late, full credit"),
        (None, "0.5", "before Friday 15 January 2021 at 17:00 CET: late, 50 % of the points"),
        (NextWorkingDay(), "1", "before Monday 18 January 2021 at 08:00 CET: late, full credit"),
    ],
)
def test_an_assignment_of_the_course_file_has_a_timeline(grace, late_credit, line):
    dates = dates_of(LAB, grace, Decimal(late_credit), late_graded_after=True)
    found = timeline(dates, calendar_of(COURSE, "SE"))
    assert found.calendar == STOCKHOLM
    assert found.describe()[2].endswith(line)
    assert found.segments[2].graded_from == found.accepted_until


def test_without_a_late_period_the_due_date_is_the_last():
    moments = replace(LAB.timeline, late_until=LAB.timeline.due)
    found = timeline(dates_of(replace(LAB, timeline=moments)), calendar_of(COURSE))
    assert found.accepted_until == found.on_time_until == LAB.timeline.due

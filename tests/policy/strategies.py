"""Hypothesis strategies for dates and extensions around the winter of 2020."""

from datetime import date, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from labhub.ids import AssignmentId, StudentId
from labhub.policy.dates import DailyLoss, Dates, LateStep
from labhub.policy.deadlines import GracePeriod, NextWorkingDay
from labhub.policy.extensions import Extension

LAB = AssignmentId("lab1")
STUDENT = StudentId("ada")

days = st.dates(date(2020, 9, 1), date(2021, 4, 30))
graces = st.one_of(
    st.none(),
    st.builds(GracePeriod, st.integers(0, 90).map(lambda minutes: timedelta(minutes=minutes))),
    st.builds(NextWorkingDay, st.sampled_from([time(8), time(12)])),
)
credit = st.integers(0, 10).map(lambda tenths: Decimal(tenths) / 10)


@st.composite
def dates_of_assignments(draw: st.DrawFn) -> Dates:
    """Dates in order, far enough apart for every grace; late steps, a daily loss or neither."""
    due = draw(days)
    release = draw(st.none() | st.just(due - timedelta(days=14)))
    late: list[LateStep] = []
    loss = None
    kind = draw(st.sampled_from(["strict", "steps", "daily"]))
    if kind == "steps":
        shares = sorted(draw(st.lists(credit, min_size=1, max_size=3)), reverse=True)
        late = [
            LateStep(due + timedelta(days=14 * (place + 1)), share, draw(st.booleans()))
            for place, share in enumerate(shares)
        ]
    if kind == "daily":
        loss = DailyLoss(Decimal("0.1"), draw(st.integers(1, 5)))
    afterwards = draw(st.sampled_from([None, Decimal(0)]))
    return Dates("Lab 1", release, due, tuple(late), loss, draw(graces), afterwards)


@st.composite
def extensions(draw: st.DrawFn, dates: Dates) -> Extension:
    """An extension by days, by a date or of the late deadline, sensible or not."""
    assert isinstance(dates.due, date)
    late = draw(st.none() | days) if dates.late else None
    return Extension(
        LAB,
        "ill",
        "The examiner",
        student=STUDENT,
        days=draw(st.integers(0, 40)),
        due=draw(st.none() | days),
        late_until=late,
    )

from decimal import Decimal

import pytest

from labhub.policy.dates import DailyLoss, Dates, LateStep, check
from labhub.policy.errors import BadDatesError
from labhub.policy.timelines import timeline
from tests.policy.courses import STOCKHOLM, day

DUE = day("2020-11-05")
HALF = Decimal("0.5")


@pytest.mark.parametrize(
    ("dates", "complaint"),
    [
        (Dates("Lab 1", late=(LateStep(DUE),)), "no due date"),
        (Dates("Lab 1", daily_loss=DailyLoss(HALF, 1)), "no due date"),
        (Dates("Lab 1", afterwards=HALF), "no due date"),
        (
            Dates(
                "Lab 1", due=DUE, late=(LateStep(day("2020-12-01")),), daily_loss=DailyLoss(HALF, 1)
            ),
            "both late deadlines and a daily loss",
        ),
        (Dates("Lab 1", due=DUE, daily_loss=DailyLoss(HALF, 0)), "daily loss of nothing"),
        (Dates("Lab 1", due=DUE, daily_loss=DailyLoss(-HALF, 2)), "daily loss of nothing"),
        (Dates("Lab 1", due=DUE, late=(LateStep(day("2020-12-01"), Decimal(80)),)), "above 1"),
        (Dates("Lab 1", due=DUE, late=(LateStep(day("2020-12-01"), -HALF),)), "below 0"),
        (
            Dates(
                "Lab 1",
                due=DUE,
                late=(LateStep(day("2020-12-01"), HALF), LateStep(day("2020-12-02"))),
            ),
            "more credit later",
        ),
        (
            Dates(
                "Lab 1", due=DUE, late=(LateStep(day("2020-12-01"), HALF),), afterwards=Decimal(1)
            ),
            "more credit later",
        ),
    ],
)
def test_dates_that_contradict_each_other_are_refused(dates, complaint):
    with pytest.raises(BadDatesError, match=complaint):
        check(dates)


@pytest.mark.parametrize(
    "dates",
    [
        Dates("Lab 1", release=day("2020-11-06"), due=day("2020-11-05")),
        Dates("Lab 1", due=DUE, late=(LateStep(day("2020-11-01")),)),
        Dates("Lab 1", due=DUE, late=(LateStep(day("2020-12-02")), LateStep(day("2020-12-01")))),
        Dates("Lab 1", due=DUE, late=(LateStep(DUE),)),
    ],
)
def test_dates_out_of_order_are_refused(dates):
    with pytest.raises(BadDatesError, match="over before the one it follows"):
        timeline(dates, STOCKHOLM)


@pytest.mark.parametrize(("days", "left"), [(1, "0.9"), (3, "0.7"), (9, "0.5")])
def test_a_daily_loss_stops_at_its_lowest(days, left):
    assert DailyLoss(Decimal("0.1"), 9, lowest=HALF).after(days) == Decimal(left)

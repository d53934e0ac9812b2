from datetime import datetime, time, timedelta

import pytest

from labhub.policy.deadlines import GracePeriod, NextWorkingDay, deadline
from labhub.policy.errors import BadDatesError
from labhub.policy.traces import sentence
from labhub.policy.workdays import Calendar, DayOff
from tests.policy.courses import STOCKHOLM, day, local, utc


@pytest.mark.parametrize(
    ("due", "met_before", "why"),
    [
        ("2020-11-05", "2020-11-06 08:00", "a Thursday"),
        ("2020-11-06", "2020-11-09 08:00", "a Friday"),
        ("2020-11-07", "2020-11-09 08:00", "a Saturday"),
        ("2020-12-18", "2020-12-21 08:00", "the Friday before Christmas week"),
        ("2020-12-23", "2020-12-28 08:00", "the day before Christmas Eve, then a weekend"),
        ("2020-12-25", "2020-12-28 08:00", "Christmas Day itself"),
        ("2020-12-30", "2021-01-04 08:00", "New Year's Eve, New Year's Day and a weekend"),
        ("2021-01-05", "2021-01-07 08:00", "Epiphany"),
        ("2020-06-18", "2020-06-22 08:00", "Midsummer"),
        ("2020-04-09", "2020-04-14 08:00", "Easter"),
        ("2020-04-30", "2020-05-04 08:00", "May Day on a Friday"),
        ("2020-05-20", "2020-05-22 08:00", "Ascension Day; the Friday after it is worked"),
        ("2020-10-23", "2020-10-26 08:00", "a weekend on which clocks go back"),
        ("2021-03-26", "2021-03-29 08:00", "a weekend on which clocks go forward"),
    ],
)
def test_a_due_date_is_met_before_eight_on_the_next_working_day(due, met_before, why):
    ends_at = deadline("It is due on", day(due), NextWorkingDay(), STOCKHOLM).ends_at
    assert ends_at == local(met_before), why


@pytest.mark.parametrize(
    ("due", "instant"),
    [
        ("2020-10-22", "2020-10-23 06:00"),
        ("2020-10-23", "2020-10-26 07:00"),
        ("2021-03-25", "2021-03-26 07:00"),
        ("2021-03-26", "2021-03-29 06:00"),
    ],
)
def test_eight_on_the_wall_is_another_instant_in_summer_than_in_winter(due, instant):
    ends_at = deadline("It is due on", day(due), NextWorkingDay(), STOCKHOLM).ends_at
    assert ends_at == utc(instant)


def test_a_courses_own_day_off_moves_the_next_working_day():
    free = DayOff(day("2020-11-06"), "the department moves house")
    calendar = Calendar(STOCKHOLM.zone, "SE", days_off=(free,))
    found = deadline("Lab 1 is due on", day("2020-11-05"), NextWorkingDay(), calendar)
    assert found.ends_at == local("2020-11-09 08:00")
    assert "Friday 6 November 2020 (the department moves house)" in sentence(found.because)


@pytest.mark.parametrize(
    ("due", "grace", "met_before"),
    [
        (day("2020-11-05"), None, "2020-11-06 00:00"),
        (datetime(2020, 11, 5, 17), None, "2020-11-05 17:00"),
        (utc("2020-11-05 16:00"), None, "2020-11-05 17:00"),
        (day("2020-10-25"), None, "2020-10-26 00:00"),
        (datetime(2020, 11, 5, 17), GracePeriod(timedelta(minutes=15)), "2020-11-05 17:15"),
        (day("2020-11-05"), GracePeriod(timedelta(hours=1)), "2020-11-06 01:00"),
        (datetime(2020, 11, 5, 17), NextWorkingDay(time(12)), "2020-11-06 12:00"),
    ],
)
def test_days_and_moments_end_as_their_grace_says(due, grace, met_before):
    assert deadline("It is due on", due, grace, STOCKHOLM).ends_at == local(met_before)


def test_the_steps_read_as_an_explanation():
    found = deadline("Lab 2 is due on", day("2020-12-23"), NextWorkingDay(), STOCKHOLM)
    assert [step.rule for step in found.because] == ["deadline", "next-working-day"]
    assert sentence(found.because) == (
        "Lab 2 is due on Wednesday 23 December 2020. That is met by handing in before 08:00 on the "
        "first working day after it, Monday 28 December 2020; no working days are Thursday 24 "
        "December 2020 (Christmas Eve), Friday 25 December 2020 (Christmas Day), Saturday 26 "
        "December 2020 (Second Day of Christmas) and Sunday 27 December 2020."
    )


def test_a_grace_period_says_how_long_it_is():
    grace = GracePeriod(timedelta(minutes=5, seconds=30))
    found = deadline("It is due on", day("2020-11-05"), grace, STOCKHOLM)
    assert sentence(found.because).endswith("A grace of 5 min 30 s is added to it.")


def test_a_negative_grace_is_refused():
    with pytest.raises(BadDatesError, match="negative"):
        GracePeriod(timedelta(minutes=-1))

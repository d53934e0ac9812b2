from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from labhub.policy.errors import BadCalendarError, TimeWithoutZoneError
from labhub.policy.workdays import Calendar, DayOff, ensure_zone
from tests.policy.courses import PLAIN, STOCKHOLM, day, local, utc


@pytest.mark.parametrize(
    ("free", "reason"),
    [
        ("2020-11-07", "Saturday"),
        ("2020-11-08", "Sunday"),
        ("2021-01-06", "Epiphany"),
        ("2020-04-10", "Good Friday"),
        ("2020-05-21", "Ascension Day"),
        ("2020-06-19", "Midsummer Eve"),
        ("2020-12-24", "Christmas Eve"),
        ("2020-12-31", "New Year's Eve"),
    ],
)
def test_sweden_rests_on_holidays_and_on_the_eves_that_count_as_such(free, reason):
    assert STOCKHOLM.why_off(day(free)) == reason


@pytest.mark.parametrize("working", ["2020-11-06", "2020-05-22", "2020-12-23", "2021-01-07"])
def test_a_squeeze_day_is_a_working_day_unless_the_course_says_otherwise(working):
    assert STOCKHOLM.why_off(day(working)) is None


def test_a_course_adds_its_own_days_off():
    free = DayOff(day("2020-05-22"), "the department is closed")
    calendar = Calendar(STOCKHOLM.zone, "SE", days_off=(free,))
    assert calendar.why_off(day("2020-05-22")) == "the department is closed"


@pytest.mark.parametrize(
    ("country", "subdivision", "date", "reason"),
    [
        ("DE", "BY", "2021-01-06", "Epiphany"),
        ("DE", "HH", "2021-01-06", None),
        ("US", None, "2020-11-26", "Thanksgiving Day"),
        ("DK", None, "2020-05-08", "Great Prayer Day"),
        (None, None, "2020-12-25", None),
    ],
)
def test_holidays_follow_country_and_region(country, subdivision, date, reason):
    calendar = Calendar(ZoneInfo("UTC"), country, subdivision)
    assert calendar.why_off(day(date)) == reason


def test_the_weekend_is_the_countrys():
    assert Calendar(ZoneInfo("Asia/Jerusalem"), "IL").why_off(day("2020-11-06")) == "Friday"


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("DE", "QQ")])
def test_a_country_without_known_holidays_is_refused(country, subdivision):
    with pytest.raises(BadCalendarError, match=country):
        Calendar(ZoneInfo("UTC"), country, subdivision).why_off(day("2020-11-06"))


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2020-11-05 17:00", "2020-11-05 16:00"),
        ("2020-07-01 17:00", "2020-07-01 15:00"),
        ("2020-10-25 02:30", "2020-10-25 01:30"),  # occurs twice: the second, in winter time
        ("2021-03-28 02:30", "2021-03-28 01:30"),  # never occurs: 03:30 in summer time
    ],
)
def test_a_local_time_is_read_in_the_students_favour(written, instant):
    assert STOCKHOLM.instant(datetime.fromisoformat(written)) == utc(instant)


@pytest.mark.parametrize(
    ("date", "hours"), [("2020-10-25", 25), ("2021-03-28", 23), ("2020-11-05", 24)]
)
def test_a_day_lasts_as_long_as_it_does_in_the_zone(date, hours):
    length = STOCKHOLM.end(day(date)) - STOCKHOLM.start(day(date))
    assert length.total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2020-10-24 08:00", 1, "2020-10-25 08:00"),
        ("2021-03-27 08:00", 1, "2021-03-28 08:00"),
        ("2020-12-31 08:00", 2, "2021-01-02 08:00"),
    ],
)
def test_days_later_it_is_the_same_time_on_the_wall(start, days, end):
    assert STOCKHOLM.plus_days(local(start), days) == local(end)


def test_a_moment_lies_on_the_local_day_not_on_that_of_utc():
    assert STOCKHOLM.local_day(utc("2020-11-05 23:30")) == day("2020-11-06")
    assert PLAIN.local_day(utc("2020-11-05 23:30")) == day("2020-11-05")


def test_a_recorded_time_without_a_zone_is_refused():
    with pytest.raises(TimeWithoutZoneError, match="has no zone"):
        ensure_zone(datetime(2020, 11, 5, 17))

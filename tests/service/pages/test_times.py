"""Moments stand in the course's zone, with how far off they are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from labhub.service.pages.times import Moments

NOW = datetime(2027, 2, 7, 12, tzinfo=UTC)
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_a_moment_is_said_with_day_time_and_zone() -> None:
    due = datetime(2027, 2, 8, 22, 59, tzinfo=UTC)
    assert Moments("en", STOCKHOLM, NOW).say(due) == "Monday 8 February 2027 at 23:59 CET"
    assert Moments("sv", STOCKHOLM, NOW).say(due) == "måndag 8 februari 2027 kl. 23:59 CET"


def test_summer_and_winter_are_told_apart() -> None:
    said = Moments("en", STOCKHOLM, NOW).say(datetime(2027, 7, 1, 10, tzinfo=UTC))
    assert said == "Thursday 1 July 2027 at 12:00 CEST"


@pytest.mark.parametrize(
    ("distance", "said"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(hours=3), "in 3 hours"),
        (timedelta(hours=46), "in 46 hours"),
        (timedelta(hours=63), "in 2 days"),
        (timedelta(days=13, hours=23), "in 13 days"),
        (timedelta(days=20), "in 2 weeks"),
        (timedelta(minutes=-50, seconds=-40), "50 minutes ago"),
        (timedelta(seconds=100), "in 1 minute"),
    ],
)
def test_how_far_off_is_exact_enough_to_plan(distance: timedelta, said: str) -> None:
    assert Moments("en", UTC, NOW).far(NOW + distance) == said


def test_machines_read_the_moment_too() -> None:
    html = Moments("en", STOCKHOLM, NOW).time(NOW + timedelta(hours=1))
    assert str(html) == (
        '<time datetime="2027-02-07T13:00:00Z">Sunday 7 February 2027 at 14:00 CET</time> '
        '<span class="far">(in 60 minutes)</span>'
    )

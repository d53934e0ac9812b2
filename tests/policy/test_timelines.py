from dataclasses import replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings

from labhub.policy.dates import DailyLoss, Dates, LateStep
from labhub.policy.deadlines import GracePeriod, NextWorkingDay
from labhub.policy.errors import TimeWithoutZoneError
from labhub.policy.timelines import Phase, Timeline, timeline
from tests.policy.courses import PLAIN, STOCKHOLM, day, local, phd_lab, utc
from tests.policy.strategies import dates_of_assignments

LATE_STEPS = Dates(
    "Hand-in 1",
    release=day("2020-10-01"),
    due=datetime(2020, 10, 23, 17),
    late=(
        LateStep(datetime(2020, 10, 30, 17), Decimal("0.8")),
        LateStep(datetime(2020, 11, 6, 17), Decimal("0.5")),
    ),
)
DAILY = Dates(
    "Hand-in 2",
    due=datetime(2020, 10, 23, 17),
    daily_loss=DailyLoss(Decimal("0.1"), days=3),
    grace=GracePeriod(timedelta(minutes=15)),
)


def shape(found: Timeline) -> list[tuple[str, datetime | None, Decimal]]:
    return [(segment.phase, segment.ends_at, segment.credit) for segment in found.segments]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        (Dates("Open"), [("on-time", None, 1)]),
        (
            Dates("Released", release=day("2020-11-02")),
            [("before-release", "2020-11-02 00:00", 0), ("on-time", None, 1)],
        ),
        (
            Dates("Strict", due=day("2020-11-05")),
            [("on-time", "2020-11-06 00:00", 1), ("closed", None, 0)],
        ),
        (
            Dates("Lenient", due=day("2020-11-05"), afterwards=Decimal("0.4")),
            [("on-time", "2020-11-06 00:00", 1), ("late", None, "0.4")],
        ),
        (
            LATE_STEPS,
            [
                ("before-release", "2020-10-01 00:00", 0),
                ("on-time", "2020-10-23 17:00", 1),
                ("late", "2020-10-30 17:00", "0.8"),
                ("late", "2020-11-06 17:00", "0.5"),
                ("closed", None, 0),
            ],
        ),
        (
            DAILY,  # the second late day has 25 hours, and ends at 17:15 on the wall all the same
            [
                ("on-time", "2020-10-23 17:15", 1),
                ("late", "2020-10-24 17:15", "0.9"),
                ("late", "2020-10-25 17:15", "0.8"),
                ("late", "2020-10-26 17:15", "0.7"),
                ("closed", None, 0),
            ],
        ),
        (
            phd_lab("Lab 3", "2020-12-03"),
            [
                ("on-time", "2020-12-04 08:00", 1),
                ("late", "2021-01-18 08:00", 1),
                ("closed", None, 0),
            ],
        ),
    ],
    ids=lambda value: value.title if isinstance(value, Dates) else "",
)
def test_dates_become_segments(dates, expected):
    assert shape(timeline(dates, STOCKHOLM)) == [
        (phase, local(end) if end else None, Decimal(credit)) for phase, end, credit in expected
    ]


@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        (utc("2020-10-23 14:59:59"), Phase.ON_TIME),
        (utc("2020-10-23 15:00:00"), Phase.LATE),
        (local("2020-10-23 20:59:59", "Asia/Tokyo"), Phase.ON_TIME),
        (local("2020-10-24 00:00", "Asia/Tokyo"), Phase.LATE),
    ],
)
def test_a_segment_ends_before_its_last_instant_whatever_the_senders_zone(moment, phase):
    assert timeline(LATE_STEPS, STOCKHOLM).at(moment).phase is phase


def test_only_the_phd_courses_late_labs_wait_for_the_late_deadline():
    found = timeline(phd_lab("Lab 1", "2020-11-05"), STOCKHOLM)
    assert [segment.graded_from for segment in found.segments] == [
        None,
        local("2021-01-18 08:00"),
        None,
    ]


@pytest.mark.parametrize(
    ("dates", "on_time", "accepted"),
    [
        (Dates("Open"), None, None),
        (LATE_STEPS, "2020-10-23 17:00", "2020-11-06 17:00"),
        (Dates("Lenient", due=day("2020-11-05"), afterwards=Decimal(0)), "2020-11-06 00:00", None),
    ],
)
def test_a_timeline_tells_its_two_ends(dates, on_time, accepted):
    found = timeline(dates, STOCKHOLM)
    assert found.on_time_until == (local(on_time) if on_time else None)
    assert found.accepted_until == (local(accepted) if accepted else None)


def test_a_timeline_reads_as_a_table():
    assert timeline(LATE_STEPS, STOCKHOLM).describe() == (
        "before Thursday 1 October 2020 at 00:00 CEST: not released",
        "from Thursday 1 October 2020 at 00:00 CEST, before Friday 23 October 2020 at 17:00 CEST: "
        "on time, full credit",
        "from Friday 23 October 2020 at 17:00 CEST, before Friday 30 October 2020 at 17:00 CET: "
        "late, 80 % of the points",
        "from Friday 30 October 2020 at 17:00 CET, before Friday 6 November 2020 at 17:00 CET: "
        "late, 50 % of the points",
        "from Friday 6 November 2020 at 17:00 CET: closed",
    )
    assert timeline(Dates("Open"), PLAIN).describe() == ("always: on time, full credit",)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(TimeWithoutZoneError):
        timeline(LATE_STEPS, STOCKHOLM).at(datetime(2020, 10, 23, 12))


@given(dates_of_assignments())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_segments_cover_all_of_time_without_gap_or_overlap(dates):
    segments = timeline(dates, STOCKHOLM).segments
    assert segments[0].starts_at is None
    assert segments[-1].ends_at is None
    for earlier, later in pairwise(segments):
        assert earlier.ends_at == later.starts_at
        assert earlier.starts_at is None or earlier.starts_at < later.starts_at


@given(dates_of_assignments())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_from_the_release_on_credit_never_rises_with_time(dates):
    segments = timeline(replace(dates, release=None), STOCKHOLM).segments
    assert all(earlier.credit >= later.credit for earlier, later in pairwise(segments))


@given(dates_of_assignments())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_grace_never_lowers_credit(dates):
    strict = timeline(replace(dates, grace=None), STOCKHOLM)
    graceful = timeline(replace(dates, grace=NextWorkingDay(time(8))), STOCKHOLM)
    for segment in (*strict.segments, *graceful.segments):
        if segment.starts_at is not None:
            assert graceful.at(segment.starts_at).credit >= strict.at(segment.starts_at).credit

"""What a hand-in gets at which time, in rows."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from labhub.ids import AssignmentId, StudentId
from labhub.policy.dates import DailyLoss, Dates, LateStep
from labhub.policy.deadlines import GracePeriod, NextWorkingDay
from labhub.policy.extensions import Extension, extended
from labhub.policy.timelines import Timeline, timeline
from labhub.policy.workdays import Calendar
from labhub.service.pages.deadlines import (
    announced_end,
    due_of,
    extensions_in,
    say_credit,
    stretches,
)
from labhub.service.pages.languages import words_in

ZONE = ZoneInfo("Europe/Stockholm")
CALENDAR = Calendar(ZONE)
RELEASE = datetime(2027, 1, 18, 8, tzinfo=ZONE)
DUE = datetime(2027, 2, 8, 23, 59, tzinfo=ZONE)
LATE = datetime(2027, 2, 15, 23, 59, tzinfo=ZONE)
NOW = datetime(2027, 2, 7, 12, tzinfo=UTC)
EN = words_in("en")


def line(**changes: object) -> Timeline:
    usual = {"release": RELEASE, "due": DUE, "late": (LateStep(LATE, Decimal("0.8")),)}
    return timeline(Dates("Lab", **(usual | changes)), CALENDAR)  # type: ignore[arg-type]


def test_each_stretch_says_what_a_hand_in_gets_and_until_when() -> None:
    found = stretches(line(), NOW, EN)
    assert [each.words for each in found] == [
        "On time: full credit",
        "Late: 80 % of the points",
        "Closed: nothing is accepted any more",
    ]
    assert [each.until for each in found] == [DUE, LATE, None]
    assert [each.current for each in found] == [True, False, False]


def test_the_same_in_swedish() -> None:
    found = stretches(line(), NOW, words_in("sv"))
    assert [each.words for each in found] == [
        "I tid: full poäng",
        "För sent: 80 % av poängen",
        "Stängd: inget tas emot längre",
    ]


def test_a_grace_of_minutes_is_kept_to_ourselves() -> None:
    found = line(grace=GracePeriod(timedelta(minutes=10)))
    on_time = found.segments[1]
    assert on_time.ends_at == DUE.astimezone(UTC) + timedelta(minutes=10)
    assert announced_end(on_time) == DUE


def test_the_next_working_day_is_announced() -> None:
    found = line(due=date(2027, 2, 5), grace=NextWorkingDay(time(8)))
    assert announced_end(found.segments[1]) == datetime(2027, 2, 8, 8, tzinfo=ZONE)


def test_an_extension_moves_the_due_date_and_says_why() -> None:
    more = Extension(AssignmentId("lab"), "ill", "tess", student=StudentId("ada"), days=3)
    dates = Dates("Lab", RELEASE, DUE, (LateStep(LATE, Decimal("0.8")),))
    found = extended(dates, CALENDAR, (more,))
    assert due_of(found) == DUE + timedelta(days=3)
    assert extensions_in(found) == ("tess moved the due date by 3 days: ill.",)
    assert stretches(found, NOW, EN)[0].words == "On time: full credit"


def test_without_a_due_date_there_is_one_stretch() -> None:
    found = timeline(Dates("Lab", RELEASE), CALENDAR)
    assert due_of(found) is None
    assert [each.until for each in stretches(found, NOW, EN)] == [None]


def test_each_day_of_a_daily_loss_is_a_stretch() -> None:
    found = line(late=(), daily_loss=DailyLoss(Decimal("0.1"), 2))
    assert [each.words for each in stretches(found, NOW, EN)][1:3] == [
        "Late: 90 % of the points",
        "Late: 80 % of the points",
    ]


def test_credit_is_a_percentage_of_two_places_at_most() -> None:
    assert say_credit(Decimal("0.125"), EN) == "12.5 % of the points"
    assert say_credit(Decimal(0), EN) == "no credit"

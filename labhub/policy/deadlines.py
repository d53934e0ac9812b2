"""Deadlines: a day, a grace rule, and the instant before which a hand-in meets them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import assert_never

from labhub.policy.errors import BadDatesError
from labhub.policy.traces import Step, Trace
from labhub.policy.words import say_day, say_list, say_moment
from labhub.policy.workdays import Calendar, Day


@dataclass(frozen=True)
class GracePeriod:
    """Some more time for slow networks; never announced as part of the deadline."""

    duration: timedelta

    def __post_init__(self) -> None:
        if self.duration < timedelta(0):
            raise BadDatesError(f"A grace of {self.duration} is negative.", hint="Write 0 or more.")


@dataclass(frozen=True)
class NextWorkingDay:
    """A due date is met by handing in before `before` on the first working day after it."""

    before: time = time(8)


Grace = GracePeriod | NextWorkingDay


@dataclass(frozen=True)
class Deadline:
    """What a `day` means: met by all that happens strictly before `ends_at` (UTC)."""

    day: Day
    ends_at: datetime
    because: Trace


def deadline(subject: str, day: Day, grace: Grace | None, calendar: Calendar) -> Deadline:
    """When `day` is over under a grace rule, with the steps that say why.

    Without grace a moment is over when it is, a day at midnight.

    `subject` begins the first sentence: "Lab 1 is due", "Registration is open until".
    """
    said = Step("deadline", f"{subject} {_say(day, calendar)}.", calendar.end(day))
    match grace:
        case None:
            return Deadline(day, calendar.end(day), (said,))
        case GracePeriod(duration=duration):
            return _with_period(day, duration, calendar, said)
        case NextWorkingDay(before=before):
            return _on_next_working_day(day, before, calendar, said)
        case _:
            assert_never(grace)


def _with_period(day: Day, duration: timedelta, calendar: Calendar, said: Step) -> Deadline:
    ends_at = calendar.end(day) + duration
    words = f"A grace of {_say_duration(duration)} is added to it."
    return Deadline(day, ends_at, (said, Step("grace", words, ends_at)))


def _on_next_working_day(day: Day, before: time, calendar: Calendar, said: Step) -> Deadline:
    last = calendar.local_day(day)
    skipped = list(calendar.days_off_after(last))
    first = (skipped[-1][0] if skipped else last) + timedelta(days=1)
    ends_at = calendar.instant(datetime.combine(first, before))
    words = (
        f"That is met by handing in before {before:%H:%M} on the first working day after it, "
        f"{say_day(first)}{_say_skipped(skipped)}."
    )
    return Deadline(day, ends_at, (said, Step("next-working-day", words, ends_at)))


def _say(day: Day, calendar: Calendar) -> str:
    if isinstance(day, datetime):
        return say_moment(calendar.instant(day), calendar.zone)
    return say_day(day)


def _say_skipped(skipped: list[tuple[date, str]]) -> str:
    """The days in between, with the holiday's name where it is not the weekday's."""
    if not skipped:
        return ""
    days = (
        say_day(day) if say_day(day).startswith(reason) else f"{say_day(day)} ({reason})"
        for day, reason in skipped
    )
    return f"; no working days are {say_list(list(days))}"


def _say_duration(duration: timedelta) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    return f"{minutes} min" + (f" {seconds} s" if seconds else "")

"""Timelines: from an assignment's dates to half-open segments of time, each with its credit.

The segments cover all of time without gap or overlap. From the release on, credit never rises.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from labhub.policy.dates import FULL, NONE, DailyLoss, Dates, LateStep, check, refuse
from labhub.policy.deadlines import deadline
from labhub.policy.traces import Step, Trace
from labhub.policy.words import say_count, say_credit, say_moment, say_percent
from labhub.policy.workdays import Calendar, ensure_zone


class Phase(StrEnum):
    """What a hand-in of that time is."""

    BEFORE_RELEASE = "before-release"
    ON_TIME = "on-time"
    LATE = "late"
    CLOSED = "closed"
    """Not accepted any more."""

    @property
    def accepts(self) -> bool:
        """Whether a hand-in is taken in this phase."""
        return self in (Phase.ON_TIME, Phase.LATE)


@dataclass(frozen=True)
class Segment:
    """A stretch of time `[starts_at, ends_at)` with one credit; None is for ever. Times in UTC."""

    phase: Phase
    starts_at: datetime | None
    ends_at: datetime | None
    credit: Decimal
    graded_from: datetime | None = None
    """Hand-ins of this segment are graded from then on; None: as they come in."""
    because: Trace = ()

    def holds(self, moment: datetime) -> bool:
        """Whether the moment lies in this segment."""
        after_start = self.starts_at is None or self.starts_at <= moment
        return after_start and (self.ends_at is None or moment < self.ends_at)


@dataclass(frozen=True)
class Timeline:
    """All of time for one assignment and one student."""

    title: str
    calendar: Calendar
    segments: tuple[Segment, ...]

    def at(self, moment: datetime) -> Segment:
        """The segment that holds the moment, which must carry a zone."""
        instant = ensure_zone(moment)
        return next(segment for segment in self.segments if segment.holds(instant))

    @property
    def on_time_until(self) -> datetime | None:
        """The end of the last on-time segment; None where there is no due date."""
        return [s.ends_at for s in self.segments if s.phase is Phase.ON_TIME][-1]

    @property
    def accepted_until(self) -> datetime | None:
        """When the last hand-in is taken; None where nothing ever closes."""
        return [s.ends_at for s in self.segments if s.phase.accepts][-1]

    def describe(self) -> tuple[str, ...]:
        """One line per segment, for the page that shows a student what holds."""
        return tuple(_line(segment, self.calendar) for segment in self.segments)


@lru_cache(maxsize=1024)  # a class asks for the same few again and again
def timeline(dates: Dates, calendar: Calendar) -> Timeline:
    """The timeline of an assignment for those without an extension.

    Raises `BadDatesError` where the dates contradict each other.
    """
    check(dates)
    wanted = len(list(_unchained(dates, calendar)))
    segments = chain(dates, calendar)
    if len(segments) < wanted:
        refuse(dates, "has a deadline that is over before the one it follows", "Order its dates.")
    return Timeline(dates.title, calendar, segments)


@lru_cache(maxsize=1024)
def chain(dates: Dates, calendar: Calendar) -> tuple[Segment, ...]:
    """The segments of checked dates, each beginning where the one before ended.

    A late deadline that an extended due date has overtaken leaves no segment.
    """
    segments: list[Segment] = []
    starts_at = None
    for segment in _unchained(dates, calendar):
        if starts_at is None or segment.ends_at is None or starts_at < segment.ends_at:
            segments.append(replace(segment, starts_at=starts_at))
            starts_at = segment.ends_at
    return tuple(segments)


def _unchained(dates: Dates, calendar: Calendar) -> Iterator[Segment]:
    if dates.release is not None:
        release = calendar.start(dates.release)
        yield Segment(Phase.BEFORE_RELEASE, None, release, NONE, None, _release(release, calendar))
    if dates.due is None:
        yield Segment(Phase.ON_TIME, None, None, FULL, None, _no_due(dates))
        return
    due = deadline(f"{dates.title} is due on", dates.due, dates.grace, calendar)
    yield Segment(Phase.ON_TIME, None, due.ends_at, FULL, None, due.because)
    late = list(_late(dates, due.ends_at, due.because, calendar))
    yield from late
    last = late[-1] if late else None
    ends_at = last.ends_at if last is not None and last.ends_at is not None else due.ends_at
    because = last.because[:-1] if last is not None else due.because
    yield _afterwards(dates, because, ends_at, calendar)


def _late(dates: Dates, due_at: datetime, because: Trace, calendar: Calendar) -> Iterator[Segment]:
    for step in dates.late:
        end = deadline("Late hand-ins are taken until", step.until, dates.grace, calendar)
        trace = (*because, *end.because, _late_credit(step))
        graded_from = end.ends_at if step.graded_after else None
        yield Segment(Phase.LATE, None, end.ends_at, step.credit, graded_from, trace)
    if (loss := dates.daily_loss) is not None:
        for day in range(1, loss.days + 1):
            credit = loss.after(day)
            trace = (*because, _lost(day, loss, credit))
            yield Segment(Phase.LATE, None, calendar.plus_days(due_at, day), credit, None, trace)


def _afterwards(dates: Dates, because: Trace, ends_at: datetime, calendar: Calendar) -> Segment:
    last = f"From {say_moment(ends_at, calendar.zone)} on"
    if dates.afterwards is None:
        closed = Step("closed", f"{last} nothing is accepted.", ends_at)
        return Segment(Phase.CLOSED, None, None, NONE, None, (*because, closed))
    words = f"{last} a hand-in gets {say_credit(dates.afterwards)}."
    trace = (*because, Step("afterwards", words, ends_at))
    return Segment(Phase.LATE, None, None, dates.afterwards, None, trace)


def _release(release: datetime, calendar: Calendar) -> Trace:
    return (Step("release", f"It is released on {say_moment(release, calendar.zone)}.", release),)


def _no_due(dates: Dates) -> Trace:
    return (Step("no-due-date", f"{dates.title} has no due date."),)


def _late_credit(step: LateStep) -> Step:
    words = f"A late hand-in gets {say_credit(step.credit)}"
    if step.graded_after:
        return Step("graded-after", f"{words} and is graded after that deadline.")
    return Step("late-credit", f"{words}.")


def _lost(day: int, loss: DailyLoss, credit: Decimal) -> Step:
    words = (
        f"Every started day of lateness costs {say_percent(loss.credit)} of the points; "
        f"{say_count(day, 'day')} late: {say_credit(credit)}."
    )
    return Step("daily-loss", words)


def _line(segment: Segment, calendar: Calendar) -> str:
    bounds = []
    if segment.starts_at is not None:
        bounds.append(f"from {say_moment(segment.starts_at, calendar.zone)}")
    if segment.ends_at is not None:
        bounds.append(f"before {say_moment(segment.ends_at, calendar.zone)}")
    return f"{', '.join(bounds) or 'always'}: {say_phase(segment)}"


def say_phase(segment: Segment) -> str:
    """What a hand-in of this segment is, and what it can get."""
    match segment.phase:
        case Phase.BEFORE_RELEASE:
            return "not released"
        case Phase.ON_TIME:
            return f"on time, {say_credit(segment.credit)}"
        case Phase.LATE:
            return f"late, {say_credit(segment.credit)}"
        case Phase.CLOSED:
            return "closed"

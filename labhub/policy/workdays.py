"""Working days and local time of a course: weekends, a country's holidays, extra days off."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from labhub.policy.errors import BadCalendarError, TimeWithoutZoneError
from labhub.policy.words import WEEKDAYS

if TYPE_CHECKING:
    from holidays import HolidayBase

Day = date | datetime
"""A whole local day (`date`) or a moment (`datetime`; without a zone it is the course's time)."""


@dataclass(frozen=True)
class DayOff:
    """A day on which this course does not work, beyond the country's holidays."""

    day: date
    reason: str


@dataclass(frozen=True)
class Calendar:
    """Where a course lives: its zone, its country and its own days off.

    `country` is an ISO 3166 code such as `SE`, `subdivision` its region where holidays differ;
    no country means that only Saturdays, Sundays and `days_off` are free.
    """

    zone: ZoneInfo
    country: str | None = None
    subdivision: str | None = None
    days_off: tuple[DayOff, ...] = ()

    def instant(self, moment: datetime) -> datetime:
        """The moment in UTC. A local time that occurs twice or never takes the later reading.

        When clocks go back, 02:30 occurs twice; when they go forward, it never occurs. Either
        way the student gets the benefit of the doubt.
        """
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        readings = (moment.replace(tzinfo=self.zone, fold=fold) for fold in (0, 1))
        return max(reading.astimezone(UTC) for reading in readings)

    def local_day(self, day: Day) -> date:
        """The local date of a day or of a moment."""
        if isinstance(day, datetime):
            return self.instant(day).astimezone(self.zone).date()
        return day

    def start(self, day: Day) -> datetime:
        """When a day begins, in UTC; a moment begins when it is."""
        if isinstance(day, datetime):
            return self.instant(day)
        return self.instant(datetime.combine(day, time.min))

    def end(self, day: Day) -> datetime:
        """When a day is over, in UTC: the first instant of the next; a moment ends when it is."""
        if isinstance(day, datetime):
            return self.instant(day)
        return self.start(day + timedelta(days=1))

    def plus_days(self, moment: datetime, days: int) -> datetime:
        """The same local clock time `days` later, in UTC: a day of 23 or 25 hours counts as one."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        return self.instant(local + timedelta(days=days))

    def why_off(self, day: date) -> str | None:
        """Why nobody works on this day: a holiday's name, a weekday or the course's reason."""
        for off in self.days_off:
            if off.day == day:
                return off.reason
        if self.country is not None:
            known = _holidays(self.country, self.subdivision)
            if name := known.get(day):
                return str(name)
            weekend = known.weekend
        else:
            weekend = {5, 6}
        return WEEKDAYS[day.weekday()] if day.weekday() in weekend else None

    def days_off_after(self, day: date) -> Iterator[tuple[date, str]]:
        """The days off between `day` and the first working day after it, each with its reason."""
        following = day + timedelta(days=1)
        while (reason := self.why_off(following)) is not None:
            yield following, reason
            following += timedelta(days=1)


def ensure_zone(moment: datetime) -> datetime:
    """The moment in UTC; raises `TimeWithoutZoneError` for one without a zone."""
    if moment.tzinfo is None:
        raise TimeWithoutZoneError(
            f"The time {moment.isoformat()} has no zone.",
            hint="Record times in UTC, for example 2020-11-06T06:59:00+00:00.",
        )
    return moment.astimezone(UTC)


@lru_cache(maxsize=32)
def _holidays(country: str, subdivision: str | None) -> "HolidayBase":
    """A country's holidays, with the eves on which, by custom, nobody works.

    Sweden's Midsummer Eve, Christmas Eve and New Year's Eve are no public holidays, yet the law
    on the reckoning of time (1930:173) moves a deadline past them as past a Sunday. `holidays`
    keeps such days in its category `de_facto`.
    """
    import holidays  # costs a quarter of a second, which `labhub --help` must not pay

    try:
        public = holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError as error:
        raise BadCalendarError(
            f"The holidays of {country} {subdivision or ''} are not known: {error}",
            hint="Write an ISO 3166 code such as SE, or none and list the days off.",
        ) from error
    wanted = {holidays.PUBLIC, holidays.DE_FACTO} & set(public.supported_categories)
    language = "en_US" if "en_US" in public.supported_languages else None
    return holidays.country_holidays(
        country, subdiv=subdivision, categories=tuple(sorted(wanted)), language=language
    )

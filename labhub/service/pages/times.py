"""Moments in words: absolute with the zone of the course, and how far off they are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from babel.dates import format_datetime, format_timedelta
from markupsafe import Markup

_DAY = {"en": "EEEE d MMMM y", "sv": "EEEE d MMMM y"}
_SHORT_DAY = {"en": "EEE d MMM", "sv": "EEE d MMM"}
_AT = {"en": "'at' HH:mm", "sv": "'kl.' HH:mm"}
_SOON = timedelta(minutes=1)
_UNITS = (*(timedelta(days=days) for days in (365, 30, 7, 1)), timedelta(hours=1))
_MOST_EXACT = 2
"""Of a unit there must be so many: "in 1 day" could be 26 hours or 46."""


@dataclass(frozen=True)
class Moments:
    """Says moments in one language, one zone, and as seen from `now`."""

    language: str
    zone: tzinfo
    now: datetime

    @property
    def zone_name(self) -> str:
        """The name of the zone: `Europe/Stockholm`."""
        return str(self.zone)

    def say(self, moment: datetime) -> str:
        """Day and time with the zone: `Monday 8 February 2027 at 23:59 CET`."""
        return f"{self._formatted(moment, _DAY)} {self._zone(moment)}"

    def say_short(self, moment: datetime) -> str:
        """For tables: `Mon 8 Feb at 23:59 CET`, with the year only where it is another one."""
        pattern = _SHORT_DAY[self.language]
        if moment.astimezone(self.zone).year != self.now.astimezone(self.zone).year:
            pattern += " y"
        return f"{self._formatted(moment, {self.language: pattern})} {self._zone(moment)}"

    def far(self, moment: datetime) -> str:
        """How far off it is: `in 3 days`, `2 hours ago`."""
        distance = moment - self.now
        if abs(distance) < _SOON:
            return {"en": "just now", "sv": "just nu"}[self.language]
        return format_timedelta(
            _whole(distance),
            granularity="minute",
            threshold=_MOST_EXACT,
            add_direction=True,
            locale=self.language,
        )

    def time(self, moment: datetime, *, short: bool = False) -> Markup:
        """The moment as an element of a page: absolute, and how far off."""
        said = self.say_short(moment) if short else self.say(moment)
        return Markup('<time datetime="{}">{}</time> <span class="far">({})</span>').format(
            machine(moment), said, self.far(moment)
        )

    def only(self, moment: datetime, *, short: bool = False) -> Markup:
        """The moment as an element of a page, absolute alone."""
        said = self.say_short(moment) if short else self.say(moment)
        return Markup('<time datetime="{}">{}</time>').format(machine(moment), said)

    def _formatted(self, moment: datetime, days: dict[str, str]) -> str:
        local = moment.astimezone(self.zone)
        pattern = f"{days[self.language]} {_AT[self.language]}"
        # babel would ask for a zone of its own; the wall's clock is all it is to see.
        return format_datetime(local.replace(tzinfo=None), pattern, locale=self.language)

    def _zone(self, moment: datetime) -> str:
        return moment.astimezone(self.zone).tzname() or "UTC"


def machine(moment: datetime) -> str:
    """The moment for `<time datetime>`.

    >>> machine(datetime(2027, 2, 8, 22, 59, tzinfo=UTC))
    '2027-02-08T22:59:00Z'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _whole(distance: timedelta) -> timedelta:
    """The distance without what its unit does not say: who has 2.6 days must not read of 3.

    >>> _whole(timedelta(hours=63)).days
    2
    """
    far = abs(distance)
    unit = next((u for u in _UNITS if far >= _MOST_EXACT * u), timedelta(minutes=1))
    whole = far // unit * unit
    return whole if distance > timedelta(0) else -whole

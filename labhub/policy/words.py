"""Days, moments and numbers in English words, the same on every machine and in every locale."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from fractions import Fraction

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def say_day(day: date) -> str:
    """A day with its weekday.

    >>> say_day(date(2020, 11, 5))
    'Thursday 5 November 2020'
    """
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def say_moment(moment: datetime, zone: tzinfo) -> str:
    """A moment in local time, with the zone's abbreviation (it tells summer time from winter).

    Seconds are shown only where there are some: 07:59:59 must not read as 08:00.
    """
    local = moment.astimezone(zone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return f"{say_day(local)} at {clock} {local.tzname()}"


def say_percent(share: Decimal | Fraction) -> str:
    """A share of one as a percentage of at most two places, for reading only.

    >>> say_percent(Decimal("0.8"))
    '80 %'
    """
    percent = Fraction(share) * 100
    text = f"{float(percent):.2f}".rstrip("0").rstrip(".")
    return f"{text} %"


def say_credit(credit: Decimal | Fraction) -> str:
    """A share of the points in words: full credit, no credit, or a percentage."""
    if credit == 1:
        return "full credit"
    return f"{say_percent(credit)} of the points" if credit else "no credit"


def say_count(number: int, noun: str) -> str:
    """A number with its noun in singular or plural.

    >>> say_count(1, "day"), say_count(3, "day")
    ('1 day', '3 days')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say_list(items: Sequence[str]) -> str:
    """Items in a row with "and" before the last.

    >>> say_list(["a", "b", "c"])
    'a, b and c'
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"

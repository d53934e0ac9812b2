"""The two courses' rules and short ways to write a time, shared by the tests of the policy."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from labhub.policy.dates import Dates, LateStep
from labhub.policy.deadlines import NextWorkingDay
from labhub.policy.workdays import Calendar

STOCKHOLM = Calendar(ZoneInfo("Europe/Stockholm"), country="SE")
PLAIN = Calendar(ZoneInfo("UTC"))


def local(text: str, zone: str = "Europe/Stockholm") -> datetime:
    """A local time such as `2020-11-06 07:59` as an aware moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def utc(text: str) -> datetime:
    """A time in UTC such as `2020-11-06 06:59`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    """A date such as `2020-11-05`."""
    return date.fromisoformat(text)


def phd_lab(title: str, due: str, late: str = "2021-01-15") -> Dates:
    """A lab of the PhD course: next working day at 08:00, late ones graded after January."""
    return Dates(
        title,
        due=day(due),
        late=(LateStep(day(late), graded_after=True),),
        grace=NextWorkingDay(),
    )

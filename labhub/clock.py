"""Where the time comes from. A clock is passed in, so that no rule depends on when a test runs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the current time."""

    def now(self) -> datetime:
        """The current time, with a zone."""
        ...


class SystemClock:
    """The machine's clock, in UTC."""

    def now(self) -> datetime:
        """The current time in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still, for tests and for "what if it were then"."""

    at: datetime

    def now(self) -> datetime:
        """The time this clock was set to."""
        return self.at

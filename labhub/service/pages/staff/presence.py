"""Who looks at which answer just now, so that two TAs on one answer see each other.

Kept in memory: it matters for a minute, and a service that starts anew has lost nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

LASTS = timedelta(seconds=45)
"""A page says every 15 seconds that it is still open."""

Spot = tuple[str, ...]
"""Course, assignment, exercise, and whose answer."""


@dataclass
class Presence:
    """The markers at their answers."""

    _seen: dict[Spot, dict[str, datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def arrive(self, spot: Spot, name: str, now: datetime) -> tuple[str, ...]:
        """Somebody is at an answer; the others who are there too, in order of their names."""
        with self._lock:
            there = self._seen.setdefault(spot, {})
            there[name] = now
            gone = [each for each, at in there.items() if now - at > LASTS]
            for each in gone:
                del there[each]
            return tuple(sorted(each for each in there if each != name))

    def leave(self, spot: Spot, name: str) -> None:
        """Somebody has gone on to another answer."""
        with self._lock:
            self._seen.get(spot, {}).pop(name, None)

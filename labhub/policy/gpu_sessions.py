"""Who may hold a GPU now, and until when: booked sessions, and first come first served besides.

A *seat* is what one server gets of the GPUs: a whole one, a slice or a share. In a session its
seats are kept for the members of the group; who has not come after a while gives the seat to
others, but a member goes before everybody else at any time. Outside sessions the first to come is
the first served, for a limited time, and not beyond the start of a session that needs the seat.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from labhub.ids import AssignmentId, CourseId, GroupId, StudentId


@dataclass(frozen=True)
class Booking:
    """A session with GPUs, and the people it is for."""

    course: CourseId
    assignment: AssignmentId
    group: GroupId
    title: str
    """The group's name, for people."""
    room: str
    start: datetime
    end: datetime
    seats: int
    members: frozenset[StudentId] = frozenset()

    def is_on(self, now: datetime) -> bool:
        """Whether the session is running."""
        return self.start <= now < self.end

    def is_for(self, ask: "Ask") -> bool:
        """Whether it is meant for the one who asks."""
        same_lab = (self.course, self.assignment) == (ask.course, ask.assignment)
        return same_lab and ask.who in self.members


@dataclass(frozen=True)
class Ask:
    """Somebody wants a seat for a lab."""

    who: StudentId
    course: CourseId
    assignment: AssignmentId
    at: datetime
    """When they first asked: the order of the queue."""


@dataclass(frozen=True)
class Holding:
    """Somebody has a seat."""

    ask: Ask
    until: datetime


@dataclass(frozen=True)
class GpuRules:
    """How seats are shared out where no session says it."""

    walk_in: timedelta = timedelta(hours=4)
    """How long a seat is given outside sessions."""
    keep: timedelta = timedelta(minutes=30)
    """How long after its start a session keeps seats for members who have not come."""
    shortest: timedelta = timedelta(minutes=10)
    """Nobody gets a seat for less."""


@dataclass(frozen=True)
class Gpus:
    """The GPUs at one moment: how many seats, who holds one, and what is booked."""

    seats: int
    holdings: tuple[Holding, ...] = ()
    bookings: tuple[Booking, ...] = ()
    rules: GpuRules = GpuRules()

    @property
    def free(self) -> int:
        """The seats that nobody holds."""
        return max(0, self.seats - len(self.holdings))


@dataclass(frozen=True)
class Grant:
    """A seat may be taken; in a session of one's own, or until others need it."""

    until: datetime
    session: Booking | None = None


@dataclass(frozen=True)
class Wait:
    """All seats are taken; `offer` is what one would get now."""

    offer: Grant


class Reason(StrEnum):
    """Why somebody need not even wait."""

    BOOKED = "booked"
    """A session of others has all seats."""
    TOO_SHORT = "too-short"
    """A session of others begins before the seat would be worth it."""


@dataclass(frozen=True)
class Refusal:
    """No seat now, and waiting is in vain."""

    reason: Reason
    session: Booking
    """The session in the way; afterwards first come first served again."""
    own: Booking | None
    """One's own next session."""


Answer = Grant | Wait | Refusal


def answer(ask: Ask, gpus: Gpus, now: datetime) -> Answer:
    """What somebody gets who asks now, when nobody waits before them."""
    if session := own_session(ask, gpus.bookings, now):
        others = [each for each in gpus.bookings if each is not session]
        grant = Grant(session.end, session)
        return grant if gpus.free > _kept(others, gpus, now) else Wait(grant)
    if _walk_in_seats(gpus, now) < 1:
        running = [each for each in gpus.bookings if each.is_on(now)]
        first = min(running, key=lambda each: each.end)
        return Refusal(Reason.BOOKED, first, next_session(ask, gpus.bookings, now))
    in_the_way = session_in_the_way(gpus, now)
    until = in_the_way.start if in_the_way else now + gpus.rules.walk_in
    if in_the_way and until - now < gpus.rules.shortest:
        return Refusal(Reason.TOO_SHORT, in_the_way, next_session(ask, gpus.bookings, now))
    grant = Grant(until)
    return grant if gpus.free > _kept(gpus.bookings, gpus, now) else Wait(grant)


def answers(queue: Iterable[Ask], gpus: Gpus, now: datetime) -> dict[Ask, Answer]:
    """What everybody gets who waits, in the order in which they are served.

    Members of a running session come first, then everybody as they came.
    """
    found: dict[Ask, Answer] = {}
    holdings = gpus.holdings
    for ask in sorted(queue, key=lambda ask: (not own_session(ask, gpus.bookings, now), ask.at)):
        here = Gpus(gpus.seats, holdings, gpus.bookings, gpus.rules)
        found[ask] = given = answer(ask, here, now)
        if isinstance(given, Grant):
            holdings = (*holdings, Holding(ask, given.until))
    return found


def own_session(ask: Ask, bookings: Iterable[Booking], now: datetime) -> Booking | None:
    """The running session of one's own group for that lab."""
    return next((each for each in bookings if each.is_on(now) and each.is_for(ask)), None)


def next_session(ask: Ask, bookings: Iterable[Booking], now: datetime) -> Booking | None:
    """The next session of one's own group for that lab that has not begun."""
    mine = [each for each in bookings if each.is_for(ask) and each.start > now]
    return min(mine, key=lambda each: each.start, default=None)


def session_in_the_way(gpus: Gpus, now: datetime) -> Booking | None:
    """The first session that needs a seat which would be given now outside sessions."""
    for each in sorted(gpus.bookings, key=lambda each: each.start):
        if now < each.start < now + gpus.rules.walk_in:
            staying = sum(holding.until > each.start for holding in gpus.holdings)
            if each.seats + staying >= gpus.seats:
                return each
    return None


def _kept(bookings: Iterable[Booking], gpus: Gpus, now: datetime) -> int:
    """The seats that are free only for members who may still come."""
    return sum(
        max(0, each.seats - _present(each, gpus.holdings))
        for each in bookings
        if each.is_on(now) and now < each.start + gpus.rules.keep
    )


def _present(session: Booking, holdings: Sequence[Holding]) -> int:
    return sum(session.is_for(each.ask) for each in holdings)


def _walk_in_seats(gpus: Gpus, now: datetime) -> int:
    """The seats that those without a running session share, whether free or not."""
    running = [each for each in gpus.bookings if each.is_on(now)]
    present = sum(_present(each, gpus.holdings) for each in running)
    return gpus.seats - present - _kept(running, gpus, now) if running else max(1, gpus.seats)

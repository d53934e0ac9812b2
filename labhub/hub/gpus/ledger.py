"""Who holds which seat, and who waits for one: in memory, for the Hub's own process.

A lease goes into its spawner's state, from where it comes back after a restart of the Hub.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from labhub.clock import Clock
from labhub.hub.gpus.seats import Seat
from labhub.policy.gpu_sessions import (
    Answer,
    Ask,
    Booking,
    GpuRules,
    Gpus,
    Grant,
    Holding,
    Refusal,
    answer,
    answers,
)

LOOK_AGAIN_S = 15.0
"""So often the queue is looked at when nobody comes or goes: sessions begin and end."""


@dataclass(frozen=True)
class Lease:
    """A server holds a seat."""

    server: str
    """`user/name`, as the Hub calls the server."""
    ask: Ask
    since: datetime
    until: datetime
    seat: Seat | None = None
    """None where another scheduler chooses the GPU."""
    group: str = ""
    """The group in whose session it runs."""


@dataclass
class Ticket:
    """A server waits for a seat."""

    server: str
    ask: Ask
    memory_bytes: int = 0
    position: int = 0
    result: Lease | Refusal | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)


Watcher = Callable[[Lease, datetime | None], None]
"""Told of a lease when it begins (None) and when it ends."""


@dataclass
class Ledger:
    """The seats of this Hub."""

    seats: tuple[Seat, ...]
    rules: GpuRules
    bookings: Callable[[], tuple[Booking, ...]]
    clock: Clock
    count: int = 0
    """The number of seats, where another scheduler has them."""
    watchers: list[Watcher] = field(default_factory=list)
    leases: dict[str, Lease] = field(default_factory=dict)
    queue: list[Ticket] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many seats there are."""
        return len(self.seats) or self.count

    def now(self) -> Gpus:
        """The seats as the rules see them."""
        holdings = tuple(Holding(each.ask, each.until) for each in self.leases.values())
        return Gpus(self.total, holdings, self.bookings(), self.rules)

    def ask(self, ask: Ask) -> Answer:
        """What somebody would get now; those who wait go first."""
        queue = [each.ask for each in self.queue if each.ask != ask]
        if not queue:
            return answer(ask, self.now(), self.clock.now())
        return answers([*queue, ask], self.now(), self.clock.now())[ask]

    async def take(self, server: str, ask: Ask, memory_bytes: int = 0) -> Lease | Refusal:
        """Wait for a seat and hold it. To give up, cancel."""
        ticket = Ticket(server, ask, memory_bytes)
        self.queue.append(ticket)
        try:
            self.serve()
            while ticket.result is None:
                await _woken(ticket)
                self.serve()
        except BaseException:
            self.give_back(server)  # served in the moment in which it gave up
            raise
        finally:
            self.queue.remove(ticket)
        return ticket.result if isinstance(ticket.result, Refusal) else self.leases[server]

    def serve(self) -> None:
        """Give out what is free, and tell everybody their place in the queue."""
        waiting = {each.ask: each for each in self.queue if each.result is None}
        found = answers(waiting, self.now(), self.clock.now())
        position = 0
        for ask, given in found.items():
            ticket = waiting[ask]
            if isinstance(given, Refusal):
                ticket.result = given
            elif isinstance(given, Grant) and (seat := self._free_seat(ticket.memory_bytes)):
                ticket.result = lease_of(ticket.server, ask, given, self.clock.now(), seat)
                self.hold(ticket.result)
            else:
                position += 1
                ticket.position = position
                continue
            ticket.woken.set()

    def hold(self, lease: Lease) -> None:
        """Record that a server holds a seat: given now, or found after a restart."""
        self.leases[lease.server] = lease
        for watcher in self.watchers:
            watcher(lease, None)

    def give_back(self, server: str) -> None:
        """End the lease of a server, if it has one; the next one is served."""
        lease = self.leases.pop(server, None)
        if lease is not None:
            for watcher in self.watchers:
                watcher(lease, self.clock.now())
            self.serve()

    def waiting(self, server: str) -> Ticket | None:
        """The place of a server in the queue."""
        return next((each for each in self.queue if each.server == server), None)

    def fits(self, memory_bytes: int) -> bool:
        """Whether some seat is large enough."""
        return not self.seats or any(each.memory_bytes >= memory_bytes for each in self.seats)

    def _free_seat(self, memory_bytes: int) -> Seat | None:
        taken = {each.seat.id for each in self.leases.values() if each.seat}
        free = (each for each in self.seats if each.id not in taken)
        return smallest(each for each in free if each.memory_bytes >= memory_bytes)


def smallest(seats: Iterable[Seat]) -> Seat | None:
    """The smallest of the seats, the first of equals."""
    return min(seats, key=lambda each: each.memory_bytes, default=None)


def lease_of(server: str, ask: Ask, grant: Grant, now: datetime, seat: Seat | None = None) -> Lease:
    """The lease that a grant becomes."""
    group = grant.session.group if grant.session else ""
    return Lease(server, ask, now, grant.until, seat, group)


async def _woken(ticket: Ticket) -> None:
    try:
        # Not wait_for, which loses a cancellation that comes at the moment of the result.
        async with asyncio.timeout(LOOK_AGAIN_S):
            await ticket.woken.wait()
    except TimeoutError:
        return

"""Seminars: slots with few places, registration with wishes, a waiting list and a deadline."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NoReturn

from labhub.ids import StudentId
from labhub.policy.deadlines import Deadline
from labhub.policy.errors import SeminarRefusedError
from labhub.policy.traces import sentence
from labhub.policy.workdays import ensure_zone


@dataclass(frozen=True)
class Slot:
    """One seminar with places for so many talks."""

    id: str
    starts_at: datetime
    minutes: int
    room: str
    capacity: int

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True)
class Talk:
    """What somebody will speak about."""

    title: str
    abstract: str
    supervisor: str


class SeminarKind(StrEnum):
    """What can happen to a registration."""

    REGISTERED = "registered"
    """Also changes a registration: the place stays if the wishes do."""
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class SeminarEvent:
    """A registration or withdrawal. `wishes` are slots, the dearest first."""

    kind: SeminarKind
    at: datetime
    student: StudentId
    talk: Talk | None = None
    wishes: tuple[str, ...] = ()
    staff: bool = False


@dataclass(frozen=True)
class Place:
    """A registered talk, with its slot or, while it waits for one, its place in the queue."""

    student: StudentId
    talk: Talk
    wishes: tuple[str, ...]
    slot: str | None
    queue: int | None = None
    """1 for the first in the waiting list."""


def check(
    event: SeminarEvent, slots: Sequence[Slot], places: Mapping[StudentId, Place], until: Deadline
) -> None:
    """Raises `SeminarRefusedError` for what the rules do not allow; staff may be late."""
    if ensure_zone(event.at) >= until.ends_at and not event.staff:
        _refuse(f"Registration is over. {sentence(until.because)}", "Ask the staff.")
    if event.kind is SeminarKind.WITHDRAWN:
        if event.student not in places:
            _refuse(f"{event.student} is not registered.", "There is nothing to withdraw.")
        return
    talk = event.talk
    if talk is None or not all(
        text.strip() for text in (talk.title, talk.abstract, talk.supervisor)
    ):
        _refuse("Title, abstract or supervisor is missing.", "Give all three.")
    known = {slot.id for slot in slots}
    if not event.wishes or not set(event.wishes) <= known:
        _refuse("A wish names no slot of the seminar.", f"There are: {', '.join(sorted(known))}.")


def places_of(slots: Sequence[Slot], events: Iterable[SeminarEvent]) -> dict[StudentId, Place]:
    """Everybody's place, by the order in which they registered.

    Who registers gets the first wish that has a free place, else waits for any of the wishes.
    Who withdraws makes room for the first in the waiting list who wishes that slot. A place, once
    given, does not move; who changes the wishes gives it back and queues again.
    """
    board = _Board({slot.id: slot.capacity for slot in slots})
    for event in sorted(events, key=lambda event: ensure_zone(event.at)):
        board.apply(event)
    return board.places()


class _Board:
    """Places and waiting list while the events are replayed."""

    def __init__(self, capacity: Mapping[str, int]) -> None:
        self.free = dict(capacity)
        self.talks: dict[StudentId, SeminarEvent] = {}
        self.slots: dict[StudentId, str] = {}
        self.waiting: list[StudentId] = []

    def apply(self, event: SeminarEvent) -> None:
        before = self.talks.pop(event.student, None)
        registers = event.kind is SeminarKind.REGISTERED
        if registers:
            self.talks[event.student] = event
            if before is not None and before.wishes == event.wishes:
                return
        if before is not None:
            self._release(event.student)
            self._advance()
        if registers:
            self._seat(event.student)

    def places(self) -> dict[StudentId, Place]:
        queue = {student: number for number, student in enumerate(self.waiting, start=1)}
        return {
            student: Place(
                student, event.talk, event.wishes, self.slots.get(student), queue.get(student)
            )
            for student, event in sorted(self.talks.items())
            if event.talk is not None and (student in self.slots or student in queue)
        }

    def _seat(self, student: StudentId) -> None:
        for slot in self.talks[student].wishes:
            if self.free.get(slot, 0) > 0:
                self.free[slot] -= 1
                self.slots[student] = slot
                return
        self.waiting.append(student)

    def _release(self, student: StudentId) -> None:
        if student in self.waiting:
            self.waiting.remove(student)
        if (slot := self.slots.pop(student, None)) is not None:
            self.free[slot] += 1

    def _advance(self) -> None:
        """Seats whoever waits for what is free, in the order of the list."""
        waiting, self.waiting = self.waiting, []
        for student in waiting:
            self._seat(student)


def _refuse(message: str, hint: str) -> NoReturn:
    raise SeminarRefusedError(message, hint=hint)

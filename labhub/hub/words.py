"""What the Hub's pages say about GPUs, sessions and queues."""

from datetime import datetime, tzinfo

from labhub.policy.gpu_sessions import Booking, Reason, Refusal
from labhub.policy.words import say_count, say_day

MIB, GIB = 1 << 20, 1 << 30


def say_clock(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """A moment; without its day where that is today."""
    local = moment.astimezone(zone)
    clock = f"{local:%H:%M}"
    same_day = local.date() == now.astimezone(zone).date()
    return clock if same_day else f"{say_day(local)} at {clock}"


def say_session(session: Booking, zone: tzinfo) -> str:
    """A booked session: who, when, where."""
    start, end = session.start.astimezone(zone), session.end.astimezone(zone)
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{say_day(end)} {end:%H:%M}"
    return f"{session.title}: {say_day(start)}, {start:%H:%M} to {last}, {session.room}"


def say_refusal(refusal: Refusal, now: datetime, zone: tzinfo) -> tuple[str, str]:
    """Why there is no GPU now, and what to do about it."""
    way = refusal.session
    end = say_clock(way.end, now, zone)
    if refusal.reason is Reason.BOOKED:
        what = f"The GPUs are booked for {way.title} until {end}."
    else:
        start = say_clock(way.start, now, zone)
        what = f"The GPUs are booked for {way.title} from {start} until {end}."
    if refusal.own is None:
        return what, f"Come back after {end}: then the first to come is the first served."
    mine = say_session(refusal.own, zone)
    return (
        what,
        f"Your own session is {mine}. From {end} on, the first to come is the first served.",
    )


def say_place(position: int, free_at: datetime | None, now: datetime, zone: tzinfo) -> str:
    """The place of somebody who waits, and when the next GPU is free at the latest."""
    ahead = position - 1
    who = (
        "You are next"
        if ahead == 0
        else f"{say_count(ahead, 'person')} before you".replace("persons", "people")
    )
    when = (
        f" A GPU becomes free at {say_clock(free_at, now, zone)} at the latest." if free_at else ""
    )
    return f"Waiting for a GPU: place {position} in the queue. {who}.{when}"


def say_memory(size_bytes: int) -> str:
    """A size of memory.

    >>> say_memory(8 << 30), say_memory(1536 << 20)
    ('8 GiB', '1.5 GiB')
    """
    return f"{size_bytes / GIB:.3g} GiB" if size_bytes >= GIB else f"{size_bytes / MIB:.3g} MiB"

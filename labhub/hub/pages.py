"""What the page shows on which servers are started: labs, sessions, free GPUs and the queue."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from labhub.hub.desk import Desk, ask_for
from labhub.hub.profiles import Profile
from labhub.hub.words import say_clock, say_memory, say_place, say_refusal, say_session
from labhub.ids import StudentId
from labhub.policy.gpu_sessions import Answer, Grant, Refusal
from labhub.policy.words import say_count, say_moment


@dataclass(frozen=True)
class Session:
    """A booked session, in words."""

    words: str
    is_own: bool
    is_on: bool


@dataclass(frozen=True)
class Button:
    """One way to start a lab."""

    words: str
    gpu: bool
    is_main: bool = True


@dataclass(frozen=True)
class Card:
    """One lab."""

    profile: str
    title: str
    course: str
    due: str
    needs: str
    buttons: tuple[Button, ...]
    state: str = ""
    """`free`, `wait` or `booked`, for one with a GPU."""
    news: tuple[str, ...] = ()
    """What there is to know about its GPU now."""
    sessions: tuple[Session, ...] = ()


@dataclass(frozen=True)
class SpawnPage:
    """The whole page."""

    cards: tuple[Card, ...]
    gpus: str
    """How many GPUs are free, and how many people wait."""


def spawn_page(desk: Desk, who: str) -> SpawnPage:
    """What somebody may start now, in words."""
    profiles = desk.profiles_for(who)
    cards = tuple(_card(desk, StudentId(who), each) for each in profiles)
    return SpawnPage(cards, say_gpus(desk) if any(each.gpu for each in profiles) else "")


def say_gpus(desk: Desk) -> str:
    """How many GPUs are free, and how many people wait."""
    ledger = desk.ledger
    if not ledger.total:
        return "This Hub has no GPUs."
    queue = len(ledger.queue)
    waiting = (
        f"{queue} people wait" if queue > 1 else ("one person waits" if queue else "nobody waits")
    )
    return f"{ledger.now().free} of {say_count(ledger.total, 'GPU')} free; {waiting}."


def _card(desk: Desk, who: StudentId, profile: Profile) -> Card:
    zone, now = desk.zone(profile.course), desk.clock.now()
    card = Card(
        profile=profile.id,
        title=profile.title,
        course=profile.course_title,
        due=f"Due {say_moment(profile.due, zone)}" if profile.due else "",
        needs=_needs(profile),
        buttons=(Button("Open", gpu=False),),
    )
    return _with_gpu(desk, who, profile, card, now, zone) if profile.gpu else card


def _needs(profile: Profile) -> str:
    cores = f"{profile.cpus:g} {'core' if profile.cpus == 1 else 'cores'}"
    hours = profile.time_limit.total_seconds() / 3600
    return f"{cores}, {say_memory(profile.memory_bytes)} of memory, at most {hours:.3g} h"


def _with_gpu(
    desk: Desk, who: StudentId, profile: Profile, card: Card, now: datetime, zone: tzinfo
) -> Card:
    state, words = "none", ""
    news: tuple[str, ...] = ("This Hub has no GPU for it.",)
    if desk.ledger.total and desk.ledger.fits(profile.gpu_memory_bytes):
        answer = desk.ledger.ask(ask_for(who, profile, now))
        state, news, words = _say_answer(desk, answer, now, zone)
    main = (Button(words, gpu=True),) if words else ()
    without = Button("Open without a GPU", gpu=False, is_main=not words)
    return replace(
        card,
        buttons=(*main, without),
        state=state,
        news=news,
        sessions=_sessions(desk, who, profile, now, zone),
    )


def _say_answer(
    desk: Desk, answer: Answer, now: datetime, zone: tzinfo
) -> tuple[str, tuple[str, ...], str]:
    if isinstance(answer, Grant):
        end = say_clock(answer.until, now, zone)
        why = f", in the session of {answer.session.title}" if answer.session else ""
        return "free", (f"A GPU is free for you until {end}{why}.",), "Open with a GPU"
    if isinstance(answer, Refusal):
        return "booked", say_refusal(answer, now, zone), ""
    ends = sorted(each.until for each in desk.ledger.leases.values())
    place = len(desk.ledger.queue) + 1
    free_at = ends[place - 1] if place <= len(ends) else None
    return "wait", (say_place(place, free_at, now, zone),), "Wait for a GPU"


def _sessions(
    desk: Desk, who: StudentId, profile: Profile, now: datetime, zone: tzinfo
) -> tuple[Session, ...]:
    lab = (profile.course, profile.assignment)
    mine = [
        each
        for each in desk.courses.bookings()
        if (each.course, each.assignment) == lab and each.end > now
    ]
    return tuple(
        Session(say_session(each, zone), who in each.members, each.is_on(now))
        for each in sorted(mine, key=lambda each: each.start)
    )

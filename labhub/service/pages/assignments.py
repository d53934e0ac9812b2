"""My assignments: what each wants from me, in one word and a few lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from labhub.exchange.store.submissions import Submission
from labhub.policy.timelines import Phase, Timeline
from labhub.service.pages.deadlines import Stretch, due_of, extensions_in, stretches
from labhub.service.pages.languages import Words
from labhub.service.pages.states import Chip, bad, good, part, wait

SOON = timedelta(hours=48)


class State(StrEnum):
    """How far a student is with an assignment."""

    PLANNED = "planned"
    BEFORE_RELEASE = "before-release"
    EXCUSED = "excused"
    TO_DO = "to-do"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    """The due date has passed, late hand-ins are still taken."""
    MISSED = "missed"
    HANDED_IN = "handed-in"
    HANDED_IN_LATE = "handed-in-late"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class Facts:
    """What is known about one student and one assignment."""

    id: str
    title: str
    timeline: Timeline
    planned: bool = False
    excused: bool = False
    released_version: int | None = None
    """The newest version that can be had."""
    handed_in: Sequence[Submission] = ()
    """The oldest first."""
    feedback: bool = False
    """Whether marks and feedback have been released."""
    withdrawn: frozenset[int] = frozenset()
    """The versions that are not to be worked on any more."""


@dataclass(frozen=True)
class Card:
    """One assignment in the list."""

    id: str
    title: str
    state: State
    chip: Chip
    due: datetime | None
    release: datetime | None
    """Where it is not released yet: when it will be."""
    extensions: tuple[str, ...]
    """What was granted, in whole sentences, in English."""
    version: int | None
    outdated: bool
    """Whether a newer version came out after the last hand-in."""
    withdrawn: bool
    """Whether the version of the last hand-in has been withdrawn since."""
    attempts: int
    last: Submission | None
    stretches: tuple[Stretch, ...]


def state_of(facts: Facts, now: datetime) -> State:
    """How far the student is."""
    phase = facts.timeline.at(now).phase
    if facts.excused:
        return State.EXCUSED
    if facts.feedback:
        return State.FEEDBACK
    if facts.handed_in:
        late = all(each.late for each in facts.handed_in)
        return State.HANDED_IN_LATE if late else State.HANDED_IN
    if facts.planned:
        return State.PLANNED
    if phase is Phase.BEFORE_RELEASE or facts.released_version is None:
        return State.BEFORE_RELEASE
    if phase is Phase.ON_TIME:
        due = due_of(facts.timeline)
        soon = due is not None and due - now < SOON
        return State.DUE_SOON if soon else State.TO_DO
    return State.OVERDUE if phase is Phase.LATE else State.MISSED


def chip_of(state: State, words: Words) -> Chip:
    """The state as a sign, a word and a tint."""
    _ = words.gettext
    return {
        State.PLANNED: wait(_("Planned")),
        State.BEFORE_RELEASE: wait(_("Not released yet")),
        State.EXCUSED: wait(_("You are excused"), "–"),
        State.TO_DO: wait(_("To do"), "○"),
        State.DUE_SOON: part(_("Due soon")),
        State.OVERDUE: part(_("Overdue")),
        State.MISSED: bad(_("Not handed in")),
        State.HANDED_IN: good(_("Handed in")),
        State.HANDED_IN_LATE: part(_("Handed in late"), "✓"),
        State.FEEDBACK: good(_("Feedback is here"), "★"),
    }[state]


def card_of(facts: Facts, now: datetime, words: Words) -> Card:
    """One assignment for the list of a student."""
    state = state_of(facts, now)
    last = facts.handed_in[-1] if facts.handed_in else None
    first = facts.timeline.segments[0]
    newest = facts.released_version
    outdated = bool(last and newest and last.version < newest)
    return Card(
        id=facts.id,
        title=facts.title,
        state=state,
        chip=chip_of(state, words),
        due=due_of(facts.timeline),
        release=first.ends_at if first.phase is Phase.BEFORE_RELEASE else None,
        extensions=extensions_in(facts.timeline),
        version=newest,
        outdated=outdated,
        withdrawn=last is not None and last.version in facts.withdrawn,
        attempts=len(facts.handed_in),
        last=last,
        stretches=stretches(facts.timeline, now, words),
    )


def in_order(cards: Sequence[Card], now: datetime) -> tuple[Card, ...]:
    """What can be worked on first, by due date; then what comes; then what is over."""
    return tuple(sorted(cards, key=lambda card: (_rank(card.state), _far(card, now), card.id)))


def _rank(state: State) -> int:
    open_ = (State.DUE_SOON, State.OVERDUE, State.TO_DO, State.HANDED_IN, State.HANDED_IN_LATE)
    if state in open_:
        return 0
    return 1 if state in (State.BEFORE_RELEASE, State.PLANNED) else 2


def _far(card: Card, now: datetime) -> float:
    return (card.due - now).total_seconds() if card.due is not None else float("inf")

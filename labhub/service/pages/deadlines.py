"""What a hand-in gets at which time: a timeline of the policy as rows of a page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from labhub.policy.timelines import Phase, Segment, Timeline
from labhub.service.pages.languages import Words


@dataclass(frozen=True)
class Stretch:
    """A stretch of time with one answer to "what if I hand in then?"."""

    words: str
    until: datetime | None
    """When it ends, as announced; None for what holds from then on."""
    current: bool
    graded_from: datetime | None = None
    """Hand-ins of this stretch wait until then."""


def stretches(timeline: Timeline, now: datetime, words: Words) -> tuple[Stretch, ...]:
    """The stretches of a timeline from its release on, in order."""
    return tuple(
        Stretch(
            say_segment(segment, words),
            announced_end(segment),
            segment.holds(now),
            segment.graded_from,
        )
        for segment in _joined(timeline.segments)
        if segment.phase is not Phase.BEFORE_RELEASE
    )


def due_of(timeline: Timeline) -> datetime | None:
    """The due date as it was announced, with the student's extensions; None without one."""
    on_time = [segment for segment in timeline.segments if segment.phase is Phase.ON_TIME]
    last = on_time[-1].because if on_time else ()
    return next((step.at for step in last if step.rule == "deadline"), None)


def extensions_in(timeline: Timeline) -> tuple[str, ...]:
    """The sentences about extensions, each once."""
    steps = (step for segment in timeline.segments for step in segment.because)
    return tuple(dict.fromkeys(step.words for step in steps if step.rule == "extension"))


def announced_end(segment: Segment) -> datetime | None:
    """When a stretch ends as far as students are told: a grace of minutes is kept to ourselves."""
    steps = segment.because
    for place, step in enumerate(steps):
        if step.rule == "grace" and step.at == segment.ends_at:
            return steps[place - 1].at
    return segment.ends_at


def say_segment(segment: Segment, words: Words) -> str:
    """What a hand-in of this stretch is, and what it can get."""
    match segment.phase:
        case Phase.BEFORE_RELEASE:
            return words.gettext("Not released yet")
        case Phase.ON_TIME:
            return words.gettext("On time: %s") % say_credit(segment.credit, words)
        case Phase.LATE:
            return words.gettext("Late: %s") % say_credit(segment.credit, words)
        case Phase.CLOSED:
            return words.gettext("Closed: nothing is accepted any more")


def say_credit(credit: Decimal, words: Words) -> str:
    """A share of the points: full credit, no credit, or a percentage."""
    if credit == 1:
        return words.gettext("full credit")
    if credit == 0:
        return words.gettext("no credit")
    percent = f"{float(credit * 100):.2f}".rstrip("0").rstrip(".")
    return words.gettext("%s %% of the points") % percent


def _joined(segments: tuple[Segment, ...]) -> Iterator[Segment]:
    """The segments; neighbours that differ for the machine alone are told as one."""
    held: Segment | None = None
    for segment in segments:
        if held is not None and _same(held, segment):
            segment = Segment(
                segment.phase,
                held.starts_at,
                segment.ends_at,
                segment.credit,
                segment.graded_from,
                segment.because,
            )
        elif held is not None:
            yield held
        held = segment
    if held is not None:
        yield held


def _same(one: Segment, other: Segment) -> bool:
    return (one.phase, one.credit, one.graded_from) == (
        other.phase,
        other.credit,
        other.graded_from,
    )

"""Verdicts: what a hand-in of a given time gets, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from labhub.policy.dates import NONE
from labhub.policy.timelines import Phase, Segment, Timeline, say_phase
from labhub.policy.traces import Step, Trace, sentence
from labhub.policy.words import say_credit, say_moment
from labhub.policy.workdays import ensure_zone


@dataclass(frozen=True)
class Decision:
    """What a member of the staff decided for one hand-in; it stands whatever the dates become."""

    credit: Decimal
    by: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What one hand-in gets. `segment` is None when nothing was handed in."""

    handed_in_at: datetime | None
    segment: Segment | None
    credit: Decimal
    accepted: bool
    trace: Trace
    decision: Decision | None = None

    @property
    def words(self) -> str:
        """The whole verdict as running text."""
        return sentence(self.trace)

    @property
    def phase(self) -> Phase | None:
        """On time, late or not accepted, by the dates; None when nothing was handed in."""
        return self.segment.phase if self.segment is not None else None

    @property
    def graded_from(self) -> datetime | None:
        """The moment from which it is graded; None: as it comes in."""
        return self.segment.graded_from if self.segment is not None else None


def resolve(
    timeline: Timeline, handed_in_at: datetime | None, decision: Decision | None = None
) -> Verdict:
    """What a hand-in of that time gets under a timeline.

    `handed_in_at` must carry a zone; None stands for no hand-in. A decision of the staff wins
    over the dates, and the trace says both. Raises `TimeWithoutZoneError`.
    """
    if handed_in_at is None:
        missing = Step("missing", f"{timeline.title} was not handed in.")
        return _decided(Verdict(None, None, NONE, False, (missing,)), decision)
    moment = ensure_zone(handed_in_at)
    segment = timeline.at(moment)
    first = Step("handed-in", _opening(moment, segment, timeline.calendar.zone), moment)
    trace = (first, *segment.because)
    verdict = Verdict(moment, segment, segment.credit, segment.phase.accepts, trace)
    return _decided(verdict, decision)


def counted(timeline: Timeline, moments: Sequence[datetime]) -> int | None:
    """The place of the hand-in that counts among several: the last of those worth most.

    A late attempt after one that was on time thus never costs anything. None when no hand-in was
    accepted.
    """
    ranked = [
        (segment.credit, segment.phase is Phase.ON_TIME, ensure_zone(moment), place)
        for place, moment in enumerate(moments)
        if (segment := timeline.at(moment)).phase.accepts
    ]
    return max(ranked)[3] if ranked else None


def _opening(moment: datetime, segment: Segment, zone: tzinfo) -> str:
    words = f"Handed in on {say_moment(moment, zone)}: {_say_outcome(segment)}"
    if segment.graded_from is None:
        return f"{words}."
    return f"{words}, graded after {say_moment(segment.graded_from, zone)}."


def _say_outcome(segment: Segment) -> str:
    if segment.phase.accepts:
        return say_phase(segment)
    return f"{say_phase(segment)}, not accepted"


def _decided(verdict: Verdict, decision: Decision | None) -> Verdict:
    if decision is None:
        return verdict
    words = (
        f"{decision.by} decided on {say_credit(decision.credit)}: {decision.reason.rstrip('.')}."
    )
    return Verdict(
        verdict.handed_in_at,
        verdict.segment,
        decision.credit,
        accepted=verdict.handed_in_at is not None,
        trace=(*verdict.trace, Step("decision", words)),
        decision=decision,
    )

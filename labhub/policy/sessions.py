"""Sessions: attendance and engagement, and a zero that somebody has given reasons for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from labhub.policy.errors import BadMarkError, UnknownItemError
from labhub.policy.marks import ONE, ZERO, Item, Mark
from labhub.policy.roundings import say_number
from labhub.policy.traces import Step


@dataclass(frozen=True)
class Session:
    """One meeting of the schedule."""

    id: str
    title: str
    starts_at: datetime


@dataclass(frozen=True)
class ReasonedZero:
    """A session's zero by decision, whoever was there."""

    by: str
    reason: str


@dataclass(frozen=True)
class Attendance:
    """What staff noted about one student in one session."""

    session: str
    attended: bool
    engagement: int = 0
    """From 0 to the rules' `most_engagement`."""
    excused: bool = False
    zero: ReasonedZero | None = None


@dataclass(frozen=True)
class ParticipationRules:
    """How a session's share is made: being there, and taking part."""

    attendance: Fraction = Fraction(1, 2)
    """The share for being there; the rest is for engagement."""
    most_engagement: int = 3

    def share(self, noted: Attendance) -> Fraction:
        """The share of one session, 0 to 1. Engagement needs attendance."""
        if noted.zero is not None or not noted.attended:
            return ZERO
        return self.attendance + (ONE - self.attendance) * Fraction(
            noted.engagement, self.most_engagement
        )


def participation(
    item: Item, sessions: Iterable[Session], notes: Iterable[Attendance], rules: ParticipationRules
) -> Mark:
    """The participation mark: the mean over the sessions, excused ones left out.

    A session without a note counts as missed. When every session is excused, so is the item.
    Raises `UnknownItemError` for a note on no session, `BadMarkError` for an engagement that the
    rules do not have.
    """
    held = sorted(sessions, key=lambda session: session.starts_at)
    noted = _by_session(held, notes, rules)
    counting = [session for session in held if not _is_excused(noted.get(session.id))]
    steps = tuple(_step(session, noted.get(session.id), rules) for session in held)
    if not counting:
        return Mark(item.id, excused=True, because=steps)
    shares = (rules.share(noted[s.id]) if s.id in noted else ZERO for s in counting)
    return Mark(item.id, item.points * sum(shares, ZERO) / len(counting), because=steps)


def _by_session(
    sessions: Iterable[Session], notes: Iterable[Attendance], rules: ParticipationRules
) -> Mapping[str, Attendance]:
    known = {session.id for session in sessions}
    found: dict[str, Attendance] = {}
    for note in notes:
        if note.session not in known or note.session in found:
            raise UnknownItemError(
                f"There is a second note for session '{note.session}', or no such session."
            )
        if not 0 <= note.engagement <= rules.most_engagement:
            raise BadMarkError(
                f"Session '{note.session}': engagement {note.engagement} lies outside "
                f"0 to {rules.most_engagement}."
            )
        found[note.session] = note
    return found


def _is_excused(noted: Attendance | None) -> bool:
    return noted is not None and noted.excused and noted.zero is None


def _step(session: Session, noted: Attendance | None, rules: ParticipationRules) -> Step:
    if noted is None or (not noted.attended and not noted.excused and noted.zero is None):
        return Step("missed", f"{session.title}: missed.")
    if noted.zero is not None:
        reason = noted.zero.reason.rstrip(".")
        return Step("reasoned-zero", f"{session.title}: zero by {noted.zero.by}, {reason}.")
    if noted.excused:
        return Step("excused", f"{session.title}: excused, does not count.")
    share = say_number(rules.share(noted) * 100)
    words = f"attended, engagement {noted.engagement} of {rules.most_engagement}: {share} %"
    return Step("attended", f"{session.title}: {words}.")

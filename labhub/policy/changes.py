"""Changes of dates: what a new date would do to hand-ins that are there, before it is made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from labhub.ids import StudentId
from labhub.policy.dates import Dates
from labhub.policy.extensions import Extension, extended
from labhub.policy.verdicts import Decision, Verdict, resolve
from labhub.policy.words import say_credit
from labhub.policy.workdays import Calendar


@dataclass(frozen=True)
class HandIn:
    """One student's hand-in for an assignment, with what was granted and decided for it."""

    student: StudentId
    handed_in_at: datetime | None
    extensions: tuple[Extension, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True)
class Change:
    """One student whom the new dates concern.

    `kept`: the dates would change the verdict, but a decision of the staff holds it.
    """

    student: StudentId
    before: Verdict
    after: Verdict
    kept: bool = False

    @property
    def words(self) -> str:
        """The change in one sentence for staff."""
        old, new = _say(self.before), _say(self.after)
        if self.kept:
            by = self.before.decision.by if self.before.decision else ""
            return f"{self.student} stays at {say_credit(self.before.credit)} by {by}'s decision."
        return f"{self.student}: {old} becomes {new}."


def compare(
    old: Dates, new: Dates, calendar: Calendar, hand_ins: Iterable[HandIn]
) -> tuple[Change, ...]:
    """Every hand-in whose verdict would differ under the new dates, in the order given.

    Verdicts differ when credit, phase, acceptance or the time of grading does; a hand-in that a
    decision protects is listed as kept. Raises `BadDatesError` when either dates contradict
    themselves.
    """
    changes = (_change(old, new, calendar, hand_in) for hand_in in hand_ins)
    return tuple(change for change in changes if change is not None)


def _change(old: Dates, new: Dates, calendar: Calendar, hand_in: HandIn) -> Change | None:
    then, now = (extended(dates, calendar, hand_in.extensions) for dates in (old, new))
    before, after = (resolve(timeline, hand_in.handed_in_at) for timeline in (then, now))
    if not is_changed(before, after):
        return None
    if hand_in.decision is None:
        return Change(hand_in.student, before, after)
    before, after = (
        resolve(timeline, hand_in.handed_in_at, hand_in.decision) for timeline in (then, now)
    )
    return Change(hand_in.student, before, after, kept=True)


def is_changed(before: Verdict, after: Verdict) -> bool:
    """Whether the dates alone, without decisions, say something else."""
    return _essence(before) != _essence(after)


def _essence(verdict: Verdict) -> tuple[object, ...]:
    segment = verdict.segment
    credit = segment.credit if segment is not None else None
    return (credit, verdict.phase, verdict.graded_from)


def _say(verdict: Verdict) -> str:
    if not verdict.accepted:
        return f"{verdict.phase} (not accepted)"
    grading = "" if verdict.graded_from is None else ", graded later"
    return f"{verdict.phase} ({say_credit(verdict.credit)}{grading})"

"""Marks of one piece of work: points, lateness, a decision, and the rules for passing it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from labhub.policy.errors import BadMarkError
from labhub.policy.roundings import say_number
from labhub.policy.traces import Step, Trace
from labhub.policy.words import say_credit, say_list, say_percent

ONE = Fraction(1)
ZERO = Fraction(0)


@dataclass(frozen=True)
class AutomaticAtLeast:
    """Passed with so many points from the tests."""

    points: Fraction


@dataclass(frozen=True)
class EveryManualAtLeast:
    """Passed when every manual question reaches a share of its points, called `word`."""

    share: Fraction
    word: str = "adequate"


@dataclass(frozen=True)
class TotalAtLeast:
    """Passed with so many points in all."""

    points: Fraction


PassRule = AutomaticAtLeast | EveryManualAtLeast | TotalAtLeast


@dataclass(frozen=True)
class Item:
    """One piece of work that is marked. `weight` is relative to its category's other items."""

    id: str
    title: str
    points: Fraction
    """The most it can give."""
    weight: Fraction = ONE
    pass_rules: tuple[PassRule, ...] = ()


@dataclass(frozen=True)
class ManualMark:
    """What a person gave for one question."""

    question: str
    points: Fraction
    max_points: Fraction


@dataclass(frozen=True)
class Override:
    """Points that a member of the staff decided on; they stand against tests and lateness."""

    points: Fraction
    by: str
    reason: str


@dataclass(frozen=True)
class Mark:
    """What a student got for an item. `credit` is the share that lateness leaves."""

    item: str
    automatic: Fraction = ZERO
    manual: tuple[ManualMark, ...] = ()
    credit: Fraction = ONE
    excused: bool = False
    override: Override | None = None
    because: Trace = ()
    """Steps that made the mark before it came here: a verdict's, a session's."""

    @property
    def shown(self) -> Fraction:
        """The points for the work itself, before lateness."""
        return self.automatic + sum((mark.points for mark in self.manual), ZERO)

    @property
    def counted(self) -> Fraction:
        """The points that count."""
        return self.override.points if self.override else self.shown * self.credit


def check(item: Item, mark: Mark) -> None:
    """Raises `BadMarkError` for points or credit outside what there is."""
    for name, points, most in (
        ("points", mark.shown, item.points),
        ("decided points", mark.counted, item.points),
        ("credit", mark.credit, ONE),
        *((f"points for {m.question}", m.points, m.max_points) for m in mark.manual),
    ):
        if not 0 <= points <= most:
            raise BadMarkError(
                f"{item.title}: {say_number(points)} {name} lie outside 0 to {say_number(most)}.",
                hint="Look for a slip of the pen in this mark.",
            )


def explain(item: Item, mark: Mark) -> Trace:
    """How the points of a mark came about."""
    return (*mark.because, _points(item, mark), *_lateness(item, mark), *_decision(item, mark))


def judge(item: Item, mark: Mark) -> tuple[bool, Trace]:
    """Whether the item is passed, and a step for every pass rule.

    Pass rules look at the work itself: lateness costs points, not the pass, unless it leaves no
    credit at all. Where the staff decided on the points, only rules about the total are asked.
    """
    if mark.credit == 0 and mark.override is None:
        return False, (Step("not-accepted", f"{item.title} has no credit, so it is not passed."),)
    outcomes = [_judge(rule, item, mark) for rule in item.pass_rules]
    return all(fine for fine, _ in outcomes), tuple(step for _, step in outcomes)


def _judge(rule: PassRule, item: Item, mark: Mark) -> tuple[bool, Step]:
    total = mark.override.points if mark.override else mark.shown
    match rule:
        case TotalAtLeast(points=least):
            return _at_least("total-at-least", f"{item.title}: points", total, least)
        case _ if mark.override is not None:
            words = (
                f"{item.title} was decided on by {mark.override.by}; {_name(rule)} is not asked."
            )
            return True, Step("decided", words)
        case AutomaticAtLeast(points=least):
            subject = f"{item.title}: automatic points"
            return _at_least("automatic-at-least", subject, mark.automatic, least)
        case EveryManualAtLeast():
            return _every_manual(rule, item, mark)
        case _:
            assert_never(rule)


def _at_least(name: str, subject: str, points: Fraction, least: Fraction) -> tuple[bool, Step]:
    fine = points >= least
    verdict = "enough" if fine else "too few"
    words = f"{subject} {say_number(points)}, at least {say_number(least)} needed: {verdict}."
    return fine, Step(name, words)


def _every_manual(rule: EveryManualAtLeast, item: Item, mark: Mark) -> tuple[bool, Step]:
    weak = [m.question for m in mark.manual if m.points < rule.share * m.max_points]
    if not mark.manual:
        words = f"{item.title}: no manual question has been marked."
        return False, Step("every-manual", words)
    if weak:
        words = (
            f"{item.title}: {say_list(weak)} not {rule.word} ({say_percent(rule.share)} needed)."
        )
        return False, Step("every-manual", words)
    return True, Step("every-manual", f"{item.title}: every manual question is {rule.word}.")


def _name(rule: PassRule) -> str:
    return "the rule for " + ("tests" if isinstance(rule, AutomaticAtLeast) else "questions")


def _points(item: Item, mark: Mark) -> Step:
    manual = mark.shown - mark.automatic
    parts = f" ({say_number(mark.automatic)} automatic, {say_number(manual)} manual)"
    words = f"{item.title}: {say_number(mark.shown)} of {say_number(item.points)} points"
    return Step("points", f"{words}{parts if mark.manual else ''}.")


def _lateness(item: Item, mark: Mark) -> Trace:
    if mark.credit == 1:
        return ()
    words = f"Lateness leaves {say_credit(mark.credit)}: {say_number(mark.shown * mark.credit)}."
    return (Step("late-credit", f"{item.title}: {words}"),)


def _decision(item: Item, mark: Mark) -> Trace:
    if mark.override is None:
        return ()
    made = mark.override
    words = f"{made.by} decided on {say_number(made.points)} points: {made.reason.rstrip('.')}."
    return (Step("decision", f"{item.title}: {words}"),)

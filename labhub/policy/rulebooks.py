"""Rulebooks: what course.toml says about groups, reviews, sessions and grades."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from labhub.course.model import Assignment, Course
from labhub.course.rule_model import GradedItem, PassLine
from labhub.ids import AssignmentId
from labhub.policy.allocations import ReviewRules
from labhub.policy.assignments import timeline_of
from labhub.policy.flags import FlagRules
from labhub.policy.groups import Formation, GroupRules
from labhub.policy.marks import (
    AutomaticAtLeast,
    EveryManualAtLeast,
    Item,
    PassRule,
    TotalAtLeast,
)
from labhub.policy.reviews import QualityRules
from labhub.policy.roundings import Rounding, RoundingRule, exact
from labhub.policy.scales import LETTERS, PASS_FAIL, Scale
from labhub.policy.schemes import Category, Module, Scheme
from labhub.policy.seminars import Slot
from labhub.policy.sessions import ParticipationRules, Session

HUNDRED = Fraction(100)
ASIDE = "aside"
"""The category of work without weight that names none: it can be passed, but adds nothing."""


def group_rules_of(course: Course, assignment: AssignmentId | None = None) -> GroupRules:
    """Sizes and who makes groups; with an assignment also when they freeze for it."""
    rules = course.rules.group_rules
    frozen_at = None if assignment is None else freezes_at(course, assignment)
    formation = Formation(rules.formation)
    return GroupRules(rules.smallest, rules.largest, formation, rules.by_invitation, frozen_at)


def freezes_at(course: Course, assignment: AssignmentId) -> datetime | None:
    """When the groups of an assignment freeze: with the end of its time for hand-ins on time."""
    return timeline_of(course, assignment).on_time_until


def review_rules_of(course: Course) -> ReviewRules:
    """How many reviewers a hand-in gets."""
    return ReviewRules(course.rules.peer_review.fewest, course.rules.peer_review.most)


def quality_rules_of(course: Course) -> QualityRules:
    """How a student's review quality is made."""
    rules = course.rules.peer_review
    return QualityRules(
        helpfulness=exact(rules.helpfulness_weight),
        agreement=exact(rules.agreement_weight),
        spot_checks=exact(rules.spot_check_weight),
        tolerance=exact(rules.tolerance_percent) / 100,
        worthless_at=exact(rules.worthless_at_percent) / 100,
        fewest_words=rules.fewest_words,
    )


def flag_rules_of(course: Course) -> FlagRules:
    """Where a review begins to look odd."""
    return FlagRules(fewest_words=course.rules.peer_review.fewest_words)


def sessions_of(course: Course) -> tuple[Session, ...]:
    """The meetings that count for participation."""
    return tuple(
        Session(meeting.id, meeting.title, meeting.start)
        for meeting in course.rules.sessions
        if meeting.counts
    )


def participation_rules_of(course: Course) -> ParticipationRules:
    """How a session's share is made."""
    rules = course.rules.participation
    return ParticipationRules(exact(rules.attendance_percent) / 100, rules.most_engagement)


def slots_of(course: Course) -> tuple[Slot, ...]:
    """The seminars that one can register for."""
    rules = course.rules.seminar
    found = rules.slots if rules else ()
    return tuple(Slot(s.id, s.start, s.minutes, s.room, s.capacity) for s in found)


def scheme_of(course: Course, points: Mapping[str, Fraction] | None = None) -> Scheme:
    """The grading scheme of a course.

    `points` are what assignments give by the gradebook; where it knows none, those of
    course.toml count, else 100. Raises `BadSchemeError` where the scheme contradicts itself.
    """
    known = points or {}
    graded = [
        *(_assignment(course, plan, known) for plan in course.assignments),
        *(_item(item) for item in course.rules.items),
    ]
    weights = _weights(course)
    homes = {item.id: _home(course, item.id, weights[item.id]) for item in graded}
    titles = {category.id: category.title for category in course.rules.categories}
    titles = {"course": "All work", ASIDE: "Without weight", **titles}
    categories = tuple(
        _category(course, name, title, [item for item in graded if homes[item.id] == name])
        for name, title in titles.items()
        if name in homes.values()
    )
    return Scheme(categories, _scale(course), _rounding(course), _modules(course))


def _weights(course: Course) -> dict[str, Fraction]:
    whole = {str(plan.id): exact(plan.weight_percent) for plan in course.assignments}
    return whole | {item.id: exact(item.weight_percent) for item in course.rules.items}


def _home(course: Course, name: str, weight: Fraction) -> str:
    """The category of a piece of work."""
    items = {item.id: item.category for item in course.rules.items}
    written = items.get(name) or course.rules.of(AssignmentId(name)).category
    return written or ("course" if weight else ASIDE)


def _category(course: Course, name: str, title: str, items: list[Item]) -> Category:
    rules = {category.id: category for category in course.rules.categories}.get(name)
    weights = _weights(course)
    least = rules.at_least_percent if rules else None
    return Category(
        name,
        title,
        sum((weights[item.id] for item in items), Fraction(0)),
        tuple(items),
        drop_lowest=rules.drop_lowest if rules else 0,
        at_least=None if least is None else exact(least) / 100,
    )


def _assignment(course: Course, plan: Assignment, points: Mapping[str, Fraction]) -> Item:
    rules = course.rules.of(plan.id)
    written = HUNDRED if rules.points is None else exact(rules.points)
    most = points.get(plan.id, written) or written
    weight = exact(plan.weight_percent) or Fraction(1)
    return Item(plan.id, plan.title, most, weight, _pass_rules(rules.passed_with))


def _item(item: GradedItem) -> Item:
    weight = exact(item.weight_percent) or Fraction(1)
    return Item(item.id, item.title, exact(item.points), weight, _pass_rules(item.passed_with))


def _pass_rules(line: PassLine) -> tuple[PassRule, ...]:
    rules: list[PassRule] = []
    if line.automatic_points is not None:
        rules.append(AutomaticAtLeast(exact(line.automatic_points)))
    if line.every_manual_percent is not None:
        rules.append(EveryManualAtLeast(exact(line.every_manual_percent) / 100, line.manual_word))
    if line.total_points is not None:
        rules.append(TotalAtLeast(exact(line.total_points)))
    return tuple(rules)


def _scale(course: Course) -> Scale:
    rules = course.rules.grading
    match rules.scale:
        case "letters":
            return LETTERS
        case "own":
            bounds = tuple((g.grade, Decimal(repr(g.at_least_percent))) for g in rules.grades)
            return Scale("of the course", bounds, rules.failed)
        case _:
            return PASS_FAIL


def _rounding(course: Course) -> Rounding:
    rules = course.rules.grading
    return Rounding(RoundingRule(rules.rounding), rules.decimals)


def _modules(course: Course) -> tuple[Module, ...]:
    """The modules; assignments with credits of their own are one module each."""
    if course.rules.modules:
        return tuple(
            Module(m.id, m.title, exact(m.credits), m.needs, m.optional)
            for m in course.rules.modules
        )
    return tuple(
        Module(plan.id, plan.title, exact(plan.credits), (plan.id,))
        for plan in course.assignments
        if plan.credits
    )

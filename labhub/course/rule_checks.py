"""Rules between the values of the tables that hold the course's rules."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from labhub.course.fields import Table
from labhub.course.rule_tables import DeadlineTable, ItemTable, PassTable
from labhub.course.rules import (
    Finding,
    KeyPath,
    ended_too_early,
    used_twice,
    wrong_offsets,
)
from labhub.course.schema import AssignmentTable, CourseFile


def broken_rule_tables(file: CourseFile) -> list[Finding]:
    """Every rule between values of the rules' tables that the file breaks."""
    return [finding for check in CHECKS for finding in check(file)]


def _ids_are_unique(file: CourseFile) -> Iterator[Finding]:
    slots = file.seminar.slots if file.seminar else []
    lists: list[tuple[KeyPath, Sequence[Table], set[str]]] = [
        (("items",), file.items, {entry.id for entry in file.assignments}),
        (("categories",), file.categories, set()),
        (("modules",), file.modules, set()),
        (("sessions",), file.sessions, set()),
        (("seminar", "slots"), slots, set()),
        (("peer_review", "criteria"), file.peer_review.criteria, set()),
    ]
    for table, entries, taken in lists:
        yield from used_twice(table, [str(entry.model_dump()["id"]) for entry in entries], taken)


def _names_exist(file: CourseFile) -> Iterator[Finding]:
    graded = [*(entry.id for entry in file.assignments), *(entry.id for entry in file.items)]
    for path, entry in _graded(file):
        if entry.category:
            known = [category.id for category in file.categories]
            yield from _unknown((*path, "category"), entry.category, "category", known)
    for place, module in enumerate(file.modules):
        for name in module.needs:
            yield from _unknown(("modules", place, "needs"), name, "assignment or item", graded)
    if file.seminar:
        items = [entry.id for entry in file.items]
        yield from _unknown(("seminar", "item"), file.seminar.item, "item", items)


def _line_items_are_of_graded_items(file: CourseFile) -> Iterator[Finding]:
    graded = [*(entry.id for entry in file.assignments), *(entry.id for entry in file.items)]
    seen: set[str] = set()
    for place, entry in enumerate(file.lti.line_items if file.lti else []):
        path: KeyPath = ("lti", "line_items", place, "item")
        yield from _unknown(path, entry.item, "assignment or item", [*graded, "total"])
        if entry.item in seen:
            yield Finding(path, f"'{entry.item}' is used twice; expected one column of an item")
        seen.add(entry.item)


def _unknown(path: KeyPath, name: str, what: str, known: Sequence[str]) -> Iterator[Finding]:
    if name not in known:
        listed = ", ".join(sorted(known)) or "(none)"
        yield Finding(path, f"'{name}' is no {what}; expected one of: {listed}")


def _categories_can_count(file: CourseFile) -> Iterator[Finding]:
    for place, category in enumerate(file.categories):
        members = [entry for _, entry in _graded(file) if entry.category == category.id]
        path: KeyPath = ("categories", place)
        if not members:
            yield Finding((*path, "id"), f"nothing belongs to '{category.id}'; expected a member")
        elif category.drop_lowest >= len(members):
            yield Finding(
                (*path, "drop_lowest"),
                f"{category.drop_lowest} of {len(members)} cannot be dropped; "
                f"expected at most {len(members) - 1}",
            )
        weights = {entry.weight_percent > 0 for entry in members}
        if len(weights) > 1:
            yield Finding(
                (*path, "id"), f"'{category.id}' mixes weight 0 and others; expected one kind"
            )


def _modules_alone_give_credits(file: CourseFile) -> Iterator[Finding]:
    for place, entry in enumerate(file.assignments):
        if file.modules and entry.credits:
            yield Finding(
                ("assignments", place, "credits"),
                "the course has modules, which give the credits; expected no credits here",
            )


def _dates_are_in_order(file: CourseFile) -> Iterator[Finding]:
    for place, entry in enumerate(file.assignments):
        path: KeyPath = ("assignments", place)
        moments = [entry.due, *(step.until for step in entry.late_steps), entry.late_until]
        if entry.late_steps and any(after <= before for before, after in pairwise(moments)):
            yield Finding(
                (*path, "late_steps"),
                "the late steps are not in order; expected times between due and late_until",
            )
        review = entry.peer_review
        if review and not entry.due < review.due < review.answers_due:
            yield Finding(
                (*path, "peer_review", "due"),
                "reviews come after the due date and before the answers; "
                f"expected {entry.due} < due < answers_due",
            )
    yield from ended_too_early("sessions", file.sessions)


def _offsets_fit_the_zone(file: CourseFile) -> Iterator[Finding]:
    return wrong_offsets(file, _moments(file))


def _moments(file: CourseFile) -> Iterator[tuple[KeyPath, datetime]]:
    for place, entry in enumerate(file.assignments):
        path: KeyPath = ("assignments", place)
        for number, step in enumerate(entry.late_steps):
            yield (*path, "late_steps", number, "until"), step.until
        if entry.peer_review:
            yield (*path, "peer_review", "due"), entry.peer_review.due
            yield (*path, "peer_review", "answers_due"), entry.peer_review.answers_due
    for place, item in enumerate(file.items):
        if item.due:
            yield ("items", place, "due"), item.due
    for place, session in enumerate(file.sessions):
        yield ("sessions", place, "start"), session.start
        yield ("sessions", place, "end"), session.end
    if file.seminar:
        yield ("seminar", "register_until"), file.seminar.register_until
        for place, slot in enumerate(file.seminar.slots):
            yield ("seminar", "slots", place, "start"), slot.start


def _lateness_makes_sense(file: CourseFile) -> Iterator[Finding]:
    yield from _deadlines(("deadlines",), file.deadlines)
    for place, entry in enumerate(file.assignments):
        path: KeyPath = ("assignments", place)
        if entry.deadlines:
            yield from _deadlines((*path, "deadlines"), entry.deadlines)
        yield from _late_steps(path, entry, entry.deadlines or file.deadlines)


def _deadlines(path: KeyPath, table: DeadlineTable) -> Iterator[Finding]:
    if (table.grace == "minutes") is not (table.grace_minutes > 0):
        yield Finding(
            (*path, "grace_minutes"),
            f"{table.grace_minutes} does not fit grace = '{table.grace}'; "
            "expected minutes with grace = 'minutes' only",
        )
    if table.daily_loss_percent and table.late_credit_percent != 100:
        yield Finding(
            (*path, "daily_loss_percent"),
            "there is a late credit as well; expected one of them",
        )


def _late_steps(path: KeyPath, entry: AssignmentTable, rules: DeadlineTable) -> Iterator[Finding]:
    if not entry.late_steps:
        return
    if rules.daily_loss_percent:
        yield Finding((*path, "late_steps"), "there is a daily loss as well; expected one of them")
    shares = [*(step.credit_percent for step in entry.late_steps), rules.late_credit_percent]
    if any(later > earlier for earlier, later in pairwise(shares)):
        yield Finding((*path, "late_steps"), "credit rises with time; expected that it falls")


def _numbers_fit(file: CourseFile) -> Iterator[Finding]:
    sizes, review = file.group_rules, file.peer_review
    if sizes.smallest > sizes.largest:
        yield Finding(
            ("group_rules", "smallest"),
            f"{sizes.smallest} is more than the largest; expected at most {sizes.largest}",
        )
    if review.fewest > review.most:
        yield Finding(
            ("peer_review", "fewest"),
            f"{review.fewest} is more than the most; expected at most {review.most}",
        )
    if review.tolerance_percent >= review.worthless_at_percent:
        yield Finding(
            ("peer_review", "tolerance_percent"),
            f"{review.tolerance_percent:g} is not below worthless_at_percent; "
            f"expected less than {review.worthless_at_percent:g}",
        )
    if not review.helpfulness_weight + review.agreement_weight + review.spot_check_weight:
        yield Finding(
            ("peer_review", "agreement_weight"), "all weights are 0; expected a positive one"
        )


def _passing_is_possible(file: CourseFile) -> Iterator[Finding]:
    for path, entry in _graded(file):
        for key, least in _least(entry.passed_with):
            if entry.points is not None and least > entry.points:
                yield Finding(
                    (*path, "passed_with", key),
                    f"{least:g} points are needed of {entry.points:g}; expected no more than that",
                )


def _least(table: PassTable) -> Iterator[tuple[str, float]]:
    for key in ("automatic_points", "total_points"):
        if (least := getattr(table, key)) is not None:
            yield key, least


def _scale_is_one(file: CourseFile) -> Iterator[Finding]:
    table = file.grading
    path: KeyPath = ("grading", "grades")
    if (table.scale == "own") is not bool(table.grades):
        yield Finding(path, "stand with scale = 'own', and only there; expected both or neither")
    bounds = [each.at_least_percent for each in table.grades]
    if any(worse >= better for better, worse in pairwise(bounds)):
        yield Finding(path, "are not in order; expected the best first, with falling bounds")
    names = [*(each.grade for each in table.grades), table.failed]
    if len(set(names)) < len(names):
        yield Finding(path, "name a grade twice; expected every grade once")


def _graded(file: CourseFile) -> Iterator[tuple[KeyPath, AssignmentTable | ItemTable]]:
    for place, entry in enumerate(file.assignments):
        yield ("assignments", place), entry
    for place, item in enumerate(file.items):
        yield ("items", place), item


CHECKS: tuple[Callable[[CourseFile], Iterator[Finding]], ...] = (
    _ids_are_unique,
    _names_exist,
    _line_items_are_of_graded_items,
    _categories_can_count,
    _modules_alone_give_credits,
    _dates_are_in_order,
    _offsets_fit_the_zone,
    _lateness_makes_sense,
    _numbers_fit,
    _passing_is_possible,
    _scale_is_one,
)

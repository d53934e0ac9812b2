"""Final grades: from marks to a percentage, a grade and credits, with every step told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from labhub.policy import marks as marking
from labhub.policy.errors import UnknownItemError
from labhub.policy.marks import ZERO, Item, Mark
from labhub.policy.roundings import say_number
from labhub.policy.schemes import Category, Module, Scheme
from labhub.policy.traces import Step, Trace, sentence
from labhub.policy.words import say_list, say_percent


class ItemState(StrEnum):
    """What became of an item in the final grade."""

    COUNTED = "counted"
    DROPPED = "dropped"
    EXCUSED = "excused"
    PENDING = "pending"
    """There is no mark yet: it counts as nothing so far."""


@dataclass(frozen=True)
class ItemResult:
    """One item's part in the final grade."""

    item: Item
    state: ItemState
    share: Fraction
    """Of the item's points, from 0 to 1."""
    passed: bool
    trace: Trace


@dataclass(frozen=True)
class CategoryResult:
    """One category's part. `share` is None when every item is excused."""

    category: Category
    share: Fraction | None
    items: tuple[ItemResult, ...]
    contribution: Fraction
    """Percentage points of the final grade."""
    trace: Trace


@dataclass(frozen=True)
class FinalGrade:
    """A final grade and how it came about."""

    grade: str
    passed: bool
    percent: Decimal
    """Rounded, as the scale read it."""
    exact_percent: Fraction
    credits: Fraction
    complete: bool
    """False while a mark is missing: pending items count as nothing."""
    categories: tuple[CategoryResult, ...]
    trace: Trace

    @property
    def words(self) -> str:
        """The whole account as running text."""
        return sentence(self.trace)

    @property
    def items(self) -> dict[str, ItemResult]:
        """Every item's part by its id."""
        return {result.item.id: result for part in self.categories for result in part.items}


@dataclass(frozen=True)
class WhatIf:
    """A final grade as it is, and as it would be."""

    before: FinalGrade
    after: FinalGrade

    @property
    def words(self) -> str:
        """The difference in one sentence."""
        old, new = self.before, self.after
        return (
            f"{old.percent} % ({old.grade}) would become {new.percent} % ({new.grade}), "
            f"{say_number(old.credits)} credits would become {say_number(new.credits)}."
        )


def final_grade(scheme: Scheme, marks: Iterable[Mark]) -> FinalGrade:
    """The final grade of one student.

    Raises `UnknownItemError` for a mark of no item and `BadMarkError` for impossible points.
    """
    by_item = _by_item(scheme, marks)
    parts = _weigh([_category(category, by_item) for category in scheme.categories])
    results = {result.item.id: result for part in parts for result in part.items}
    exact_percent = sum((part.contribution for part in parts), ZERO)
    percent = scheme.rounding.apply(exact_percent)
    credits_, credit_steps = _credits(scheme.modules, results)
    hurdles = _hurdles(scheme, parts, results)
    grade = scheme.scale.failed if hurdles else scheme.scale.grade(percent)
    summing = _summing(scheme, exact_percent, percent, grade)
    trace = (*(step for part in parts for step in part.trace), *credit_steps, *hurdles, summing)
    return FinalGrade(
        grade=grade,
        passed=grade != scheme.scale.failed,
        percent=percent,
        exact_percent=exact_percent,
        credits=credits_,
        complete=all(result.state is not ItemState.PENDING for result in results.values()),
        categories=tuple(parts),
        trace=trace,
    )


def what_if(scheme: Scheme, marks: Iterable[Mark], instead: Iterable[Mark]) -> WhatIf:
    """What the final grade would be with some marks in place of those there are."""
    now = _by_item(scheme, marks)
    then = now | _by_item(scheme, instead)
    return WhatIf(final_grade(scheme, now.values()), final_grade(scheme, then.values()))


def modules_passed(scheme: Scheme, final: FinalGrade) -> dict[str, bool]:
    """Whether each module's credits are earned, by its id."""
    results = final.items
    return {
        module.id: all(results[name].passed for name in module.needs) for module in scheme.modules
    }


def _by_item(scheme: Scheme, marks: Iterable[Mark]) -> dict[str, Mark]:
    found: dict[str, Mark] = {}
    for mark in marks:
        item = scheme.items.get(mark.item)
        if item is None or mark.item in found:
            raise UnknownItemError(
                f"There is a second mark for '{mark.item}', or no such item in the scheme.",
                hint=f"The scheme has: {', '.join(scheme.items)}.",
            )
        marking.check(item, mark)
        found[mark.item] = mark
    return found


def _category(category: Category, marks: Mapping[str, Mark]) -> CategoryResult:
    results = [_item(item, marks.get(item.id)) for item in category.items]
    results = _drop_lowest(results, category.drop_lowest)
    counting = [r for r in results if r.state in (ItemState.COUNTED, ItemState.PENDING)]
    weight = sum((result.item.weight for result in counting), ZERO)
    gained = sum((result.share * result.item.weight for result in counting), ZERO)
    share = gained / weight if counting else None
    trace = tuple(step for result in results for step in result.trace)
    return CategoryResult(category, share, tuple(results), ZERO, trace)


def _item(item: Item, mark: Mark | None) -> ItemResult:
    if mark is None:
        step = Step("pending", f"{item.title}: not marked yet, counts as nothing so far.")
        return ItemResult(item, ItemState.PENDING, ZERO, passed=False, trace=(step,))
    if mark.excused:
        step = Step("excused", f"{item.title}: excused, does not count.")
        return ItemResult(item, ItemState.EXCUSED, ZERO, passed=True, trace=(*mark.because, step))
    passed, steps = marking.judge(item, mark)
    trace = (*marking.explain(item, mark), *steps)
    return ItemResult(item, ItemState.COUNTED, mark.counted / item.points, passed, trace)


def _drop_lowest(results: list[ItemResult], number: int) -> list[ItemResult]:
    """Drops the lowest shares: of equals the heavier, then the later item.

    Excused items are gone already and use up no drop; one item always stays.
    """
    counting = [place for place, r in enumerate(results) if r.state is not ItemState.EXCUSED]
    ranked = sorted(
        counting, key=lambda place: (results[place].share, -results[place].item.weight, -place)
    )
    dropped = set(ranked[: min(number, len(counting) - 1)] if counting else ())
    return [_dropped(r) if place in dropped else r for place, r in enumerate(results)]


def _dropped(result: ItemResult) -> ItemResult:
    step = Step("dropped", f"{result.item.title}: dropped, one of the lowest in its category.")
    trace = (*result.trace, step)
    return ItemResult(result.item, ItemState.DROPPED, result.share, result.passed, trace)


def _weigh(parts: list[CategoryResult]) -> list[CategoryResult]:
    """Adds the contributions; the weight of a wholly excused category goes to the others."""
    weight = sum((part.category.weight for part in parts if part.share is not None), ZERO)
    scale = 100 / weight if weight else ZERO
    return [_weighed(part, scale) for part in parts]


def _weighed(part: CategoryResult, scale: Fraction) -> CategoryResult:
    title, weight = part.category.title, part.category.weight * scale
    if part.share is None:
        words = f"{title}: all excused, its weight goes to the other categories."
        trace = (*part.trace, Step("category-excused", words))
        return CategoryResult(part.category, None, part.items, ZERO, trace)
    contribution = part.share * weight
    words = (
        f"{title}: {say_percent(part.share)} of weight {say_number(weight)} "
        f"gives {say_number(contribution)}."
    )
    trace = (*part.trace, Step("category", words))
    return CategoryResult(part.category, part.share, part.items, contribution, trace)


def _credits(
    modules: tuple[Module, ...], results: Mapping[str, ItemResult]
) -> tuple[Fraction, Trace]:
    earned, steps = ZERO, []
    for module in modules:
        missing = [results[name].item.title for name in module.needs if not results[name].passed]
        if missing:
            words = f"{module.title}: no credits, {say_list(missing)} not passed."
        else:
            words = f"{module.title}: {say_number(module.credits)} credits."
            earned += module.credits
        steps.append(Step("credits", words))
    return earned, tuple(steps)


def _hurdles(
    scheme: Scheme, parts: list[CategoryResult], results: Mapping[str, ItemResult]
) -> Trace:
    """The reasons why the course is not passed whatever the percentage says."""
    steps = [
        Step("not-passed", f"{result.item.title} must be passed to pass the course.")
        for name, result in results.items()
        if name in scheme.required and not result.passed
    ]
    for part in parts:
        least, share = part.category.at_least, part.share
        if least is not None and share is not None and share < least:
            words = f"{part.category.title}: {say_percent(least)} are needed to pass the course."
            steps.append(Step("category-at-least", words))
    return tuple(steps)


def _summing(scheme: Scheme, exact_percent: Fraction, percent: Decimal, grade: str) -> Step:
    words = (
        f"Together {say_number(exact_percent)} %, rounded {scheme.rounding.words}: {percent} %. "
        f"Final grade on the scale {scheme.scale.name}: {grade}."
    )
    return Step("final-grade", words)

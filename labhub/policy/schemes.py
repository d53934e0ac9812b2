"""Grading schemes: what counts how much, what must be passed, and what a course gives for it."""

from dataclasses import dataclass, field
from fractions import Fraction

from labhub.policy.errors import BadSchemeError
from labhub.policy.marks import EveryManualAtLeast, Item
from labhub.policy.roundings import Rounding, say_number
from labhub.policy.scales import PASS_FAIL, Scale


@dataclass(frozen=True)
class Category:
    """Items that count together, such as "Hand-ins 40 %".

    The category's share is the mean of its items' shares by weight, without the `drop_lowest`
    lowest.
    """

    id: str
    title: str
    weight: Fraction
    """Percentage points of the final grade."""
    items: tuple[Item, ...]
    drop_lowest: int = 0
    at_least: Fraction | None = None
    """The share of the category that must be reached to pass the course."""


@dataclass(frozen=True)
class Module:
    """Credits (ECTS) for having passed some items; an optional one may be left out."""

    id: str
    title: str
    credits: Fraction
    needs: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class Scheme:
    """How a final grade is made.

    The course is passed when every module that is not optional is passed, every category reaches
    its `at_least` and the scale gives a passing grade. Without modules, every item that has pass
    rules must be passed. Raises `BadSchemeError` where it contradicts itself.
    """

    categories: tuple[Category, ...]
    scale: Scale = PASS_FAIL
    rounding: Rounding = field(default_factory=Rounding)
    modules: tuple[Module, ...] = ()

    def __post_init__(self) -> None:
        self._check_weights()
        self._check_drops()
        self._check_names()
        self._check_pass_rules()

    @property
    def items(self) -> dict[str, Item]:
        """Every item by its id."""
        return {item.id: item for category in self.categories for item in category.items}

    @property
    def required(self) -> set[str]:
        """The items that must be passed to pass the course."""
        if self.modules:
            return {name for module in self.modules if not module.optional for name in module.needs}
        return {name for name, item in self.items.items() if item.pass_rules}

    def _check_weights(self) -> None:
        total = sum((category.weight for category in self.categories), Fraction(0))
        if total != 100:
            raise BadSchemeError(
                f"The categories' weights add up to {say_number(total)} per cent, not to 100.",
                hint="An item that must be passed but does not count has the weight 0.",
            )
        weights = [item.weight for item in self.items.values()]
        if any(weight <= 0 for weight in weights) or any(c.weight < 0 for c in self.categories):
            raise BadSchemeError("A weight is negative, or an item's weight is 0.")

    def _check_drops(self) -> None:
        for category in self.categories:
            if not 0 <= category.drop_lowest < len(category.items):
                raise BadSchemeError(
                    f"{category.title} drops {category.drop_lowest} of its "
                    f"{len(category.items)} items.",
                    hint="At least one item must be left to count.",
                )

    def _check_names(self) -> None:
        names = [item.id for category in self.categories for item in category.items]
        twice = {name for name in names if names.count(name) > 1}
        unknown = {name for module in self.modules for name in module.needs} - set(names)
        if twice or unknown:
            which = ", ".join(sorted(twice | unknown))
            raise BadSchemeError(
                f"The grading scheme names items twice or needs unknown ones: {which}.",
                hint="Every item stands in one category; modules name items by their id.",
            )

    def _check_pass_rules(self) -> None:
        for item in self.items.values():
            for rule in item.pass_rules:
                if isinstance(rule, EveryManualAtLeast):
                    continue
                if not 0 <= rule.points <= item.points:
                    raise BadSchemeError(
                        f"{item.title} must have {say_number(rule.points)} points to pass, "
                        f"of {say_number(item.points)} that it gives."
                    )

"""Grading scales: from a percentage to a grade, pass/fail or letters."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Self

from labhub.policy.errors import BadSchemeError


@dataclass(frozen=True)
class Scale:
    """Grades with the percentage from which each is given, best first, and the failing grade."""

    name: str
    grades: tuple[tuple[str, Decimal], ...]
    failed: str

    def __post_init__(self) -> None:
        names = [*(grade for grade, _ in self.grades), self.failed]
        bounds = [bound for _, bound in self.grades]
        if not bounds or len(set(names)) < len(names):
            self._refuse("needs at least one passing grade, and every grade once")
        if any(better <= worse for better, worse in pairwise(bounds)):
            self._refuse("must list its grades from the best to the worst")
        if not all(0 <= bound <= 100 for bound in bounds):
            self._refuse("has a bound outside 0 to 100 per cent")

    @classmethod
    def of(cls, name: str, grades: Iterable[tuple[str, str | int]], failed: str) -> Self:
        """A scale from bounds as they are written in a file."""
        return cls(name, tuple((grade, Decimal(bound)) for grade, bound in grades), failed)

    def grade(self, percent: Decimal) -> str:
        """The best grade whose bound the percentage reaches, else the failing one."""
        reached = (grade for grade, bound in self.grades if percent >= bound)
        return next(reached, self.failed)

    def _refuse(self, what: str) -> None:
        raise BadSchemeError(
            f"The scale '{self.name}' {what}.", hint="For example A 90, B 80, C 70; failed F."
        )


PASS_FAIL = Scale.of("pass/fail", [("P", 0)], failed="F")
"""For courses whose pass rules alone decide."""

LETTERS = Scale.of(
    "letters",
    (
        *(("A", 93), ("A-", 90), ("B+", 87), ("B", 83), ("B-", 80)),
        *(("C+", 77), ("C", 73), ("C-", 70), ("D+", 67), ("D", 60)),
    ),
    failed="F",
)
"""The usual letters of an American college, with the usual bounds."""

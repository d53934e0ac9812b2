"""Ratings of reviews by those who were reviewed, without the sting of revenge.

A group that got a low mark tends to rate the review low, and a high one high. CrowdGrader labels
such feedback as retaliatory and does not use it (doc.crowdgrader.org, "Review ratings"). Here:

1. A rating counts relative to the median of the ratings that the same group gave. Who rates
   everybody low, whatever the reason, takes nothing from anybody.
2. A rating below that median does not count against a reviewer who marked lower than the
   reference, and one above it not in favour of a reviewer who marked higher. The reference is the
   staff's mark, or else the median of the reviewers' marks.
3. A student's helpfulness is drawn towards the neutral value, as if `prior` more ratings had said
   so (a James-Stein kind of shrinkage; Efron and Morris, "Stein's paradox in statistics", 1977).
   So one rating among n moves it by at most 1 / (n + prior).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from labhub.policy.allocations import Pair
from labhub.policy.errors import BadReviewRulesError

STARS = range(1, 6)


@dataclass(frozen=True)
class Rating:
    """How helpful a group found one review of its work, from 1 to 5 stars."""

    pair: Pair
    stars: int

    def __post_init__(self) -> None:
        if self.stars not in STARS:
            raise BadReviewRulesError(f"A rating of {self.stars} stars lies outside 1 to 5.")


@dataclass(frozen=True)
class RatingRules:
    """What an ordinary review is worth, and how many ratings it takes to believe otherwise."""

    neutral: Fraction = Fraction(3, 4)
    prior: int = 2


@dataclass(frozen=True)
class Rated:
    """A rating beside the marks it may answer to: the reviewer's, and the staff's if any."""

    rating: Rating
    mark: Fraction
    staff_mark: Fraction | None = None


def helpfulness(rated: Iterable[Rated], rules: RatingRules) -> dict[Pair, Fraction]:
    """What every rated review is worth by its rating, from 0 to 1, revenge and favours removed."""
    by_work: dict[str, list[Rated]] = {}
    for one in rated:
        by_work.setdefault(one.rating.pair.work, []).append(one)
    return {
        one.rating.pair: _worth(one, group, rules) for group in by_work.values() for one in group
    }


def _worth(one: Rated, group: list[Rated], rules: RatingRules) -> Fraction:
    usual = Fraction(median(other.rating.stars for other in group))
    difference = (one.rating.stars - usual) / (len(STARS) - 1)
    if _answers_to_the_mark(one, group, difference):
        return rules.neutral
    return min(max(rules.neutral + difference, Fraction(0)), Fraction(1))


def _answers_to_the_mark(one: Rated, group: list[Rated], difference: Fraction) -> bool:
    """Whether the rating goes the way in which the reviewer's mark differs from the reference."""
    reference = one.staff_mark
    if reference is None:
        reference = Fraction(median(other.mark for other in group))
    return difference * (one.mark - reference) > 0

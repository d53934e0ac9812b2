from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.ids import StudentId
from labhub.policy.allocations import Pair
from labhub.policy.errors import BadReviewRulesError
from labhub.policy.ratings import Rated, Rating, RatingRules, helpfulness

RULES = RatingRules()
NEUTRAL = RULES.neutral


def rated(*given_: tuple[int, float], staff: str | None = None) -> list[Rated]:
    """Ratings of one work's reviews: stars, and the mark that the reviewer had given."""
    return [
        Rated(
            Rating(Pair(StudentId(f"r{n}"), "w"), stars),
            Fraction(str(mark)),
            Fraction(staff) if staff else None,
        )
        for n, (stars, mark) in enumerate(given_)
    ]


@pytest.mark.parametrize(
    ("given_", "staff", "worth"),
    [
        # Revenge: the strict reviewer gets one star; it does not count.
        ([(1, 0.4), (4, 0.8), (4, 0.8)], None, ["3/4", "3/4", "3/4"]),
        # A favour: the generous reviewer gets five stars; they do not count.
        ([(5, 1.0), (4, 0.8), (4, 0.8)], None, ["3/4", "3/4", "3/4"]),
        # Against the interest: the strict reviewer was helpful, the generous one was not.
        ([(5, 0.4), (4, 0.8), (2, 1.0)], None, ["1", "3/4", "1/4"]),
        # Who rates everybody low takes nothing from anybody.
        ([(1, 0.4), (1, 0.8), (1, 0.9)], None, ["3/4", "3/4", "3/4"]),
        # Marks like everybody's: the rating counts as it is.
        ([(2, 0.8), (4, 0.8), (4, 0.8)], None, ["1/4", "3/4", "3/4"]),
        # The staff's mark is the reference where there is one: lower than it is no revenge's fault.
        ([(2, 0.8), (4, 0.8), (4, 0.8)], "0.9", ["3/4", "3/4", "3/4"]),
        ([(2, 0.9), (4, 0.8), (4, 0.8)], "0.8", ["1/4", "3/4", "3/4"]),
        ([(3, 0.5)], None, ["3/4"]),
    ],
)
def test_a_rating_counts_unless_it_answers_to_the_mark(given_, staff, worth):
    found = helpfulness(rated(*given_, staff=staff), RULES)
    assert [found[Pair(StudentId(f"r{n}"), "w")] for n in range(len(given_))] == [
        Fraction(text) for text in worth
    ]


some = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([0.2, 0.5, 0.8])), min_size=1, max_size=5
)


@given(some)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_revenge_never_takes_anything_from_a_strict_reviewer(given_):
    lowest = min(mark for _, mark in given_)
    found = helpfulness(rated(*given_, staff="0.6"), RULES)
    for n, (_, mark) in enumerate(given_):
        if mark == lowest and mark < 0.6:
            assert found[Pair(StudentId(f"r{n}"), "w")] >= NEUTRAL


@given(some, st.integers(-4, 4))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_rating_everybody_the_same_amount_lower_changes_nothing(given_, shift):
    moved = [(stars + shift, mark) for stars, mark in given_]
    if all(1 <= stars <= 5 for stars, _ in moved):
        assert helpfulness(rated(*moved), RULES) == helpfulness(rated(*given_), RULES)


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_stars_that_do_not_exist_are_refused(stars):
    with pytest.raises(BadReviewRulesError, match="1 to 5"):
        Rating(Pair(StudentId("r"), "w"), stars)

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.policy.roundings import Rounding, RoundingRule, exact, say_number


@pytest.mark.parametrize(
    ("rule", "value", "rounded"),
    [
        ("half-up", "89.5", "90"),
        ("half-up", "89.4999", "89"),
        ("half-up", "88.5", "89"),
        ("half-even", "88.5", "88"),
        ("half-even", "89.5", "90"),
        ("half-even", "88.51", "89"),
        ("up", "88.01", "89"),
        ("up", "88", "88"),
        ("down", "88.99", "88"),
    ],
)
def test_a_named_rule_decides_between_neighbours(rule, value, rounded):
    assert Rounding(RoundingRule(rule)).apply(Fraction(value)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("places", "value", "rounded"), [(1, "2.25", "2.3"), (2, "2.675", "2.68"), (0, "0.5", "1")]
)
def test_no_binary_fraction_spoils_the_middle(places, value, rounded):
    found = Rounding(places=places).apply(exact(float(value)))
    assert found == Decimal(rounded)
    assert str(found) == rounded


@pytest.mark.parametrize(
    ("number", "value"), [(0.1, "1/10"), ("0.1", "1/10"), (Decimal("0.1"), "1/10"), (3, "3")]
)
def test_numbers_mean_what_was_written(number, value):
    assert exact(number) == Fraction(value)


@given(st.fractions(0, 200), st.integers(0, 3), st.sampled_from(RoundingRule))
@settings(deadline=None, derandomize=True)
def test_rounding_moves_a_value_by_less_than_one_step(value, places, rule):
    rounded = Fraction(Rounding(rule, places).apply(value))
    assert abs(rounded - value) < Fraction(1, 10**places)


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (0, "half-up to a whole number"),
        (1, "half-up to 1 decimal place"),
        (2, "half-up to 2 decimal places"),
    ],
)
def test_the_rule_has_words(places, words):
    assert Rounding(places=places).words == words


@pytest.mark.parametrize(
    ("value", "words"),
    [("12.50", "12.5"), ("100/3", "≈33.3333"), ("7", "7"), ("1/10000", "0.0001")],
)
def test_a_number_that_goes_on_for_ever_says_so(value, words):
    assert say_number(Fraction(value)) == words

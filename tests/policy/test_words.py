from decimal import Decimal
from fractions import Fraction

import pytest

from labhub.policy.words import say_credit, say_list, say_moment, say_percent
from tests.policy.courses import STOCKHOLM, utc


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2020-11-06 07:00", "Friday 6 November 2020 at 08:00 CET"),
        ("2020-11-06 06:59:59", "Friday 6 November 2020 at 07:59:59 CET"),
        ("2020-06-22 06:00", "Monday 22 June 2020 at 08:00 CEST"),
    ],
)
def test_a_moment_shows_local_time_and_never_hides_seconds(moment, words):
    assert say_moment(utc(moment), STOCKHOLM.zone) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(Decimal("0.8"), "80 %"), (Fraction(1, 3), "33.33 %"), (Decimal(0), "0 %")],
)
def test_a_share_reads_as_a_percentage(share, words):
    assert say_percent(share) == words


@pytest.mark.parametrize(
    ("credit", "words"),
    [("1", "full credit"), ("0.5", "50 % of the points"), ("0", "no credit")],
)
def test_credit_has_words_for_all_and_nothing(credit, words):
    assert say_credit(Decimal(credit)) == words


@pytest.mark.parametrize(
    ("items", "words"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_ends_with_and(items, words):
    assert say_list(items) == words

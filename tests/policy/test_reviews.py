from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.ids import StudentId
from labhub.policy.allocations import Pair
from labhub.policy.errors import BadReviewRulesError
from labhub.policy.ratings import Rating
from labhub.policy.reviews import QualityRules, Review, SpotCheck, qualities
from labhub.policy.traces import sentence

ADA = StudentId("ada")
TEXT = "word " * 20
PAIRS = [Pair(ADA, work) for work in ("w1", "w2", "w3")]


def review(work: str, mark: str, text: str = TEXT, by: StudentId = ADA) -> Review:
    return Review(Pair(by, work), Fraction(mark), text)


ALL = [review(work, "0.8") for work in ("w1", "w2", "w3")]


@pytest.mark.parametrize(
    ("written", "share"),
    [
        (ALL, "1"),
        (ALL[:2], "2/3"),
        ([], "0"),
        ([*ALL[:2], review("w3", "0.8", "too short")], "2/3"),
    ],
)
def test_a_missing_or_empty_review_costs_its_share(written, share):
    assert qualities(PAIRS, written)[ADA].share == Fraction(share)


@pytest.mark.parametrize(
    ("mark", "agreement"),
    [
        ("0.8", "1"),
        ("0.9", "1"),
        ("0.7", "1"),
        ("0.6", "2/3"),
        ("0.5", "1/3"),
        ("0.4", "0"),
        ("0", "0"),
    ],
)
def test_agreement_falls_with_the_distance_from_the_staffs_mark(mark, agreement):
    found = qualities(PAIRS[:1], [review("w1", mark)], staff_marks={"w1": Fraction("0.8")})
    assert found[ADA].agreement == Fraction(agreement)


def test_the_parts_there_are_count_by_weight():
    found = qualities(
        PAIRS,
        ALL,
        ratings=[Rating(PAIRS[0], 5), Rating(PAIRS[1], 5)],
        checks=[SpotCheck(PAIRS[2], Fraction(1, 2))],
        staff_marks={"w1": Fraction("0.6")},
    )[ADA]
    assert found.helpfulness == Fraction(3, 4)  # five stars each, but alone: nothing to compare
    assert found.agreement == Fraction(2, 3)
    assert found.spot_checks == Fraction(1, 2)
    assert found.share == Fraction("0.625")  # (3 * 3/4 + 3 * 2/3 + 4 * 1/2) / 10
    assert sentence(found.trace) == (
        "3 of 3 reviews done. Helpfulness by the reviewed groups: 75 %. "
        "Agreement with the staff: 66.67 %. Spot checks: 50 %. Review quality: 62.5 %."
    )


def test_a_spot_check_replaces_the_rating_of_the_same_review():
    other = Pair(StudentId("bo"), "w1")
    written = [review("w1", "0.8"), review("w1", "0.8", by=other.reviewer)]
    ratings = [Rating(PAIRS[0], 1), Rating(other, 5)]
    rated = qualities([PAIRS[0], other], written, ratings)
    checked = qualities(
        [PAIRS[0], other], written, ratings, checks=[SpotCheck(PAIRS[0], Fraction(1))]
    )
    assert rated[ADA].helpfulness == Fraction(7, 12)  # (1/4 + 2 * 3/4) / 3
    assert checked[ADA].helpfulness is None
    assert checked[ADA].share == 1


def test_a_rating_of_a_review_that_was_not_written_is_not_used():
    assert qualities(PAIRS, ALL[:1], [Rating(PAIRS[1], 5)])[ADA].helpfulness is None


stars = st.integers(1, 5)


@given(st.lists(stars, min_size=3, max_size=3), stars)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_one_rating_moves_helpfulness_by_a_bounded_amount(given_, instead):
    others = [Pair(StudentId(name), work) for name in ("bo", "cy") for work in ("w1", "w2", "w3")]
    written = [*ALL, *(review(pair.work, "0.8", by=pair.reviewer) for pair in others)]
    fair = [Rating(pair, 4) for pair in others]

    def helpful(values: list[int]) -> Fraction:
        ratings = [*fair, *(Rating(pair, value) for pair, value in zip(PAIRS, values, strict=True))]
        found = qualities([*PAIRS, *others], written, ratings)[ADA].helpfulness
        assert found is not None
        return found

    assert abs(helpful(given_) - helpful([*given_[:2], instead])) <= Fraction(1, 5)


@pytest.mark.parametrize(
    "rules",
    [
        {"helpfulness": Fraction(-1)},
        {"helpfulness": Fraction(0), "agreement": Fraction(0), "spot_checks": Fraction(0)},
        {"tolerance": Fraction(1, 2)},
        {"tolerance": Fraction(-1)},
    ],
)
def test_rules_that_cannot_be_are_refused(rules):
    with pytest.raises(BadReviewRulesError):
        QualityRules(**rules)

from fractions import Fraction

import pytest

from labhub.ids import StudentId
from labhub.policy.allocations import Pair
from labhub.policy.flags import FlagKind, FlagRules, flags
from labhub.policy.reviews import Review

ADA, BO = StudentId("ada"), StudentId("bo")
GOOD = (
    "The derivation of the softmax gradient is clear and the figures have labels on every axis. "
    "I would have liked to see the loss at the start of training, and why the rate was chosen."
)
OTHER = (
    "Your convolution runs but the padding is off by one, which the second test shows nicely. "
    "Please explain in the text what the fan-in of the last layer is and fill the table."
)


def review(by: StudentId, work: str, text: str) -> Review:
    return Review(Pair(by, work), Fraction(1), text)


def kinds(*reviews: Review) -> list[tuple[FlagKind, str]]:
    found = flags([one.pair for one in reviews], reviews)
    return [(flag.kind, flag.pair.reviewer) for flag in found]


@pytest.mark.parametrize("text", [GOOD, OTHER, GOOD + " " + OTHER])
def test_an_honest_review_has_no_flag(text):
    assert kinds(review(ADA, "w1", text)) == []


def test_a_review_that_never_came_is_missing():
    [flag] = flags([Pair(ADA, "w1"), Pair(BO, "w1")], [review(BO, "w1", GOOD)])
    assert (flag.kind, flag.pair.reviewer) == (FlagKind.MISSING, ADA)


@pytest.mark.parametrize("text", ["", "... !!! ---", "Good work, I liked it a lot."])
def test_a_review_of_few_words_is_empty(text):
    assert kinds(review(ADA, "w1", text)) == [(FlagKind.EMPTY, ADA)]


@pytest.mark.parametrize("insult", ["You IDIOT.", "This is bullshit!", "Vilken idiotisk graf."])
def test_insults_are_found_as_whole_words_in_any_case(insult):
    assert kinds(review(ADA, "w1", f"{GOOD} {insult}")) == [(FlagKind.ABUSIVE, ADA)]


@pytest.mark.parametrize(
    "innocent", ["The scrap heap.", "A fan of garbage collection.", "Shitake."]
)
def test_words_that_only_look_alike_are_not_insults(innocent):
    assert kinds(review(ADA, "w1", f"{GOOD} {innocent}")) == []


@pytest.mark.parametrize(
    ("second", "copied"),
    [
        (GOOD, True),
        (GOOD.upper().replace(",", " ;"), True),
        (GOOD[:90] + " " + OTHER, False),
        (OTHER, False),
    ],
)
def test_most_phrases_in_common_is_copied(second, copied):
    found = kinds(review(ADA, "w1", GOOD), review(BO, "w2", second))
    assert found == ([(FlagKind.COPIED, ADA), (FlagKind.COPIED, BO)] if copied else [])


@pytest.mark.parametrize(("shared", "copied"), [(10, True), (9, False), (14, True)])
def test_sixty_per_cent_of_the_phrases_are_most(shared, copied):
    one = [f"a{number}" for number in range(14)]  # ten phrases of five words
    other = [*one[:shared], *(f"b{number}" for number in range(14 - shared))]
    reviews = [review(ADA, "w1", " ".join(one)), review(BO, "w2", " ".join(other))]
    assert bool(flags([], reviews, FlagRules(fewest_words=0))) is copied


def test_a_text_pasted_into_ones_own_reviews_is_told_apart():
    first, second = flags([], [review(ADA, "w1", GOOD), review(ADA, "w2", GOOD)])
    assert first.words == "100 % of the phrases stand in the own review of w2 too."
    assert second.words == "100 % of the phrases stand in the own review of w1 too."


def test_a_course_may_bring_its_own_insults():
    rules = FlagRules(insults=frozenset({"frutti"}))
    [flag] = flags([], [review(ADA, "w1", GOOD + " Tutti frutti, you idiot.")], rules)
    assert flag.words == "It says “frutti”."

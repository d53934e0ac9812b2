from fractions import Fraction

import pytest

from labhub.policy.errors import BadSchemeError
from labhub.policy.marks import AutomaticAtLeast, EveryManualAtLeast, Item, TotalAtLeast
from labhub.policy.schemes import Category, Module, Scheme
from tests.policy.schemes import COLLEGE, PHD

ONE = Item("one", "One", Fraction(10))
TWO = Item("two", "Two", Fraction(10))


def category(weight: int, *items: Item, drop_lowest: int = 0) -> Category:
    return Category("c", "Category", Fraction(weight), items, drop_lowest)


@pytest.mark.parametrize(
    ("categories", "modules", "complaint"),
    [
        ((category(90, ONE),), (), "add up to 90 per cent"),
        ((category(60, ONE), category(60, TWO)), (), "add up to 120 per cent"),
        ((category(110, ONE), category(-10, TWO)), (), "negative"),
        (
            (category(100, Item("one", "One", Fraction(10), weight=Fraction(0))),),
            (),
            "negative, or",
        ),
        ((category(100, ONE, drop_lowest=1),), (), "drops 1 of its 1"),
        ((category(100, ONE, TWO, drop_lowest=-1),), (), "drops -1"),
        ((category(100, ONE, ONE),), (), "items twice"),
        ((category(100, ONE),), (Module("m", "M", Fraction(3), ("nope",)),), "nope"),
        (
            (
                category(
                    100,
                    Item("one", "One", Fraction(10), pass_rules=(AutomaticAtLeast(Fraction(11)),)),
                ),
            ),
            (),
            "must have 11 points to pass, of 10",
        ),
        (
            (
                category(
                    100, Item("one", "One", Fraction(10), pass_rules=(TotalAtLeast(Fraction(-1)),))
                ),
            ),
            (),
            "must have -1 points",
        ),
    ],
)
def test_a_scheme_that_contradicts_itself_is_refused(categories, modules, complaint):
    with pytest.raises(BadSchemeError, match=complaint):
        Scheme(categories, modules=modules)


def test_a_rule_about_questions_has_no_points_to_check():
    rules = (EveryManualAtLeast(Fraction(1, 2)),)
    assert Scheme(
        (category(100, Item("one", "One", Fraction(10), pass_rules=rules)),)
    ).required == {"one"}


@pytest.mark.parametrize(
    ("scheme", "required"), [(COLLEGE, set()), (PHD, {"lab1", "lab2", "lab3"})]
)
def test_an_optional_module_is_not_required(scheme, required):
    assert scheme.required == required

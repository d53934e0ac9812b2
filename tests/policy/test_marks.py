from fractions import Fraction

import pytest

from labhub.policy.errors import BadMarkError
from labhub.policy.marks import (
    AutomaticAtLeast,
    EveryManualAtLeast,
    Item,
    ManualMark,
    Mark,
    Override,
    TotalAtLeast,
    check,
    explain,
    judge,
)
from labhub.policy.traces import sentence
from tests.policy.schemes import LAB_RULES

LAB = Item("lab1", "Lab 1", Fraction(60), pass_rules=LAB_RULES)


def lab(automatic: str, *manual: str, **more: object) -> Mark:
    marks = tuple(
        ManualMark(f"1.{n}", Fraction(points), Fraction(5))
        for n, points in enumerate(manual, start=1)
    )
    return Mark("lab1", Fraction(automatic), marks, **more)


@pytest.mark.parametrize(
    ("mark", "passed"),
    [
        (lab("24", "2.5", "2.5", "2.5", "2.5"), True),
        (lab("23.5", "5", "5", "5", "5"), False),
        (lab("40", "5", "5", "5", "2"), False),
        (lab("40"), False),
        (lab("24", "5", "5", "5", "5", credit=Fraction(1, 2)), True),
        (lab("40", "5", "5", "5", "5", credit=Fraction(0)), False),
        (lab("0", "0", override=Override(Fraction(0), "E", "shown orally")), True),
        (lab("0", credit=Fraction(0), override=Override(Fraction(30), "E", "was ill")), True),
    ],
)
def test_a_lab_needs_24_automatic_points_and_every_question_adequate(mark, passed):
    assert judge(LAB, mark)[0] is passed


@pytest.mark.parametrize(
    ("rule", "mark", "words"),
    [
        (
            AutomaticAtLeast(Fraction(24)),
            lab("23.5"),
            "Lab 1: automatic points 23.5, at least 24 needed: too few.",
        ),
        (
            EveryManualAtLeast(Fraction(1, 2)),
            lab("0", "5", "2", "1"),
            "Lab 1: 1.2 and 1.3 not adequate (50 % needed).",
        ),
        (
            EveryManualAtLeast(Fraction(1, 2)),
            lab("0", "5"),
            "Lab 1: every manual question is adequate.",
        ),
        (
            TotalAtLeast(Fraction(30)),
            lab("26", "4"),
            "Lab 1: points 30, at least 30 needed: enough.",
        ),
        (
            AutomaticAtLeast(Fraction(24)),
            lab("0", override=Override(Fraction(30), "E. Examiner", "oral")),
            "Lab 1 was decided on by E. Examiner; the rule for tests is not asked.",
        ),
        (
            TotalAtLeast(Fraction(30)),
            lab("60", override=Override(Fraction(29), "E. Examiner", "oral")),
            "Lab 1: points 29, at least 30 needed: too few.",
        ),
    ],
)
def test_a_pass_rule_tells_what_it_found(rule, mark, words):
    assert (
        sentence(judge(Item("lab1", "Lab 1", Fraction(60), pass_rules=(rule,)), mark)[1]) == words
    )


@pytest.mark.parametrize(
    ("mark", "counted", "words"),
    [
        (lab("31", "5", "4"), 40, "Lab 1: 40 of 60 points (31 automatic, 9 manual)."),
        (
            lab("31", "5", "4", credit=Fraction("0.8")),
            32,
            "Lab 1: 40 of 60 points (31 automatic, 9 manual). "
            "Lab 1: Lateness leaves 80 % of the points: 32.",
        ),
        (
            lab(
                "31",
                credit=Fraction("0.8"),
                override=Override(Fraction(35), "E. Examiner", "Wrong test."),
            ),
            35,
            "Lab 1: 31 of 60 points. Lab 1: Lateness leaves 80 % of the points: 24.8. "
            "Lab 1: E. Examiner decided on 35 points: Wrong test.",
        ),
    ],
)
def test_points_lateness_and_decisions_are_told_in_order(mark, counted, words):
    assert mark.counted == counted
    assert sentence(explain(LAB, mark)) == words


@pytest.mark.parametrize(
    "mark",
    [
        lab("61"),
        lab("-1"),
        lab("30", "6"),
        lab("30", "-1"),
        lab("30", credit=Fraction(2)),
        lab("30", override=Override(Fraction(61), "E", "typo")),
    ],
)
def test_impossible_points_are_refused(mark):
    with pytest.raises(BadMarkError, match="outside 0 to"):
        check(LAB, mark)

from decimal import Decimal

import pytest

from labhub.policy.errors import BadSchemeError
from labhub.policy.scales import LETTERS, PASS_FAIL, Scale


@pytest.mark.parametrize(
    ("scale", "percent", "grade"),
    [
        (LETTERS, "100", "A"),
        (LETTERS, "93", "A"),
        (LETTERS, "92.99", "A-"),
        (LETTERS, "60", "D"),
        (LETTERS, "59.99", "F"),
        (PASS_FAIL, "0", "P"),
        (PASS_FAIL, "100", "P"),
    ],
)
def test_a_bound_belongs_to_the_better_grade(scale, percent, grade):
    assert scale.grade(Decimal(percent)) == grade


@pytest.mark.parametrize(
    ("grades", "complaint"),
    [
        ([], "at least one passing grade"),
        ([("A", 90), ("A", 80)], "every grade once"),
        ([("F", 50)], "every grade once"),
        ([("B", 80), ("A", 90)], "from the best to the worst"),
        ([("A", 90), ("B", 90)], "from the best to the worst"),
        ([("A", 101)], "outside 0 to 100"),
    ],
)
def test_a_scale_that_cannot_be_is_refused(grades, complaint):
    with pytest.raises(BadSchemeError, match=complaint):
        Scale.of("broken", grades, failed="F")

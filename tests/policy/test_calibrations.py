from fractions import Fraction

import pytest

from labhub.policy.calibrations import Criterion, calibrate
from labhub.policy.errors import BadMarkError, UnknownItemError
from labhub.policy.traces import sentence

CRITERIA = (
    Criterion("evidence", "Evidence", Fraction(4), Fraction(2)),
    Criterion("style", "Style", Fraction(2), Fraction(2)),
)


@pytest.mark.parametrize(
    ("evidence", "style", "bias", "error", "passed"),
    [
        (2, 2, "0", "0", True),
        (3, 2, "1/8", "1/8", True),
        (4, 2, "1/4", "1/4", False),
        (1, 2, "-1/8", "1/8", True),
        (0, 0, "-3/4", "3/4", False),
        (4, 1, "0", "1/2", False),
    ],
)
def test_bias_and_error_are_told_apart(evidence, style, bias, error, passed):
    found = calibrate(CRITERIA, {"evidence": Fraction(evidence), "style": Fraction(style)})
    assert (found.bias, found.error, found.passed) == (Fraction(bias), Fraction(error), passed)


@pytest.mark.parametrize(("points", "passed"), [("2.6", True), ("2.61", False), ("1.4", True)])
def test_a_difference_of_just_the_tolerance_passes(points, passed):
    found = calibrate(CRITERIA[:1], {"evidence": Fraction(points)}, tolerance=Fraction("0.15"))
    assert found.passed is passed


@pytest.mark.parametrize(
    ("evidence", "style", "words"),
    [
        (2, 2, "On average 0 % apart: near enough to begin."),
        (
            4,
            2,
            "Evidence: you gave 50 % more than the staff. On average 25 % apart, 25 % on the "
            "lenient side: please look at the example again.",
        ),
        (
            2,
            1,
            "Style: you gave 50 % less than the staff. On average 25 % apart, 25 % on the strict "
            "side: please look at the example again.",
        ),
    ],
)
def test_a_calibration_tells_where_to_look(evidence, style, words):
    found = calibrate(CRITERIA, {"evidence": Fraction(evidence), "style": Fraction(style)})
    assert sentence(found.trace) == words


@pytest.mark.parametrize("points", [{}, {"evidence": 1}, {"evidence": 1, "style": 1, "x": 1}])
def test_every_criterion_must_have_points(points):
    with pytest.raises(UnknownItemError, match="Evidence and Style"):
        calibrate(CRITERIA, {name: Fraction(value) for name, value in points.items()})


@pytest.mark.parametrize("points", [-1, 5])
def test_impossible_points_are_refused(points):
    with pytest.raises(BadMarkError, match="Evidence"):
        calibrate(CRITERIA, {"evidence": Fraction(points), "style": Fraction(1)})

"""Calibration: a student reviews an example that staff have marked, before reviewing peers.

The idea is that of Calibrated Peer Review (Robinson, The American Biology Teacher 63, 2001).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from labhub.policy.errors import BadMarkError, UnknownItemError
from labhub.policy.traces import Step, Trace
from labhub.policy.words import say_list, say_percent


@dataclass(frozen=True)
class Criterion:
    """One row of the rubric, with what staff gave the example for it."""

    id: str
    title: str
    max_points: Fraction
    staff_points: Fraction


@dataclass(frozen=True)
class Calibration:
    """How near a student came to the staff.

    `bias` is the mean signed difference, `error` the mean absolute one, both as shares of the
    points; positive bias is lenient.
    """

    bias: Fraction
    error: Fraction
    passed: bool
    trace: Trace


def calibrate(
    criteria: tuple[Criterion, ...],
    points: Mapping[str, Fraction],
    tolerance: Fraction = Fraction(15, 100),
) -> Calibration:
    """Compares a student's points with the staff's, criterion by criterion.

    Passed when the mean absolute difference is at most `tolerance`. Raises `UnknownItemError`
    unless every criterion has points, `BadMarkError` for impossible ones.
    """
    if set(points) != {criterion.id for criterion in criteria}:
        raise UnknownItemError(
            f"Give points for {say_list([criterion.title for criterion in criteria])}, no more."
        )
    differences = [_difference(criterion, points[criterion.id]) for criterion in criteria]
    bias = sum(differences, Fraction(0)) / len(differences)
    error = sum((abs(part) for part in differences), Fraction(0)) / len(differences)
    passed = error <= tolerance
    steps = [
        _step(criterion, difference)
        for criterion, difference in zip(criteria, differences, strict=True)
        if abs(difference) > tolerance
    ]
    return Calibration(bias, error, passed, (*steps, _outcome(bias, error, passed)))


def _difference(criterion: Criterion, points: Fraction) -> Fraction:
    if not 0 <= points <= criterion.max_points:
        raise BadMarkError(
            f"{criterion.title}: {points} points lie outside 0 to {criterion.max_points}."
        )
    return (points - criterion.staff_points) / criterion.max_points


def _step(criterion: Criterion, difference: Fraction) -> Step:
    way = "more" if difference > 0 else "less"
    words = f"{criterion.title}: you gave {say_percent(abs(difference))} {way} than the staff."
    return Step("criterion", words)


def _outcome(bias: Fraction, error: Fraction, passed: bool) -> Step:
    leaning = "lenient" if bias > 0 else "strict"
    lean = f", {say_percent(abs(bias))} on the {leaning} side" if bias else ""
    verdict = "near enough to begin" if passed else "please look at the example again"
    return Step("calibration", f"On average {say_percent(error)} apart{lean}: {verdict}.")

"""No attack gains a point, reads a hidden byte, or touches anything but its own hand-in."""

import pytest

from tests.integrity.attacks import all_attacks
from tests.integrity.course import HONEST
from tests.integrity.siege import Report, besiege_labhub

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("integrity")]


@pytest.fixture(scope="module")
def report() -> Report:
    return besiege_labhub(all_attacks())


def test_there_are_at_least_forty_attacks_with_names_of_their_own() -> None:
    names = [attack.student for attack in all_attacks()]
    assert len(names) == len(set(names)) >= 40


@pytest.mark.parametrize("attack", all_attacks(), ids=lambda attack: attack.student)
def test_attack_gains_nothing(attack, report) -> None:
    assert report.of(attack.student) == []


@pytest.mark.parametrize("student", HONEST)
def test_honest_neighbour_keeps_every_point(student, report) -> None:
    assert report.of(student) == []


@pytest.mark.parametrize("place", ["(bait)", "(network)", "(grader)", "(feedback)"])
def test_nothing_around_was_touched(place, report) -> None:
    assert report.of(place) == []

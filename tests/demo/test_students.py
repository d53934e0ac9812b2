"""The demo class: as many and as bad as promised, and what each deserves."""

import json
import re

from tools.demo.lab import Lab
from tools.demo.students import HandIn, demo_class


def by_name(lab: Lab) -> dict[str, HandIn]:
    return {each.student: each for each in demo_class(lab)}


def test_the_class_is_large_and_nobody_is_there_twice(lab: Lab) -> None:
    names = [each.student for each in demo_class(lab)]
    assert len(names) >= 14
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+", name) for name in names)


def test_one_hands_in_through_the_hub_and_is_late(lab: Lab) -> None:
    [eli] = [each for each in demo_class(lab) if each.through_hub]
    assert eli.deserved.late


def test_every_status_that_a_hand_in_can_end_with_is_there(lab: Lab) -> None:
    statuses = {each.deserved.refused or each.deserved.problem for each in demo_class(lab)}
    assert statuses == {
        "",
        "process-died",
        "cell-timeout",
        "memory-limit",
        "output-limit",
        "not-json",
        "empty-file",
    }


def test_points_follow_from_the_exercises_that_are_solved(lab: Lab) -> None:
    points = {name: each.deserved.points for name, each in by_name(lab).items()}
    assert points["ada"] == lab.worth(lab.exercises)
    assert points["bo"] == lab.worth(lab.first(len(lab.exercises) // 2))
    assert points["dana"] == points["petra"] == points["quinn"] == 0.0
    assert points["kim"] == lab.worth(lab.exercises) - lab.points[lab.last]


def test_the_same_class_comes_out_each_time(lab: Lab) -> None:
    assert demo_class(lab) == demo_class(lab)


def test_what_can_be_read_is_a_notebook(lab: Lab) -> None:
    for each in demo_class(lab):
        if not each.deserved.refused:
            assert json.loads(each.content)["nbformat"] == 4

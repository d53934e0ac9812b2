"""The demo class on the real lab 1, through the verbs: each gets exactly what it deserves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tools.demo.course import LAB1, in_time, lab_of, set_up_course, timeline_of
from tools.demo.handing_in import lay_into_exchange
from tools.demo.stage import Stage
from tools.demo.students import demo_class
from tools.demo.verbs import Terminal
from tools.demo.verdicts import verdicts


@pytest.mark.slow
def test_the_class_gets_exactly_what_it_deserves(tmp_path: Path) -> None:
    course = set_up_course(tmp_path / "course", datetime.now(UTC))
    stage = Stage(tmp_path, course.id)
    terminal = Terminal(stage)
    terminal.run("generate-assignment", LAB1)
    terminal.run("release-assignment", LAB1)
    hand_ins = demo_class(lab_of(stage.course_dir))
    late = timeline_of(course).due.astimezone(UTC) + timedelta(hours=1)
    for each in hand_ins:
        lay_into_exchange(stage, LAB1, each, late if each.through_hub else in_time(course))
    terminal.run("collect", LAB1, "--no-check-owner")
    outcomes = terminal.ask("autograde", LAB1)["outcomes"]
    mistakes = [mistake for each in verdicts(hand_ins, outcomes) for mistake in each.mistakes]
    assert mistakes == []

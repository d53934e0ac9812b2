"""What a person sees on a terminal while a batch runs, and that a pipe sees none of it."""

import io

import pytest
from rich.console import Console

from labhub.cli.check_report import say_check, watched_check
from labhub.cli.live import SHOWN, LiveTable
from labhub.gradebook.outcome import Outcome, Standing
from labhub.grading.check import CheckReport, Stage, Step, Verdict
from labhub.grading.model import Problem
from labhub.ids import AssignmentId, GradeId, StudentId


def outcome(student: str, standing: Standing = Standing.GRADED, **more: object) -> Outcome:
    return Outcome(StudentId(student), standing, score=7.5, max_score=10, wall_s=1.25, **more)


def shown(*outcomes: Outcome, total: int = 4) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=90, height=40)
    with LiveTable("lab1", total, console) as table:
        for each in outcomes:
            table.add(each)
        table._live.refresh()
    return stream.getvalue()


def test_the_table_shows_outcomes_and_how_far_the_batch_is() -> None:
    seen = shown(outcome("ann"), outcome("bob"))
    assert "ann" in seen
    assert "7.5 of 10" in seen
    assert "2/4" in seen


def test_a_refused_hand_in_is_shown_with_its_name() -> None:
    problem = Problem("not-json", "The file is no notebook.")
    assert "refused: not-json" in shown(outcome("ann", Standing.REFUSED, problems=(problem,)))


def test_only_the_latest_outcomes_are_shown() -> None:
    many = [outcome(f"student{number:02}") for number in range(SHOWN + 5)]
    last = shown(*many, total=99).rsplit("student", SHOWN)
    assert "student00" not in "student".join(last[1:])


def test_in_a_pipe_a_check_shows_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with watched_check("lab1") as progress:
        progress(Step(Stage.MUTANTS, 1, 2, "No shift"))
    assert capsys.readouterr() == ("", "")


def test_a_check_is_told_by_exercise_and_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    killed = Verdict(
        kind="mutant",
        title="No shift",
        exercise="softmax",
        cell=GradeId("l1e03-softmax"),
        place="softmax.py:1",
        expected=(GradeId("l1e03-t1"),),
        failed=(GradeId("l1e03-t1"),),
        cells_run=3,
        cells=10,
        seconds=0.1,
    )
    say_check(CheckReport(AssignmentId("lab1"), stages=(Stage.MUTANTS,), verdicts=(killed,)))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split("\t") == ["softmax", "1 of 1", ""]
    assert lines[-1].startswith("lab1: 1 of 1 mutants killed")

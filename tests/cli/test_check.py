"""`labhub check`: what it prints about seeds, and parts of a check."""

import json
from pathlib import Path

import pytest

from tests.authoring import mini_course
from tests.grading.check_engine import InProcessEngine

LUCKY = "x = np.random.default_rng(3).random()\nassert x == {value!r}, 'a law that holds by luck'"


class OpenInProcessEngine(InProcessEngine):
    def __init__(self, **_: object) -> None:
        super().__init__()


@pytest.fixture(autouse=True)
def _engine(monkeypatch):
    monkeypatch.setattr("labhub.grading.engine.Engine", OpenInProcessEngine)


def lucky_course(root: Path) -> Path:
    import numpy as np

    cells = mini_course.lab_cells()
    test = next(cell for cell in cells if cell["id"] == "l1e02-t1")
    test["source"] = LUCKY.format(value=np.random.default_rng(3).random())
    return mini_course.write_course(root, cells)


def check(labhub, root: Path, *words: str):
    stages = ("--stage", "reference", "--stage", "seeds", "--stage", "repeat")
    return labhub("check", "lab1", "--course-dir", root, *stages, *words)


def test_a_table_names_the_tests_that_rest_on_luck(labhub, tmp_path):
    result = check(labhub, lucky_course(tmp_path), "--seeds", "2")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:3] == [
        "other seeds: full marks in 0 of 2 runs",
        "test\tleast points\tseeds\tlaw",
        "l1e02-t1\t0 of 1\t1001, 1002\ta law that holds by luck",
    ]


def test_a_lab_without_luck_ends_well(labhub, tmp_path):
    result = check(labhub, mini_course.write_course(tmp_path), "--seeds", "3")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == "other seeds: full marks in 3 of 3 runs"


def test_the_runs_stand_in_the_json(labhub, tmp_path):
    result = check(labhub, lucky_course(tmp_path), "--seeds", "2", "--json")
    (report,) = json.loads(result.stdout)
    assert [(run["seed"], run["score"]) for run in report["seed_runs"]] == [(1001, 2), (1002, 2)]
    assert report["seed_runs"][0]["lost"][0]["grade_id"] == "l1e02-t1"


def test_a_part_of_a_check_runs_alone(labhub, tmp_path):
    root = mini_course.write_course(tmp_path)
    result = labhub("check", "lab1", "--course-dir", root, "--stage", "source", "--json")
    assert json.loads(result.stdout)[0]["stages"] == ["source"]


def test_an_unknown_part_is_a_wrong_call(labhub, tmp_path):
    root = mini_course.write_course(tmp_path)
    result = labhub("check", "lab1", "--course-dir", root, "--stage", "nonsense")
    assert result.exit_code == 2
    assert "none of source, release, leaks" in " ".join(result.stderr.split())

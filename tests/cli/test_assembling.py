"""`labhub coverage` and `labhub assemble`."""

import json
from pathlib import Path

import pytest

from tests.authoring import pool_course

OUTCOMES = '\n[[outcomes]]\nid = "D1"\ntext = "compute"\n[[outcomes]]\nid = "D2"\ntext = "choose"\n'
LATER = '\n[[outcomes]]\nid = "L5"\ntext = "plan"\n'


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = pool_course.write_pool(tmp_path)
    text = pool_course.course_text("l1e02b", "l1m-a", keys="scaled_to = 100\nstate = 'planned'")
    (root / "course.toml").write_text(text + OUTCOMES, encoding="utf-8")
    return root


def test_coverage_is_a_matrix_of_exercises_and_outcomes(labhub, course):
    result = labhub("coverage", "--course-dir", course)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "lab\texercise\tpoints\tD1\tD2",
        "lab1_small\tl1e01 Mean\t2\t2\t",
        "lab1_small\tl1e02 Spread\t3\t3\t3",
        "lab1_small\tl1e03 Range\t1\t1\t",
        "lab1_small\tl1m-a Outliers\t5\t\t5",
        "lab1_small\tall\t11\t6\t8",
    ]


def test_an_untested_outcome_is_a_warning_and_exit_code_1(labhub, course):
    with (course / "course.toml").open("a") as file:
        file.write(LATER)
    result = labhub("coverage", "--course-dir", course)
    assert result.exit_code == 1
    assert "L5: No exercise tests it: plan. [untested-outcome]" in result.stderr
    assert labhub("coverage", "lab1_small", "--course-dir", course).exit_code == 0


def test_coverage_as_json(labhub, course):
    result = labhub("coverage", "--json", "--course-dir", course)
    assert [each["exercise"] for each in json.loads(result.stdout)["exercises"]][:1] == ["l1e01"]


def test_coverage_of_an_unknown_lab_is_an_error(labhub, course):
    assert labhub("coverage", "lab7", "--course-dir", course).exit_code == 2


def test_assemble_says_what_it_made(labhub, course):
    result = labhub("assemble", "handin1", "--course-dir", course)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "exercise\ttitle\tpoints\tminutes\toutcomes",
        "1.2 b\tSpread\t1\t10\tD1, D2",
        "M1.a\tOutliers\t5\t15\tD2",
        "given: l1e01-mean, l1e02-spread",
        "added    handin1.ipynb",
        "handin1: written, 6 points, scaled to 100, 0 mutants, 0 alternates",
    ]
    assert (course / "source" / "handin1" / "handin1.ipynb").is_file()


def test_a_dry_run_only_says_it(labhub, course):
    result = labhub("assemble", "handin1", "--dry-run", "--course-dir", course)
    assert "handin1: would be written" in result.stdout
    assert not (course / "source" / "handin1").exists()


def test_assemble_as_json(labhub, course):
    made = json.loads(labhub("assemble", "handin1", "--json", "--course-dir", course).stdout)
    assert (made["points"], made["scaled_to"], made["written"]) == (6, 100, True)
    assert made["given"] == ["l1e01-mean", "l1e02-spread"]


def test_what_is_refused_names_the_way_out(labhub, course):
    result = labhub("assemble", "lab1_small", "--course-dir", course)
    assert result.exit_code == 2
    assert "Hand-ins of this course: handin1." in result.stderr

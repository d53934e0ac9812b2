"""A lab's whole way on the command line, from source to feedback, in a real nbgrader folder."""

import csv
import io
import json
import os
from pathlib import Path

import nbformat
import pytest

from tests.cli.conftest import OpenPlainEngine
from tests.course_folder import ASSIGNMENT, FULL, SQUARES_SHIFTED, hand_in


# nbgrader's release_feedback leaves its files open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_the_verbs_play_together(
    labhub, plain_engine: type[OpenPlainEngine], course_dir: Path, exchange: Path, tmp_path: Path
) -> None:
    (course_dir / "nbgrader_config.py").write_text(
        f"c.CourseDirectory.course_id = 'tiny101'\n"
        f"c.Exchange.root = {str(exchange)!r}\n"
        f"c.Exchange.cache = {str(tmp_path / 'cache')!r}\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    here = Path.cwd()
    course = ("--course-dir", course_dir)
    student = (*course, "--assignment-dir", home)

    assert labhub("generate-assignment", ASSIGNMENT, *course).exit_code == 0
    assert labhub("release-assignment", ASSIGNMENT, *course).stdout == "ps1: released\n"
    listed = json.loads(labhub("list", *student, "--json").stdout)
    assert [(each["assignment_id"], each["status"]) for each in listed] == [("ps1", "released")]

    assert labhub("fetch_assignment", ASSIGNMENT, *student).exit_code == 0
    path = home / ASSIGNMENT / "problem1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if answer := FULL.get(cell.metadata.get("nbgrader", {}).get("grade_id", "")):
            cell.source = answer
    nbformat.write(notebook, path)
    assert labhub("submit", ASSIGNMENT, *student, "--student", "ann").exit_code == 0
    inbound = json.loads(labhub("list", *course, "--inbound", "--json").stdout)
    assert [(each["student_id"], each["status"]) for each in inbound] == [("ann", "submitted")]

    collected = labhub("collect", ASSIGNMENT, *course, "--no-check-owner")
    assert collected.stdout == "ps1: 1 collected\n"
    graded = labhub("autograde", ASSIGNMENT, *course, "--json")
    outcome = json.loads(graded.stdout)["outcomes"][0]
    assert (outcome["student"], outcome["standing"], outcome["score"]) == ("ann", "graded", 6)

    assert labhub("generate-feedback", ASSIGNMENT, *course).exit_code == 0
    page = (course_dir / "feedback/ann/ps1/problem1.html").read_text()
    assert "[1, 4, 9, 16]" not in page, "a hidden test"
    assert labhub("release-feedback", ASSIGNMENT, *course).exit_code == 0
    fetched = labhub("fetch-feedback", ASSIGNMENT, *student, "--student", "ann")
    assert fetched.exit_code == 0
    assert len(list((home / ASSIGNMENT / "feedback").rglob("problem1.html"))) == 1

    rows = list(csv.DictReader(io.StringIO(labhub("export", *course).stdout)))
    assert [(row["student_id"], row["score"], row["max_score"]) for row in rows] == [
        ("ann", "6.0", "15.0")
    ]
    assert Path.cwd() == here


def test_autograde_prints_a_line_per_hand_in_and_one_per_problem(
    labhub, plain_engine: type[OpenPlainEngine], course_dir: Path
) -> None:
    hand_in(course_dir, "ann")
    (hand_in(course_dir, "bob") / "problem1.ipynb").write_text("{")
    result = labhub("autograde", ASSIGNMENT, "--course-dir", course_dir)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1].split("\t") == ["ann", "graded", "8", "15", "", "open"]
    assert lines[-1] == "2 hand-ins: 2 graded"
    assert "warning: bob: not-json: " in result.stderr


def test_a_regrade_shows_what_changes_before_anything_is_written(
    labhub, plain_engine: type[OpenPlainEngine], course_dir: Path
) -> None:
    hand_in(course_dir, "ann")
    labhub("autograde", ASSIGNMENT, "--course-dir", course_dir)
    hand_in(course_dir, "ann", {**FULL, "squares": SQUARES_SHIFTED})
    shown = labhub("autograde", ASSIGNMENT, "--course-dir", course_dir, "--dry-run").stdout
    assert "ann: squares-t2 2 -> 0" in shown
    assert shown.endswith("1 hand-ins: 1 regraded; nothing was written\n")
    again = labhub("autograde", ASSIGNMENT, "--course-dir", course_dir, "--dry-run").stdout
    assert again == shown


def test_no_sandbox_is_said_aloud_and_remembered(
    labhub, plain_engine: type[OpenPlainEngine], course_dir: Path
) -> None:
    hand_in(course_dir, "ann")
    result = labhub("autograde", ASSIGNMENT, "--course-dir", course_dir, "--sandbox", "none")
    assert "warning: no sandbox: student code runs as you" in result.stderr
    assert plain_engine.options["sandbox"] == "none"
    path = course_dir / "autograded/ann/ps1/problem1.ipynb"
    assert not nbformat.read(path, as_version=4).metadata.labhub.sandboxed


def test_a_failure_of_the_grader_ends_with_1(
    labhub,
    plain_engine: type[OpenPlainEngine],
    course_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand_in(course_dir, "ann")

    def full_disk(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("labhub.gradebook.desk.lay_out_files", full_disk)
    result = labhub("autograde", ASSIGNMENT, "--course-dir", course_dir)
    assert result.exit_code == 1
    assert "ann: grader-failed: The grader failed: OSError" in result.stderr


def test_nothing_handed_in_ends_with_2(
    labhub, plain_engine: type[OpenPlainEngine], course_dir: Path
) -> None:
    assert labhub("autograde", ASSIGNMENT, "--course-dir", course_dir).exit_code == 2


def test_what_the_exchange_refuses_ends_with_1_and_its_words(
    labhub, course_dir: Path, exchange: Path
) -> None:
    (course_dir / "nbgrader_config.py").write_text(
        f"c.CourseDirectory.course_id = 'tiny101'\nc.Exchange.root = {str(exchange)!r}\n"
    )
    result = labhub("fetch-assignment", "ps9", "--course-dir", course_dir)
    assert result.exit_code == 1
    assert "The exchange refused: Assignment not found" in result.stderr


def test_export_writes_a_file_and_json(labhub, course_dir: Path, tmp_path: Path) -> None:
    target = tmp_path / "grades.csv"
    assert labhub("export", "--course-dir", course_dir, "--to", target).stdout == ""
    assert target.read_text().startswith("assignment,duedate,timestamp,student_id,")
    assert json.loads(labhub("export", "--course-dir", course_dir, "--json").stdout) == []


def test_generate_assignment_says_what_differs(labhub, course_dir: Path) -> None:
    (course_dir / "release/ps1/data.txt").write_text("old")
    shown = labhub("generate-assignment", ASSIGNMENT, "--course-dir", course_dir, "--dry-run")
    assert shown.stdout.splitlines() == [
        "changed  data.txt",
        "ps1: would be built, 1 file differs",
    ]
    assert labhub("generate-assignment", ASSIGNMENT, "--course-dir", course_dir).exit_code == 0
    assert (course_dir / "release/ps1/data.txt").read_text() == "1\n2\n3\n"


@pytest.mark.slow
def test_validate_tells_which_visible_test_fails(labhub, course_dir: Path) -> None:
    good = hand_in(course_dir, "ann")
    bad = hand_in(course_dir, "bob", {**FULL, "squares": SQUARES_SHIFTED})
    assert labhub("validate", good / "problem1.ipynb").exit_code == 0
    result = labhub("validate", good / "problem1.ipynb", bad / "problem1.ipynb", "--json")
    assert result.exit_code == 1
    reports = json.loads(result.stdout)
    assert [len(report["failed"]) for report in reports] == [0, 2]


def test_validate_names_a_file_that_is_not_there(labhub, tmp_path: Path) -> None:
    assert labhub("validate", tmp_path / "lab.ipynb").exit_code == 2


def test_the_environment_can_name_the_course(
    labhub, course_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABHUB_COURSE_DIR", str(course_dir))
    assert labhub("export").exit_code == 0
    assert os.environ["PATH"]


def test_feedback_on_a_hand_in_that_did_not_come_through_the_exchange_is_named(
    labhub, plain_engine: type[OpenPlainEngine], course_dir: Path, exchange: Path
) -> None:
    (course_dir / "nbgrader_config.py").write_text(
        f"c.CourseDirectory.course_id = 'tiny101'\nc.Exchange.root = {str(exchange)!r}\n"
    )
    course = ("--course-dir", course_dir)
    hand_in(course_dir, "ann")
    labhub("release-assignment", ASSIGNMENT, *course)
    labhub("autograde", ASSIGNMENT, *course)
    labhub("generate-feedback", ASSIGNMENT, *course)
    result = labhub("release-feedback", ASSIGNMENT, *course)
    assert result.exit_code == 0
    assert result.stdout == "ps1: feedback of 0 hand-ins released\n"
    assert "ann: did not come through the exchange" in result.stderr


def test_feedback_before_grading_ends_with_2(labhub, course_dir: Path) -> None:
    result = labhub("generate-feedback", ASSIGNMENT, "--course-dir", course_dir)
    assert result.exit_code == 2
    assert "Run `labhub autograde ps1` first." in result.stderr


def test_feedback_can_be_shown_as_a_table(
    labhub, plain_engine: type[OpenPlainEngine], course_dir: Path
) -> None:
    hand_in(course_dir, "ann", {**FULL, "squares": SQUARES_SHIFTED})
    labhub("autograde", ASSIGNMENT, "--course-dir", course_dir)
    shown = labhub("generate-feedback", ASSIGNMENT, "--course-dir", course_dir, "--show").stdout
    assert "the first square is 1" in shown
    assert "0 / 1" in shown


def test_feedback_comes_out_of_the_same_run_for_what_was_graded(
    labhub, plain_engine: type[OpenPlainEngine], course_dir: Path
) -> None:
    hand_in(course_dir, "ann")
    labhub("autograde", ASSIGNMENT, "--course-dir", course_dir)
    hand_in(course_dir, "bob")
    result = labhub("autograde", ASSIGNMENT, "--course-dir", course_dir, "--feedback")
    assert result.exit_code == 0
    written = {path.parent.parent.name for path in (course_dir / "feedback").rglob("*.html")}
    assert written == {"bob"}

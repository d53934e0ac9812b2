"""A whole term from the command line, and a report that reads well."""

import csv
from pathlib import Path

import pytest

from tests.cli.play_term import DROPOUT, END, LEAVER, STUDENTS, play
from tests.cli.term_course import data, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play(tmp_path_factory.mktemp("term") / "course")


def test_everybody_who_stays_has_a_complete_grade(course: Path) -> None:
    found = {each["student"]: each for each in data(course, "grades", "--at", END)}
    assert sorted(found) == STUDENTS
    open_ = [s for s, each in found.items() if not each["complete"] and not each["dropped_out"]]
    assert open_ == []
    assert [s for s, each in found.items() if each["dropped_out"]] == [DROPOUT]


def test_lateness_extension_and_departures_are_told(course: Path) -> None:
    late = run(course, "policy", "explain", "--student", "s57", "--assignment", "handin1")
    assert "late, 70 % of the points" in late
    ill = run(course, "policy", "explain", "--student", "s15", "--assignment", "handin1")
    assert "T. Teacher moved the due date for group g05 by 3 days" in ill
    paid = run(course, "policy", "explain", "--student", "s51", "--assignment", "handin2")
    assert "The late budget moved the due date: 1 day spent, 1 left." in paid
    alone = run(course, "policy", "explain", "--student", LEAVER, "--assignment", "handin2")
    assert f"{LEAVER} hands in alone." in alone
    gone = run(course, "policy", "explain", "--student", DROPOUT, "--assignment", "handin2")
    assert "had left the course when groups froze" in gone


@pytest.mark.parametrize("lab", ["handin1", "handin2"])
def test_every_hand_in_has_three_or_four_reviewers_and_loads_are_even(course: Path, lab) -> None:
    sides = data(course, "review", "show", lab)
    works = [side["work"] for side in sides]
    loads = [side["reviewer"] for side in sides]
    assert {works.count(work) for work in works} <= {3, 4}
    assert max(map(loads.count, loads)) - min(map(loads.count, loads)) <= 1


def test_nobody_reviews_the_same_author_twice_in_the_course(course: Path) -> None:
    assert "had met before" not in run(course, "review", "report", "handin2", "--at", END)


def test_no_package_names_anybody(course: Path) -> None:
    texts = [path.read_text() for path in course.glob("packages-*/*/*/*.ipynb")]
    assert len(texts) > 100
    assert not any("college.example" in text for text in texts)


def test_the_report_reads_well(course: Path) -> None:
    said = run(course, "term-report", "--at", END)
    assert "60 students in 20 groups; s59 left the course." in said
    assert "20 hand-ins expected: 18 on time, 1 late and 1 not handed in." in said
    assert "3 students paid with late days." in said
    assert "Extension for g05: two of them were ill." in said
    assert "Flagged: " in said
    assert "2 appeals: 1 changed a mark, 1 did not, 0 open." in said
    assert "Every grade is complete." in said
    run(course, "term-report", "--at", END, "--to", course / "report.txt")
    assert (course / "report.txt").read_text() == said


def test_grades_go_to_the_register_and_the_learning_system(course: Path) -> None:
    run(course, "grades", "--format", "csv", "--to", course / "grades.csv", "--at", END)
    run(course, "lms", "export", "canvas", "--to", course / "canvas.csv", "--at", END)
    with (course / "grades.csv").open() as file:
        grades = {row["student"]: row for row in csv.DictReader(file)}
    with (course / "canvas.csv").open() as file:
        canvas = {row["SIS User ID"]: row for row in csv.DictReader(file)}
    assert canvas["s00"]["Total (percent)"] == grades["s00"]["percent"]
    assert len(canvas) == 60


def test_every_change_left_an_event(course: Path) -> None:
    kinds = {event["what"] for event in data(course, "policy", "history")}
    assert {"person", "group-formed", "group-dropped-out", "extension", "allocation", "review",
            "review-reply", "spot-check", "attendance", "project-hand-in", "seminar-registered",
            "staff-mark", "appeal", "appeal-answered", "point-decision"} <= kinds  # fmt: skip

"""`labhub policy` and `labhub extension`, with the PhD course of autumn 2020."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.cli.term_course import (
    COLLEGE,
    course_in,
    data,
    hand_in,
    lines,
    record_marks,
    refused,
    run,
)

ANN = ("--student", "ann", "--assignment", "lab1")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "course")
    hand_in(folder, "ann", "lab1", "2020-11-06 08:30:00")
    hand_in(folder, "bo", "lab1", "2020-11-05 20:00:00")
    return folder


def test_the_timeline_of_a_lab_is_shown(course: Path) -> None:
    said = lines(run(course, "policy", "show", "lab1"))
    assert said[0] == "Lab 1"
    assert said[2].endswith("before Friday 6 November 2020 at 08:00 CET: on time, full credit")
    assert len(data(course, "policy", "show", "lab1")["timeline"]) == 4


def test_a_late_hand_in_is_explained_in_words_and_as_data(course: Path) -> None:
    said = lines(run(course, "policy", "explain", *ANN))
    assert "ann hands in alone." in said
    assert (
        "Handed in on Friday 6 November 2020 at 09:30 CET: late, full credit, graded after "
        "Monday 18 January 2021 at 08:00 CET."
    ) in said
    found = data(course, "policy", "explain", *ANN)
    assert (found["phase"], found["credit"], found["handed_in_by"]) == ("late", "1", "ann")
    assert found["graded_from"] == "2021-01-18T07:00:00+00:00"
    assert [step["rule"] for step in found["trace"]][:3] == ["no-group", "handed-in", "deadline"]


def test_somebody_who_did_not_hand_in_is_explained_too(course: Path) -> None:
    said = run(course, "policy", "explain", "--student", "cia", "--assignment", "lab1")
    assert "Lab 1 was not handed in." in said


def test_everybodys_hand_in_is_listed_and_what_waits_is_left_out(course: Path) -> None:
    said = run(course, "policy", "list", "lab1").splitlines()[1:]
    assert said == [
        "ann\t\t2020-11-06 09:30\tlate\tfull credit\t2021-01-18 08:00",
        "bo\t\t2020-11-05 21:00\ton-time\tfull credit\t",
        "cia\t\t\tmissing\t\t",
    ]
    now = ("--ready", "--at", "2020-11-10T12:00:00+01:00")
    assert [each["student"] for each in data(course, "policy", "list", "lab1", *now)] == ["bo"]
    then = ("--ready", "--at", "2021-01-18T08:00:00+01:00")
    ready = data(course, "policy", "list", "lab1", *then)
    assert [each["student"] for each in ready] == ["ann", "bo"]


def test_an_extension_is_granted_listed_and_withdrawn(course: Path) -> None:
    given = ("lab1", "--student", "ann", "--days", 1, "--reason", "ill", "--by", "E. Examiner")
    said = run(course, "extension", "add", *given)
    assert lines(said)[0] == "extension 1 for ann on lab1"
    assert data(course, "policy", "explain", *ANN)["phase"] == "on-time"
    assert "E. Examiner moved the due date by 1 day: ill." in run(course, "policy", "explain", *ANN)
    assert "1\tlab1\tann\t+1 d\tE. Examiner\till" in run(course, "extension", "list")
    assert data(course, "extension", "list", "lab2") == []
    run(course, "extension", "remove", 1)
    assert data(course, "policy", "explain", *ANN)["phase"] == "late"
    assert "extension-withdrawn" in run(course, "policy", "history", "extension/")
    assert [e["what"] for e in data(course, "policy", "history")][-1] == "extension-withdrawn"


def test_an_extension_may_give_dates(course: Path) -> None:
    dates = ("--due", "2020-11-10T23:59:00+01:00", "--late-until", "2021-01-20T23:59:00+01:00")
    run(course, "extension", "add", "lab1", "--student", "ann", *dates, "--reason", "ill")
    listed = run(course, "extension", "list")
    assert "due 2020-11-10 23:59, late until 2021-01-20 23:59" in listed
    assert data(course, "policy", "explain", *ANN)["phase"] == "on-time"


def test_a_date_is_tried_before_it_is_changed(course: Path) -> None:
    before = (course / "course.toml").read_text()
    new = ("policy", "changes", "lab1", "--due", "2020-11-06T23:59:00+01:00")
    said = lines(run(course, *new, "--dry-run"))
    assert said == [
        "ann: late (full credit, graded later) becomes on-time (full credit).",
        "lab1: 1 hand-in concerned",
    ]
    assert (course / "course.toml").read_text() == before
    assert data(course, *new)[0]["student"] == "ann"
    after = (course / "course.toml").read_text()
    assert after == before.replace("due = 2020-11-05T", "due = 2020-11-06T")


def test_a_new_date_reaches_the_gradebook_of_nbgrader(course: Path) -> None:
    record_marks(course, "lab1", {"ann": (30.0, 15.0)}, datetime(2020, 11, 6, tzinfo=UTC))
    run(course, "policy", "changes", "lab1", "--due", "2020-11-06T23:59:00+01:00")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "any") as gradebook:
        due = gradebook.find_assignment("lab1").duedate
    assert due == datetime(2020, 11, 6, 22, 59)


def test_a_group_extension_helps_in_work_of_ones_own_too(course: Path) -> None:
    at = ("--at", "2020-11-01T12:00:00+01:00")
    run(course, "groups", "form", "g1", "--student", "ann", "--student", "bo", *at)
    run(course, "extension", "add", "lab1", "--group", "g1", "--days", 1, "--reason", "flood")
    assert data(course, "policy", "explain", *ANN)["phase"] == "on-time"
    assert data(course, "policy", "explain", *ANN)["group"] is None


def test_a_decision_stands_whatever_the_dates_become(course: Path) -> None:
    run(course, "policy", "decide", *ANN, "--credit", 80, "--reason", "agreed", "--by", "E. E.")
    new = ("policy", "changes", "lab1", "--due", "2020-11-06T23:59:00+01:00")
    assert lines(run(course, *new))[0] == "ann stays at 80 % of the points by E. E.'s decision."
    assert data(course, "policy", "explain", *ANN)["credit"] == "0.8"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("explain", "--student", "an", "--assignment", "lab1"), 2, "Did you mean 'ann'?"),
        (("explain", "--student", "ann", "--assignment", "lab9"), 2, "Did you mean 'lab"),
        (("explain", "--assignment", "lab1"), 2, "--student is missing"),
        (("changes", "lab1"), 2, "--due or --late-until is missing"),
        (("changes", "lab1", "--due", "tomorrow"), 2, "'tomorrow' is no time with an offset"),
        (("changes", "lab1", "--due", "2020-11-06T12:00:00"), 2, "no time with an offset"),
        (("changes", "lab1", "--due", "2020-10-01T12:00:00+02:00"), 3, "is not after the release"),
        (("decide", *ANN, "--credit", 50), 2, "--reason is missing"),
    ],
)
def test_what_makes_no_sense_is_refused(course: Path, arguments, code: int, words: str) -> None:
    found, said = refused(course, "policy", *arguments)
    assert (found, words in said) == (code, True), said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "lab1", "--days", 1, "--reason", "x"), "one student or one group"),
        (("add", "lab1", "--student", "ann", "--reason", "x"), "gives days or a date"),
        (("add", "lab1", "--group", "g9", "--days", 1, "--reason", "x"), "There is no group 'g9'"),
        (("remove", 7), "There is no extension number 7"),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused(course: Path, arguments, words) -> None:
    assert words in refused(course, "extension", *arguments)[1]


INLINE = """\
assignments = [{ id = "lab1", title = "Lab 1", release = 2020-10-26T08:00:00+01:00, \
due = 2020-11-05T23:59:00+01:00, late_until = 2021-01-15T23:59:00+01:00, weight_percent = 100 }]
[course]
id = "x"
title = "X"
zone = "Europe/Stockholm"
"""


def test_a_date_that_shares_its_line_is_left_to_a_person(course: Path) -> None:
    (course / "course.toml").write_text(INLINE)
    new = ("policy", "changes", "lab1", "--due", "2020-11-06T23:59:00+01:00")
    code, said = refused(course, *new)
    assert (code, "does not stand on a line of its own" in said) == (3, True), said


def test_a_folder_without_course_file_has_no_rules(tmp_path: Path) -> None:
    code, said = refused(tmp_path, "policy", "show", "lab1")
    assert (code, "There is no course.toml" in said) == (3, True)


def test_an_american_course_shows_its_own_time(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "college", COLLEGE)
    assert "before Friday 2 October 2026 at 17:15 EDT" in run(folder, "policy", "show", "handin1")

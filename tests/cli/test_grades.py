"""`labhub marks` and `labhub grades`: from the gradebook and the staff's marks to final grades."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.term_course import (
    COLLEGE,
    course_in,
    data,
    invoke,
    lines,
    record_marks,
    refused,
    run,
)

EARLY = {"lab1": "2020-11-04", "lab2": "2020-11-11", "lab3": "2020-12-02"}
LATER = ("--at", "2021-02-01T12:00:00+01:00")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PhD course: ann passes, bo fails lab 2 by its tests, cia waits for a TA."""
    folder = course_in(tmp_path_factory.mktemp("graded"))
    for lab, day in EARLY.items():
        weak = 23 if lab == "lab2" else 30
        essay = None if lab == "lab3" else 15.0
        marks = {"ann": (38.0, 17.5), "bo": (weak, 12.0), "cia": (30.0, essay)}
        record_marks(folder, lab, marks, datetime.fromisoformat(f"{day}T12:00:00+01:00"))
    return folder


@pytest.fixture
def course(graded: Path, tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "course")
    (folder / "gradebook.db").write_bytes((graded / "gradebook.db").read_bytes())
    return folder


def test_all_grades_stand_in_one_table(course: Path) -> None:
    said = run(course, "grades", *LATER).splitlines()
    assert said[0].split("\t") == [
        "student", "name", "All work", "Without weight", "%", "grade", "credits", "",
    ]  # fmt: skip
    assert said[1].split("\t")[4:] == ["93", "P", "3", "so far"]
    assert said[2].split("\t")[4:] == ["66", "F", "0", "so far"]
    assert said[3].split("\t")[4:] == ["66", "F", "0", "to be graded"]


def test_a_grade_is_told_rule_by_rule(course: Path) -> None:
    said = lines(run(course, "grades", "--student", "bo", *LATER))
    assert "Lab 2: automatic points 23, at least 24 needed: too few." in said
    assert "Lectures and labs: no credits, Lab 2 not passed." in said
    assert said[-1] == "Marks are missing: this is the grade so far."
    cia = run(course, "grades", "--student", "cia", *LATER)
    assert "A person has still to grade Lab 3." in cia


def test_the_project_gives_three_more_credits(course: Path) -> None:
    run(course, "marks", "set", "project", "--student", "ann", "--points", 1, "--by", "E. E.")
    found = data(course, "grades", "--student", "ann", *LATER)[0]
    assert (found["credits"], found["grade"], found["complete"]) == (6, "P", True)
    assert "Given by E. E." in [step["words"] for step in found["trace"]]


def test_every_student_has_a_page_with_the_account(course: Path) -> None:
    run(course, "people", "add", "bo", "--name", "Bo <b>Berg</b>")
    said = run(course, "grades", "--pages", course / "pages", *LATER)
    assert said == f"3 pages in {course / 'pages'}\n"
    page = (course / "pages" / "bo.html").read_text()
    assert "Bo &lt;b&gt;Berg&lt;/b&gt;" in page
    assert "<li>Lab 2: automatic points 23, at least 24 needed: too few.</li>" in page
    assert "<td>not passed</td>" in page
    assert "Marks are missing: this is the grade so far." in page
    assert "as of Monday 1 February 2021 at 12:00 CET" in page
    assert "still to grade Lab 3." in (course / "pages" / "cia.html").read_text()
    run(course, "grades", "--pages", course / "one", "--student", "ann", *LATER)
    assert [path.name for path in (course / "one").iterdir()] == ["ann.html"]


def test_what_if_changes_nothing(course: Path) -> None:
    ask = ("grades", "--student", "bo", *LATER, "--what-if", "lab2=40", "--what-if", "project=1")
    assert run(course, *ask) == "66 % (F) would become 69 % (P), 0 credits would become 6.\n"
    assert data(course, *ask)["after"]["grade"] == "P"
    assert data(course, "grades", "--student", "bo", *LATER)[0]["grade"] == "F"


def test_who_hands_in_nothing_has_nothing_once_it_is_too_late(course: Path) -> None:
    run(course, "people", "add", "dan")
    before = data(course, "grades", "--student", "dan", "--at", "2020-12-01T12:00:00+01:00")[0]
    assert before["items"]["lab1"]["state"] == "pending"
    after = data(course, "grades", "--student", "dan", *LATER)[0]
    assert (after["items"]["lab1"]["state"], after["items"]["lab1"]["passed"]) == ("counted", False)
    assert after["credits"] == 0


def test_an_appeal_is_kept_listed_and_answered(course: Path) -> None:
    said = run(course, "marks", "appeal", "lab2", "--student", "bo", "--text", "Test 3 is wrong.")
    assert said == "appeal 1 by bo on lab2\n"
    assert "1\tbo\tlab2\tTest 3 is wrong.\t(open)" in run(course, "marks", "appeals", "--open")
    run(course, "marks", "answer", 1, "--text", "So it is", "--points", 40, "--by", "E. E.")
    assert data(course, "marks", "appeals", "--open") == []
    assert "So it is" in run(course, "marks", "appeals")
    bo = run(course, "grades", "--student", "bo", *LATER)
    assert "Lab 2: E. E. decided on 40 points: So it is." in bo
    assert "lab2\tbo\t40 (decided)\tE. E.\tSo it is" in run(course, "marks", "list")


def test_an_appeal_may_leave_the_mark(course: Path) -> None:
    run(course, "marks", "appeal", "lab2", "--student", "bo", "--text", "Please.")
    assert "the mark stays" in run(course, "marks", "answer", 1, "--text", "No.")
    assert (
        "There is no open appeal number 1"
        in refused(course, "marks", "answer", 1, "--text", "x")[1]
    )


def test_a_decision_replaces_points(course: Path) -> None:
    run(course, "marks", "decide", "lab2", "--student", "bo", "--points", "30,5", "--reason", "x")
    found = data(course, "grades", "--student", "bo", *LATER)[0]
    assert (found["items"]["lab2"]["points"], found["grade"]) == (30.5, "P")


def test_grades_go_into_a_file_without_formulas(course: Path) -> None:
    run(course, "people", "add", "ann", "--name", "=HYPERLINK(1)", "--email", "ann@x.org")
    run(course, "grades", "--format", "csv", "--to", course / "out.csv", *LATER)
    with (course / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["name"] == "'=HYPERLINK(1)"
    assert (rows[0]["lab1"], rows[0]["percent"], rows[0]["complete"]) == ("55.5", "93", "no")


def test_a_register_of_results_gets_a_row_for_every_module(course: Path) -> None:
    run(course, "marks", "set", "project", "--student", "ann", "--points", 1)
    said = run(course, "grades", "--format", "ladok", *LATER)
    rows = list(csv.DictReader(said.splitlines()))
    assert [(r["student"], r["module"], r["credits"], r["grade"], r["date"]) for r in rows] == [
        ("ann", "labs", "3", "P", "2021-02-01"),
        ("ann", "project", "3", "P", "2021-02-01"),
        ("ann", "", "6", "P", "2021-02-01"),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("grades", "--student", "anna"), "Did you mean 'ann'?"),
        (("grades", "--what-if", "lab1=3"), "--student is missing"),
        (("grades", "--student", "ann", "--what-if", "lab1"), "'lab1' is no wish"),
        (("grades", "--student", "ann", "--what-if", "x=1"), "no such item in the scheme"),
        (("grades", "--student", "ann", "--what-if", "lab1=61"), "lie outside 0 to 60"),
        (("marks", "set", "project", "--student", "ann", "--points", "2"), "number from 0 to 1"),
        (("marks", "set", "project", "--student", "ann", "--points", "x"), "number from 0 to 1"),
        (("marks", "set", "projct", "--student", "ann", "--points", "1"), "no graded item"),
        (("marks", "set", "project", "--student", "ann"), "gives --points or is --excused"),
        (("marks", "decide", "lab1", "--student", "ann", "--points", "3"), "--reason is missing"),
        (("marks", "appeal", "lab1", "--student", "ann"), "--text is missing"),
    ],
)
def test_what_makes_no_sense_is_refused(course: Path, arguments, words: str) -> None:
    code, said = refused(course, *arguments)
    assert (code, words in said) == (2, True), said


def college(tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "college", COLLEGE)
    for name in ("ann", "bo"):
        run(folder, "people", "add", name)
    early = ("--at", "2026-09-15T12:00:00-04:00")
    run(folder, "groups", "form", "g1", "--student", "ann", "--student", "bo", *early)
    return folder


def test_a_group_gets_one_mark_for_its_project(tmp_path: Path) -> None:
    folder = college(tmp_path)
    run(folder, "marks", "set", "report", "--group", "g1", "--points", "88", "--reason", "fine")
    (folder / "marks.csv").write_text(
        "student,item,points,reason\nann,proposal,18,\nbo,proposal,excused,joined late\n"
    )
    said = run(folder, "marks", "import", folder / "marks.csv")
    assert said == "2 marks read, 2 new or changed\n"
    found = {f["student"]: f["items"] for f in data(folder, "grades")}
    assert [found[s]["report"]["points"] for s in ("ann", "bo")] == [88, 88]
    assert [found[s]["proposal"]["state"] for s in ("ann", "bo")] == ["counted", "excused"]


def test_a_mark_without_a_hand_in_counts_in_full(tmp_path: Path) -> None:
    """For example of a lab that was handed in on paper."""
    folder = college(tmp_path)
    run(folder, "marks", "set", "handin1", "--student", "ann", "--points", 10)
    run(folder, "marks", "decide", "handin2", "--student", "ann", "--points", 20, "--reason", "x")
    found = data(folder, "grades", "--student", "ann", "--at", "2026-10-01T12:00:00-04:00")[0]
    assert found["items"]["handin1"]["points"] == 10
    assert found["items"]["handin2"]["points"] == 20
    assert found["running"] == ["Sessions"]
    assert not found["complete"]
    after = data(folder, "grades", "--student", "ann", "--at", "2026-12-30T12:00:00-05:00")[0]
    assert after["running"] == []


def test_a_hand_in_of_the_group_is_everybodys_mark(tmp_path: Path) -> None:
    folder = college(tmp_path)
    at = datetime.fromisoformat("2026-10-05T12:00:00-04:00")
    record_marks(folder, "handin1", {"ann": (40.0, 14.0)}, at)
    found = data(folder, "grades", "--student", "bo")[0]
    # three days late with two late days to spend: they cannot save it, so none is spent
    assert found["items"]["handin1"]["points"] == pytest.approx(54 * 0.7)
    assert "bo hands in with group g1." in [step["words"] for step in found["trace"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("student,item,points\nann,reprt,3\n", "'reprt' is no item"),
        ("student,item,points\nzoe,report,3\n", "nobody with the id 'zoe'"),
        ("student,item,points\nann,report,300\n", "no number from 0 to 100"),
        ("student,item\nann,report\n", "has no column points"),
        ("student,item,points\nann,report,1\nann,report,2\n", "are both about ann, report"),
    ],
)
def test_a_file_of_marks_with_a_mistake_changes_nothing(tmp_path: Path, text, words) -> None:
    folder = college(tmp_path)
    (folder / "marks.csv").write_text(text)
    assert words in refused(folder, "marks", "import", folder / "marks.csv")[1]
    assert data(folder, "marks", "list") == []


def test_a_course_without_anybody_has_no_grades(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "college", COLLEGE)
    assert invoke(folder, "grades", "--json").stdout == "[]\n"

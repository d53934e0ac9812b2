"""`labhub lms`: tables of Canvas and Moodle, filled in and read, matched without guessing."""

import csv
import tomllib
from pathlib import Path

import pytest

from tests.cli.term_course import COLLEGE, course_in, data, refused, run

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,{report} (4711),Final Score\r\n"
    "    Points Possible,,,,,100,(read only)\r\n"
    '"Ek, Ann",17,,ann@x.org,A,,50\r\n'
    '"Bo, Bo",18,bo,bob@x.org,A,,51\r\n'
    '"Student, Test",99,,test,A,,0\r\n'
)
MOODLE = (
    "First name,Last name,ID number,Email address,{report},Course total\n"
    "Ann,Ek,,ANN@x.org,,-\nBo,Bo,18,other@x.org,,-\n"
)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "course", COLLEGE)
    run(folder, "people", "add", "ann", "--name", "Ann Ek", "--email", "ann@x.org", "--lms-id", 17)
    run(folder, "people", "add", "bo", "--name", "Bo Bo", "--lms-id", 18)
    run(folder, "marks", "set", "report", "--student", "ann", "--points", "88.5")
    run(folder, "marks", "set", "report", "--student", "bo", "--points", "60")
    return folder


def title(course: Path) -> str:
    """The title of the report, whatever the example calls it."""
    items = tomllib.loads((course / "course.toml").read_text())["items"]
    return next(item["title"] for item in items if item["id"] == "report")


def table(course: Path, text: str) -> Path:
    file = course / "table.csv"
    quoted = '"' + title(course) + ' (4711)"'
    text = text.replace("{report} (4711)", quoted).replace("{report}", '"' + title(course) + '"')
    file.write_bytes(text.encode("utf-8"))
    return file


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(("system", "text", "skip"), [("canvas", CANVAS, 2), ("moodle", MOODLE, 1)])
def test_grades_are_filled_in_by_id_or_address(course: Path, system, text, skip) -> None:
    file = table(course, text)
    run(course, "lms", "fill", system, file, "--to", course / "out.csv")
    before, after = rows(file), rows(course / "out.csv")
    place = next(n for n, head in enumerate(after[0]) if head.startswith(title(course)))
    found = {row[place - 1] if system == "moodle" else row[3]: row[place] for row in after[skip:]}
    assert found["ANN@x.org" if system == "moodle" else "ann@x.org"] == "88.5"
    assert sorted(found.values())[-2:] == ["60", "88.5"]
    untouched = [[*row[:place], *row[place + 1 :]] for row in after]
    assert untouched[1:] == [[*row[:place], *row[place + 1 :]] for row in before[1:]]


def test_what_is_not_marked_yet_stays_empty(course: Path) -> None:
    file = table(course, CANVAS.replace("Final Score", "Proposal"))
    said = ("--column", "proposal=Proposal", "--column", "total=Section")
    out = run(course, "lms", "fill", "canvas", file, *said)
    assert '"Ek, Ann",17,,ann@x.org,A,,50' in out


def test_people_come_from_a_table(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "new", COLLEGE)
    run(folder, "people", "add", "bo", "--lms-id", 18)
    file = table(folder, CANVAS)
    said = run(folder, "lms", "people", "canvas", file)
    assert said == "2 people read, 2 new or renewed\n"
    listed = data(folder, "people", "list")
    assert [(p["id"], p["name"], p["email"], p["lms_id"]) for p in listed] == [
        ("ann", "Ann Ek", "ann@x.org", "17"),
        ("bo", "Bo Bo", "bob@x.org", "18"),
    ]
    assert run(folder, "lms", "people", "canvas", file).endswith(" 0 new or renewed\n")
    again = run(folder, "lms", "people", "moodle", table(folder, MOODLE))
    assert again.startswith("2 people read")
    assert data(folder, "people", "list")[0]["lms_id"] == "17"


def test_marks_are_taken_out_of_a_table(course: Path) -> None:
    text = CANVAS.replace("Final Score", "Quiz").replace(",A,,50", ',A,,"19,5"')
    file = table(course, text.replace(",A,,51", ",A,,12"))
    run(course, "lms", "import", "canvas", file, "--column", "proposal=Quiz", "--by", "T. T.")
    given = data(course, "marks", "list")
    found = {mark["student"]: mark["points"] for mark in given if mark["item"] == "proposal"}
    assert found == {"ann": "19.5", "bo": "12"}


@pytest.mark.parametrize("system", ["canvas", "moodle"])
def test_a_new_table_has_everybody_and_can_be_read_again(course: Path, system: str) -> None:
    file = course / "new.csv"
    run(course, "lms", "export", system, "--to", file)
    table_rows = rows(file)
    assert title(course) in table_rows[0]
    assert table_rows[0][-1] == "Total (percent)"
    assert [row[-1] for row in table_rows[1:]] == ["", ""], "nobody is complete"
    wish = ("--column", f"report={title(course)}")
    said = run(course, "lms", "import", system, file, *wish)
    assert said.startswith("2 marks read")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("18,bo,bob@x.org", "17,bo,bob@x.org"), "Row 4 fits several people: ann, bo."),
        (("18,bo,bob@x.org", "17,,none@x.org"), "Rows 3 and 4 are both ann's."),
        (("18,bo,bob@x.org", "77,zoe,zoe@x.org"), "Nobody of the course fits row 4 (Bo, Bo)"),
        ((",100,(read only)", ",50,(read only)"), "gives 50 points there, 100 here."),
        (("Student,ID,SIS User ID,SIS Login ID", "A,B,C,D"), "No column of the table names"),
        ((" (4711)", " and more (4711)"), "No column has the title of an item."),
    ],
)
def test_a_doubt_is_refused(course: Path, change: tuple[str, str], words: str) -> None:
    file = table(course, CANVAS)
    text = file.read_text(encoding="utf-8")
    assert change[0] in text
    file.write_text(text.replace(*change), encoding="utf-8", newline="")
    code, said = refused(course, "lms", "fill", "canvas", file)
    assert (code, words in said) == (2, True), said


def test_rows_of_strangers_may_be_left_out(course: Path) -> None:
    file = table(course, CANVAS.replace("18,bo,bob@x.org", "77,zoe,zoe@x.org"))
    said = run(course, "lms", "fill", "canvas", file, "--skip-unknown")
    assert "77,zoe,zoe@x.org,A,,51" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("import",), "Name the columns to take."),
        (("import", "--column", "report"), "'report' is no column"),
        (("import", "--column", "reprt=Final Score"), "no graded item 'reprt'"),
        (("import", "--column", "report=Quiz"), "has no column 'Quiz'"),
        (("import", "--column", "proposal=Final Score"), "is no number from 0 to 20"),
        (("fill", "--column", "reprt=Final Score"), "no graded item 'reprt'"),
    ],
)
def test_what_makes_no_sense_is_refused(course: Path, arguments, words: str) -> None:
    verb, *more = arguments
    code, said = refused(course, "lms", verb, "canvas", table(course, CANVAS), *more)
    assert (code, words in said) == (2, True), said


def test_two_columns_of_one_title_are_a_doubt(course: Path) -> None:
    file = table(course, CANVAS.replace("Final Score", "Quiz (1)").replace("Section", "Quiz (2)"))
    said = refused(course, "lms", "import", "canvas", file, "--column", "report=Quiz")[1]
    assert "has 2 columns 'Quiz'" in said


def test_a_file_that_is_none_is_refused(course: Path) -> None:
    assert "cannot be read" in refused(course, "lms", "fill", "canvas", course / "none.csv")[1]


def test_somebody_without_id_and_address_is_refused(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "new", COLLEGE)
    file = folder / "t.csv"
    file.write_text("First name,Last name,ID number,Email address\nAnn,Ek,,\n")
    assert "no id can be made for Ann Ek" in refused(folder, "lms", "people", "moodle", file)[1]
    two = "First name,Last name,ID number,Email address\nAnn,Ek,,ann@x.org\nAnn,Al,,ann@y.org\n"
    file.write_text(two)
    assert "no id can be made for Ann Al" in refused(folder, "lms", "people", "moodle", file)[1]

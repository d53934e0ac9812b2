"""`labhub participation`: the schedule, sheets in and out, and a zero with its reason."""

from pathlib import Path

import pytest

from tests.cli.term_course import COLLEGE, PHD, course_in, data, refused, run


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "course", COLLEGE)
    for name in ("ann", "bo"):
        run(folder, "people", "add", name, "--name", name.title())
    return folder


def first(course: Path) -> tuple[str, ...]:
    """The ids of the sessions, whatever the example's schedule is."""
    return tuple(session["id"] for session in data(course, "participation", "schedule"))


def points(course: Path, student: str) -> float:
    (found,) = data(course, "grades", "--student", student)
    return found["items"]["sessions"]["points"]


def test_the_schedule_is_shown_and_goes_into_a_calendar(course: Path) -> None:
    said = run(course, "participation", "schedule", "--ics", course / "course.ics")
    assert said.splitlines()[0].split("\t") == [
        "id", "from", "to", "kind", "title", "room", "reading",
    ]  # fmt: skip
    text = (course / "course.ics").read_bytes().decode()
    assert text.count("BEGIN:VEVENT\r\n") == len(first(course))
    assert "TZID=America/New_York" in text


def test_a_sheet_is_filled_in_and_read(course: Path) -> None:
    session = first(course)[0]
    sheet = course / "sheet.csv"
    run(course, "participation", "sheet", session, "--to", sheet)
    assert sheet.read_text().splitlines()[1] == f"{session},ann,Ann,,,"
    sheet.write_text(
        f"session,student,attended,engagement,excused\n{session},ann,yes,2,\n{session},bo,no,,yes\n"
    )
    said = run(course, "participation", "import", sheet)
    assert said == "2 notes read, 2 new or changed\n"
    assert run(course, "participation", "import", sheet).endswith("0 new or changed\n")
    run(course, "participation", "export", "--to", course / "out.csv")
    assert (course / "out.csv").read_text().splitlines()[1:] == [
        f"{session},ann,yes,2,no",
        f"{session},bo,no,0,yes",
    ]
    run(course, "participation", "sheet", session, "--to", sheet)
    assert f"{session},ann,Ann,yes,2,no" in sheet.read_text()


def test_notes_become_a_part_of_the_grade(course: Path) -> None:
    one, two, *_ = first(course)
    run(course, "participation", "note", one, "--student", "ann", "--engagement", 3)
    run(course, "participation", "note", two, "--student", "ann", "--absent")
    assert points(course, "ann") == 50
    run(course, "participation", "note", two, "--student", "ann", "--excused")
    assert points(course, "ann") == 100


def test_a_reasoned_zero_is_told_and_survives_a_sheet(course: Path) -> None:
    session = first(course)[0]
    zero = ("participation", "zero", session, "--student", "ann", "--reason", "left at once")
    run(course, *zero, "--by", "T. Teacher")
    said = run(course, "grades", "--student", "ann")
    assert "zero by T. Teacher, left at once." in said
    (course / "s.csv").write_text(f"session,student,attended,engagement\n{session},ann,yes,3\n")
    run(course, "participation", "import", course / "s.csv")
    assert points(course, "ann") == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("session,student,attended\nnone,ann,yes\n", "no session 'none'"),
        ("session,student,attended\n{0},zoe,yes\n", "nobody with the id 'zoe'"),
        ("session,student,attended\n{0},ann,maybe\n", "'maybe' is neither yes nor no"),
        ("session,student,attended,engagement\n{0},ann,yes,9\n", "lies outside 0 to 3"),
        ("session,student,attended,engagement\n{0},ann,yes,x\n", "is no whole number"),
        ("session,student\n{0},ann\n", "has no column attended"),
    ],
)
def test_a_sheet_with_a_mistake_changes_nothing(course: Path, text: str, words: str) -> None:
    (course / "s.csv").write_text(text.format(first(course)[0]))
    assert words in refused(course, "participation", "import", course / "s.csv")[1]
    assert run(course, "participation", "export").splitlines()[1:] == []


def test_a_note_that_makes_no_sense_is_refused(course: Path) -> None:
    session = first(course)[0]
    note = ("participation", "note", session)
    assert "--student is missing" in refused(course, *note)[1]
    assert "outside 0 to 3" in refused(course, *note, "--student", "ann", "--engagement", 4)[1]
    zero = ("participation", "zero", session, "--student", "ann")
    assert "--reason is missing" in refused(course, *zero)[1]


def test_sessions_have_reading(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "phd", PHD)
    file = folder / "course.toml"
    file.write_text(
        file.read_text()
        + '[[sessions]]\nid = "l1"\ntitle = "Nets"\nstart = 2020-10-26T10:15:00+01:00\n'
        + 'end = 2020-10-26T12:00:00+01:00\nreading = "Chapter 6"\n'
    )
    assert "Chapter 6" in run(folder, "participation", "schedule", "--ics", folder / "x.ics")
    assert "DESCRIPTION:Reading: Chapter 6" in (folder / "x.ics").read_text()

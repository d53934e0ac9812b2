"""`labhub project` and `labhub seminar`: parts, registration, the waiting list and its letters."""

from pathlib import Path

import pytest

from tests.cli.term_course import COLLEGE, PHD, course_in, data, refused, run

IN_TIME = ("--at", "2026-10-01T12:00:00-04:00")
LATE = ("--at", "2027-01-01T12:00:00-05:00")
REGISTER = ("--at", "2020-12-01T12:00:00+01:00")
TALK = ("--title", "On nets", "--abstract", "What; they, are", "--supervisor", "S. Supervisor")


@pytest.fixture
def college(tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "college", COLLEGE)
    run(folder, "people", "add", "ann")
    return folder


@pytest.fixture
def phd(tmp_path: Path) -> Path:
    folder = course_in(tmp_path / "phd", PHD)
    for number in range(5):
        run(folder, "people", "add", f"s{number}")
    return folder


def hand_in(course: Path, *more: object) -> tuple[object, ...]:
    return ("project", "hand-in", "proposal", "--student", "ann", *more)


def test_a_link_and_its_archived_copy_are_kept(college: Path) -> None:
    copy = college / "my video (1).mp4"
    copy.write_bytes(b"film")
    link = "https://example.org/video"
    said = run(college, *hand_in(college, "--link", link, "--file", copy, *IN_TIME))
    assert "4 bytes, SHA-256 " in said
    (part,) = data(college, "project", "list", "proposal")
    kept = college / part["file"]
    assert kept.read_bytes() == b"film"
    assert kept.name.endswith("Z-my-video-1-.mp4")
    assert (part["link"], part["size_bytes"]) == (link, 4)
    assert link in run(college, "project", "list")
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_part_after_the_due_date_needs_the_staff(college: Path) -> None:
    part = hand_in(college, "--link", "https://example.org", *LATE)
    code, said = refused(college, *part)
    assert (code, "it is too late" in said) == (4, True)
    run(college, *part, "--late")
    assert len(data(college, "project", "list")) == 1


def test_a_file_over_the_limit_leaves_nothing_behind(college: Path) -> None:
    big = college / "big.mp4"
    with big.open("wb") as file:
        file.truncate((500 << 20) + 1)
    code, said = refused(college, *hand_in(college, "--file", big, *IN_TIME))
    assert (code, "is larger than the 500 MiB" in said) == (4, True), said
    assert list((college / "projects").rglob("*big*")) == []
    assert data(college, "project", "list") == []


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--text", "Trust me"), "does not take a text."),
        ((), "Nothing was given."),
        (("--link", "example.org"), "'example.org' is no link"),
        (("--link", "ftp://example.org"), "is no link"),
        (("--link", "https://me:secret@example.org"), "is no link"),
        (("--file", "/none/such.mp4"), "cannot be read"),
    ],
)
def test_what_the_item_does_not_take_is_refused(college: Path, more, words: str) -> None:
    assert words in refused(college, *hand_in(college, *more, *IN_TIME))[1]


def test_an_unknown_item_or_student_is_refused(college: Path) -> None:
    assert (
        "There are: proposal, report."
        in refused(college, "project", "hand-in", "reprt", "--student", "ann")[1]
    )
    part = ("project", "hand-in", "proposal", "--student", "zoe", "--link", "https://x.org")
    assert "nobody with the id 'zoe'" in refused(college, *part, *IN_TIME)[1]


def register(course: Path, student: str, *wishes: str) -> str:
    asked = [word for wish in wishes for word in ("--wish", wish)]
    return run(course, "seminar", "register", "--student", student, *TALK, *asked, *REGISTER)


def test_slots_fill_up_and_a_withdrawal_makes_room(phd: Path) -> None:
    for number in range(3):
        said = register(phd, f"s{number}", "monday")
        assert "Your talk takes place on Monday 11 January 2021 at 13:15 CET" in said
    assert "You are number 1 in the waiting list" in register(phd, "s3", "monday")
    assert "Wednesday 13 January" in register(phd, "s4", "monday", "wednesday")
    assert data(phd, "seminar", "slots")[0]["free"] == 0
    assert "monday\tMonday 11 January 2021 at 13:15 CET\tSeminar room\t3\t0" in run(
        phd, "seminar", "slots", *REGISTER
    )
    assert "waits, number 1\ts3" in run(phd, "seminar", "list")
    said = run(phd, "seminar", "withdraw", "--student", "s1", *REGISTER)
    assert said == "s1 has withdrawn\ns3 moves up to monday\n"
    assert {place["student"] for place in data(phd, "seminar", "list")} == {"s0", "s2", "s3", "s4"}
    assert "Monday 11 January" in run(phd, "seminar", "letter", "--student", "s3")


def test_registration_ends_on_8_december_with_the_grace_of_the_course(phd: Path) -> None:
    ask = ("seminar", "register", "--student", "s0", *TALK, "--wish", "friday")
    run(phd, *ask, "--at", "2020-12-09T07:59:59+01:00")
    late = ("--at", "2020-12-09T08:00:00+01:00")
    code, said = refused(phd, *ask, *late)
    assert (code, "Registration is over." in said) == (4, True)
    run(phd, *ask, *late, "--staff")
    assert "Registration ended before Wednesday 9 December 2020 at 08:00 CET." in run(
        phd, "seminar", "slots", *late
    )


def test_a_calendar_file_holds_all_talks_or_one(phd: Path) -> None:
    register(phd, "s0", "monday")
    register(phd, "s1", "friday")
    run(phd, "seminar", "ics", "--to", phd / "all.ics", *REGISTER)
    text = (phd / "all.ics").read_bytes().decode()
    assert text.count("BEGIN:VEVENT\r\n") == 2
    assert "DTSTART;TZID=Europe/Stockholm:20210111T131500\r\n" in text
    assert "What\\; they\\, are" in text
    one = run(phd, "seminar", "ics", "--student", "s1", *REGISTER)
    assert one.count("BEGIN:VEVENT") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("register", "--student", "s0", "--wish", "monday"), "Title, abstract or supervisor"),
        (("register", "--student", "s0", *TALK, "--wish", "sunday"), "names no slot"),
        (("register", "--student", "zoe", *TALK, "--wish", "monday"), "nobody with the id 'zoe'"),
        (("withdraw", "--student", "s0"), "s0 is not registered."),
    ],
)
def test_a_registration_that_makes_no_sense_is_refused(phd: Path, arguments, words) -> None:
    assert words in refused(phd, "seminar", *arguments, *REGISTER)[1]


def test_a_letter_to_somebody_without_registration_is_refused(phd: Path) -> None:
    assert "is not registered" in refused(phd, "seminar", "letter", "--student", "s0")[1]


def test_a_course_without_seminars_says_so(tmp_path: Path) -> None:
    folder = course_in(tmp_path / "none", PHD)
    text = (folder / "course.toml").read_text()
    head, tail = text.split("[seminar]")
    (folder / "course.toml").write_text(head + "[[groups]]" + tail.split("[[groups]]", 1)[1])
    assert "has no seminars" in refused(folder, "seminar", "slots")[1]

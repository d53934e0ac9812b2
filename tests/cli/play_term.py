"""A term of the college course, played from the command line: 60 students in 20 groups.

Everything that staff and students do is a verb; only the points of the notebooks are written into
nbgrader's gradebook, because grading them is not what is played here.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tests.cli.term_course import COLLEGE, course_in, data, invoke, record_marks, run

STUDENTS = [f"s{number:02}" for number in range(60)]
GROUPS = {f"g{number:02}": STUDENTS[3 * number : 3 * number + 3] for number in range(20)}
ILL, LEAVER, MOVER, DROPOUT = "g05", "s10", "s13", "s59"
LATE, TOO_LATE, PAYING = "g19", "g18", "g17"
IN_TIME = {"handin1": "2026-10-01T12:00:00-04:00", "handin2": "2026-10-29T12:00:00-04:00"}
DAYS_LATE = {"handin1": "2026-10-05T12:00:00-04:00", "handin2": "2026-11-02T12:00:00-05:00"}
DAY_LATE = {"handin1": "2026-10-03T12:00:00-04:00", "handin2": "2026-10-31T12:00:00-04:00"}
CLOSED = {"handin1": "2026-10-08T12:00:00-04:00", "handin2": "2026-11-06T12:00:00-05:00"}
REVIEWED = {"handin1": "2026-10-18T12:00:00-04:00", "handin2": "2026-11-15T12:00:00-05:00"}
ANSWERED = {"handin1": "2026-10-22T12:00:00-04:00", "handin2": "2026-11-19T12:00:00-05:00"}
END = "2026-12-20T12:00:00-05:00"


def play(folder: Path) -> Path:
    """The folder of the course at the end of the term."""
    course = course_in(folder, COLLEGE)
    enrol(course)
    attend(course)
    hand_in(course, "handin1")
    review(course, "handin1")
    things_happen(course)
    hand_in(course, "handin2")
    review(course, "handin2")
    project(course)
    appeal(course)
    return course


def enrol(course: Path) -> None:
    rows = [f"{s},Name{s} Of{s},{s}@college.example,student,{n}" for n, s in enumerate(STUDENTS)]
    write(course / "people.csv", "id,name,email,role,lms_id", rows)
    run(course, "people", "import", course / "people.csv", "--by", "T. Teacher")
    rows = [f"{group},{student}" for group, there in GROUPS.items() for student in there]
    write(course / "groups.csv", "group,student", rows)
    at = ("--at", "2026-09-15T12:00:00-04:00")
    run(course, "groups", "import", course / "groups.csv", "--by", "T. Teacher", *at)


def attend(course: Path) -> None:
    """Everybody comes to most sessions; one leaves at once and gets a zero for it."""
    sessions = [session["id"] for session in data(course, "participation", "schedule")]
    rows = [
        f"{session},{student},no,0"
        if (n + m) % 11 == 0
        else f"{session},{student},yes,{(n + m) % 4}"
        for n, session in enumerate(sessions)
        for m, student in enumerate(STUDENTS)
    ]
    write(course / "sessions.csv", "session,student,attended,engagement", rows)
    run(course, "participation", "import", course / "sessions.csv", "--by", "T. Teacher")
    zero = ("participation", "zero", sessions[2], "--student", "s20", "--by", "T. Teacher")
    run(course, *zero, "--reason", "signed in and left at once")


def hand_in(course: Path, lab: str) -> None:
    """One hand-in a group: most on time, one late, one with an extension, one not at all."""
    extension = ("extension", "add", lab, "--group", ILL, "--days", 3, "--by", "T. Teacher")
    run(course, *extension, "--reason", "two of them were ill")
    points = next(
        each["of"] for name, each in data(course, "grades", "--student", "s00")[0]["items"].items()
        if name == lab
    )  # fmt: skip
    automatic, manual = points * 2 / 3, points / 3
    for group, there in units(course):
        at = DAYS_LATE[lab] if group in (LATE, ILL) else IN_TIME[lab]
        at = DAY_LATE[lab] if group == PAYING else at
        if group == TOO_LATE:
            continue
        share = 0.5 + (int(there[0][1:]) % 9) / 20
        moment = datetime.fromisoformat(at)
        record_marks(
            course, lab, {there[0]: (automatic * share, manual * share)}, moment,
            (automatic, manual),
        )  # fmt: skip
        write_notebook(course, there[0], lab)


def units(course: Path) -> Iterator[tuple[str, list[str]]]:
    """The groups of now, and the leaver alone."""
    found = json.loads(invoke(course, "groups", "list", "--json").stdout)["groups"]
    yield from ((name, sorted(there)) for name, there in found.items() if there)
    placed = {student for there in found.values() for student in there}
    if LEAVER not in placed:
        yield LEAVER, [LEAVER]


def write_notebook(course: Path, student: str, lab: str) -> None:
    folder = course / "submitted" / student / lab
    folder.mkdir(parents=True, exist_ok=True)
    code = f"# {student}@college.example\nx = 1\n"
    cell = {"cell_type": "code", "source": code, "metadata": {}, "outputs": []}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (folder / f"{lab}.ipynb").write_text(text, encoding="utf-8")


def review(course: Path, lab: str) -> None:
    """Drawn after the late deadline, written by all but one, rated with a revenge."""
    run(course, "review", "allocate", lab, "--seed", "term", "--at", CLOSED[lab])
    packages = course / f"packages-{lab}"
    run(course, "review", "packages", lab, "--to", packages)
    for place, form in enumerate(sorted(packages.glob("*/*/review.md"))):
        who = form.parent.parent.name
        if who != "s30":
            fill_in(form, who, place)
    run(course, "review", "collect", lab, packages, "--at", REVIEWED[lab])
    sides = data(course, "review", "show", lab)
    rows = [
        f"{authors(course, lab)[side['work']]},{side['known as']},{1 if place % 7 == 0 else 4},"
        for place, side in enumerate(sides)
        if side["mark"]
    ]
    write(course / "ratings.csv", "student,reviewer,stars,answer", rows)
    run(course, "review", "rate-all", lab, course / "ratings.csv", "--at", ANSWERED[lab])
    checked = sides[0]
    check = ("review", "check", lab, "--work", checked["work"], "--reviewer", checked["reviewer"])
    run(course, *check, "--share", 90, "--by", "T. Teacher", "--at", ANSWERED[lab])
    run(course, "review", "letters", lab, "--to", course / f"letters-{lab}")


def fill_in(form: Path, who: str, place: int) -> None:
    lines = []
    for line in form.read_text(encoding="utf-8").splitlines():
        most = 4 if "0 to 4" in line else 8
        given = round(most * (0.6 + place % 4 / 10), 1)
        lines.append(f"{line} {given}" if line.startswith("Points") else line)
    said = " ".join(f"remark{place}{word}" for word in range(25))
    form.write_text("\n".join([*lines, said]), encoding="utf-8")


def authors(course: Path, lab: str) -> dict[str, str]:
    """An author of every work: members of a group, or somebody alone."""
    found = {group: there[0] for group, there in units(course)}
    return found | {student: student for student in STUDENTS}


def things_happen(course: Path) -> None:
    """Between the hand-ins somebody leaves a group, somebody moves, somebody drops out."""
    at = ("--at", "2026-10-20T12:00:00-04:00", "--by", "T. Teacher", "--reason", "asked to")
    run(course, "groups", "leave", "g03", "--student", LEAVER, *at)
    run(course, "groups", "move", "g05", "--student", MOVER, *at)
    run(course, "groups", "drop-out", "--student", DROPOUT, *at)


def project(course: Path) -> None:
    """Proposals and reports by link, marks from a file, and a seminar with a waiting list."""
    slots = [each["slot"]["id"] for each in data(course, "seminar", "slots")]
    for number, (_, there) in enumerate(units(course)):
        for item, at in (("proposal", "2026-11-05"), ("report", "2026-12-10")):
            link = ("--link", f"https://example.org/{item}/{number}")
            moment = ("--at", f"{at}T12:00:00-05:00")
            run(course, "project", "hand-in", item, "--student", there[0], *link, *moment)
        talk = ("--title", f"Talk {number}", "--abstract", "Nets.", "--supervisor", "T. Teacher")
        wishes = ("--wish", slots[0]) if number == 15 else ("--wish", slots[0], "--wish", slots[1])
        at = ("--at", f"2026-11-20T{number:02}:00:00-05:00")
        run(course, "seminar", "register", "--student", there[0], *talk, *wishes, *at)
    rows = [
        f"{student},{item},{points * (60 + number % 40) // 100}"
        for number, student in enumerate(STUDENTS)
        if student != DROPOUT
        for item, points in (("proposal", 20), ("report", 100))
    ]
    write(course / "marks.csv", "student,item,points", rows)
    run(course, "marks", "import", course / "marks.csv", "--by", "T. Teacher")


def appeal(course: Path) -> None:
    """One appeal is right, one is not."""
    for student, text in (("s15", "Test 3 is wrong."), ("s16", "I worked hard.")):
        run(course, "marks", "appeal", "handin2", "--student", student, "--text", text)
    run(course, "marks", "answer", 1, "--text", "So it is", "--points", 38, "--by", "T. Teacher")
    run(course, "marks", "answer", 2, "--text", "We believe you.", "--by", "T. Teacher")


def write(path: Path, header: str, rows: list[str]) -> None:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")

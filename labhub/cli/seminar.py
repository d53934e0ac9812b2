"""`labhub seminar`: registration for seminar slots, a waiting list, calendar files and letters."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import AsJson, CourseDir, say, say_json, say_table
from labhub.cli.term import (
    At,
    Student,
    ToFile,
    author,
    course_of,
    moment,
    required,
    store_of,
    verbs,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from labhub.course.model import Course
    from labhub.ids import StudentId
    from labhub.policy.deadlines import Deadline
    from labhub.policy.seminars import Place, Slot

app = verbs("Registration for seminars.")

Staff = Annotated[bool, typer.Option("--staff", help="As staff: also after the deadline.")]


@app.command()
def slots(at: At = "", course_dir: CourseDir = Path(), as_json: AsJson = False) -> None:
    """Show the slots and the places left.

    And until when one registers."""
    from labhub.policy.words import say_moment

    course = course_of(course_dir)
    found, until = _slots(course), _until(course)
    places = _places(course_dir, course)
    free = {s.id: s.capacity - sum(p.slot == s.id for p in places.values()) for s in found}
    if as_json:
        say_json([{"slot": slot, "free": free[slot.id]} for slot in found])
        return
    rows = [
        (slot.id, say_moment(slot.starts_at, course.zone), slot.room, slot.capacity, free[slot.id])
        for slot in found
    ]
    say_table(("slot", "starts", "room", "places", "free"), rows)
    ends = "ended" if moment(at) >= until.ends_at else "ends"
    say(f"Registration {ends} before {say_moment(until.ends_at, course.zone)}.")


@app.command()
def register(
    student: Student = "",
    title: Annotated[str, typer.Option(help="Title of the talk.")] = "",
    abstract: Annotated[str, typer.Option(help="What it is about.")] = "",
    supervisor: Annotated[str, typer.Option(help="Who supervises the project.")] = "",
    wish: Annotated[
        list[str] | None, typer.Option("--wish", help="A slot, the dearest first; may be repeated.")
    ] = None,
    staff: Staff = False,
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Register, or change a registration.

    A place stays as long as the wishes do."""
    from labhub.exchange.store.people import require_people
    from labhub.exchange.store.projects import add_seminar_event
    from labhub.ids import StudentId
    from labhub.policy.seminars import SeminarEvent, SeminarKind, Talk, check

    course, registers = course_of(course_dir), author(student, at)
    who = StudentId(required(student, "--student"))
    talk = Talk(title, abstract, supervisor)
    event = SeminarEvent(SeminarKind.REGISTERED, registers.at, who, talk, tuple(wish or ()), staff)
    with store_of(course_dir) as store, store.writing() as db:
        require_people(db, [who])
        check(event, _slots(course), _places_in(db, course), _until(course))
        add_seminar_event(db, registers, event)
        place = _places_in(db, course)[who]
    _say_letter(course, place)


@app.command()
def withdraw(
    student: Student = "", staff: Staff = False, at: At = "", course_dir: CourseDir = Path()
) -> None:
    """Give a place back.

    The first in the waiting list who wishes it gets it."""
    from labhub.exchange.store.projects import add_seminar_event
    from labhub.ids import StudentId
    from labhub.policy.seminars import SeminarEvent, SeminarKind, check

    course, leaves = course_of(course_dir), author(student, at)
    who = StudentId(required(student, "--student"))
    event = SeminarEvent(SeminarKind.WITHDRAWN, leaves.at, who, staff=staff)
    with store_of(course_dir) as store, store.writing() as db:
        before = _places_in(db, course)
        check(event, _slots(course), before, _until(course))
        add_seminar_event(db, leaves, event)
        after = _places_in(db, course)
    say(f"{student} has withdrawn")
    for other, place in after.items():
        if place.slot is not None and before[other].slot is None:
            say(f"{other} moves up to {place.slot}")


@app.command("list")
def list_(course_dir: CourseDir = Path(), as_json: AsJson = False) -> None:
    """List talks by slot, then the waiting list."""
    course = course_of(course_dir)
    found = sorted(
        _places(course_dir, course).values(),
        key=lambda place: (place.slot is None, place.slot or "", place.queue or 0, place.student),
    )
    if as_json:
        say_json(found)
        return
    rows = [
        (p.slot or f"waits, number {p.queue}", p.student, p.talk.title, p.talk.supervisor)
        for p in found
    ]
    say_table(("slot", "student", "title", "supervisor"), rows)


@app.command()
def ics(
    student: Student = "", to: ToFile = None, at: At = "", course_dir: CourseDir = Path()
) -> None:
    """Write a calendar file (.ics).

    It holds all talks, or one student's."""
    from labhub.policy.invitations import calendar_file, seminar_appointment

    course = course_of(course_dir)
    known = {slot.id: slot for slot in _slots(course)}
    rules = course.rules.seminar
    domain = rules.domain if rules else ""
    entries = [
        seminar_appointment(course.id, known[place.slot], place, domain)
        for place in _places(course_dir, course).values()
        if place.slot is not None and student in ("", place.student)
    ]
    text = calendar_file(entries, course.zone, moment(at))
    if to is None:
        typer.echo(text, nl=False)
    else:
        to.write_text(text, encoding="utf-8", newline="")


@app.command()
def letter(student: Student = "", course_dir: CourseDir = Path()) -> None:
    """Print the e-mail about a student's place.

    Or about the place in the waiting list."""
    from labhub.ids import StudentId
    from labhub.policy.errors import SeminarRefusedError

    course = course_of(course_dir)
    place = _places(course_dir, course).get(StudentId(required(student, "--student")))
    if place is None:
        raise SeminarRefusedError(f"{student} is not registered.", hint="See: seminar list.")
    _say_letter(course, place)


def _say_letter(course: "Course", place: "Place") -> None:
    from labhub.policy.invitations import email_text

    slot = next((slot for slot in _slots(course) if slot.id == place.slot), None)
    subject, body = email_text(course.title, f"Dear {place.student},", place, slot, course.zone)
    say(f"Subject: {subject}\n\n{body}")


def _slots(course: "Course") -> "tuple[Slot, ...]":
    from labhub.policy.rulebooks import slots_of

    return slots_of(course)


def _until(course: "Course") -> "Deadline":
    from labhub.policy.assignments import seminar_deadline_of
    from labhub.policy.errors import SeminarRefusedError

    until = seminar_deadline_of(course)
    if until is None:
        raise SeminarRefusedError(
            f"The course {course.id} has no seminars.", hint="Add [seminar] to course.toml."
        )
    return until


def _places(course_dir: Path, course: "Course") -> "dict[StudentId, Place]":
    with store_of(course_dir) as store, store.reading() as db:
        return _places_in(db, course)


def _places_in(db: "Connection", course: "Course") -> "dict[StudentId, Place]":
    from labhub.exchange.store.projects import seminar_events
    from labhub.policy.seminars import places_of

    return places_of(_slots(course), seminar_events(db))

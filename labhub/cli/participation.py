"""`labhub participation`: the schedule, attendance and engagement, and a zero with its reason."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import AsJson, CourseDir, say, say_json, say_table
from labhub.cli.errors import BadCsvError
from labhub.cli.term import (
    At,
    By,
    FromFile,
    Reason,
    Student,
    ToFile,
    author,
    course_of,
    moment,
    read_csv,
    required,
    store_of,
    verbs,
    write_csv,
)

if TYPE_CHECKING:
    from labhub.course.model import Course
    from labhub.policy.sessions import Attendance

app = verbs("Attendance in the sessions of the schedule.")

SessionName = Annotated[str, typer.Argument(metavar="SESSION", help="Id of the session.")]
COLUMNS = ("session", "student", "attended", "engagement", "excused")
YES = {"yes", "y", "1", "true", "x", "ja"}
NO = {"no", "n", "0", "false", "", "nej", "-"}


@app.command()
def schedule(
    ics: Annotated[Path | None, typer.Option(help="Also write a calendar file.")] = None,
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Show the sessions with their reading, in order."""
    course = course_of(course_dir)
    if ics is not None:
        ics.write_text(_calendar(course), encoding="utf-8", newline="")
    found = sorted(course.rules.sessions, key=lambda session: session.start)
    if as_json:
        say_json(found)
        return
    rows = [
        (
            each.id,
            f"{each.start.astimezone(course.zone):%a %Y-%m-%d %H:%M}",
            f"{each.end.astimezone(course.zone):%H:%M}",
            each.kind,
            each.title,
            each.room,
            each.reading,
        )
        for each in found
    ]
    say_table(("id", "from", "to", "kind", "title", "room", "reading"), rows)


def _calendar(course: "Course") -> str:
    from labhub.policy.invitations import Appointment, calendar_file

    domain = course.rules.seminar.domain if course.rules.seminar else "labhub.invalid"
    entries = [
        Appointment(
            f"session-{course.id}-{each.id}@{domain}",
            each.start,
            each.end,
            f"{course.title}: {each.title}",
            each.room,
            f"Reading: {each.reading}" if each.reading else "",
        )
        for each in course.rules.sessions
    ]
    return calendar_file(entries, course.zone, moment(""))


@app.command()
def sheet(session: SessionName, to: ToFile = None, course_dir: CourseDir = Path()) -> None:
    """Write a CSV sheet of a session, to be filled in.

    It holds what is noted so far."""
    from labhub.exchange.store.groups import group_events
    from labhub.exchange.store.people import people
    from labhub.exchange.store.sittings import attendance
    from labhub.policy.groups import replay

    _session(course_of(course_dir), session)
    with store_of(course_dir) as store, store.reading() as db:
        known, noted = people(db, "student"), attendance(db)
        gone = replay(group_events(db)).dropped_out
    rows = []
    for student, person in known.items():
        note = next((n for n in noted.get(student, []) if n.session == session), None)
        filled = _row(note) if note else dict.fromkeys(COLUMNS[2:], "")
        if student not in gone:
            rows.append({"session": session, "student": student, "name": person.name} | filled)
    write_csv(to, ("session", "student", "name", *COLUMNS[2:]), rows)


@app.command("import")
def import_(file: FromFile, by: By = "", at: At = "", course_dir: CourseDir = Path()) -> None:
    """Read attendance from a CSV sheet.

    All of it is kept, or nothing. Columns are session, student and attended (yes or no);
    engagement and excused may stand there. Rows where nothing is filled in are left out. A
    reasoned zero is kept."""
    from labhub.exchange.store.people import require_people
    from labhub.exchange.store.sittings import attendance, put_attendance
    from labhub.ids import StudentId

    course = course_of(course_dir)
    rows = read_csv(file, COLUMNS[:3], COLUMNS[:2])
    with store_of(course_dir) as store, store.writing() as db:
        zeros = {(s, n.session): n.zero for s, notes in attendance(db).items() for n in notes}
        found: dict[StudentId, list[Attendance]] = {}
        for number, row in enumerate(rows, start=2):
            if not any(row.get(name) for name in COLUMNS[2:]):
                continue
            who = StudentId(row["student"])
            note = _note(course, row, f"{file}:{number}", zeros.get((who, row["session"])))
            found.setdefault(who, []).append(note)
        require_people(db, found)
        changed = put_attendance(db, author(by, at), found)
    say(f"{sum(map(len, found.values()))} notes read, {changed} new or changed")


@app.command()
def note(
    session: SessionName,
    student: Student = "",
    attended: Annotated[bool, typer.Option("--attended/--absent", help="Was there.")] = True,
    engagement: Annotated[int, typer.Option(min=0, help="Took part, from 0 up.")] = 0,
    excused: Annotated[bool, typer.Option("--excused", help="The session does not count.")] = False,
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Note one student's attendance and engagement."""
    from labhub.policy.sessions import Attendance

    _session(course_of(course_dir), session)
    _put(course_dir, student, Attendance(session, attended, engagement, excused), by, at)
    what = "excused" if excused else f"attended, engagement {engagement}" if attended else "absent"
    say(f"{session}: {student} {what}")


@app.command()
def zero(
    session: SessionName,
    student: Student = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Decide on a zero for a session.

    It holds whoever was there."""
    from labhub.policy.sessions import Attendance, ReasonedZero

    _session(course_of(course_dir), session)
    decides = author(by, at)
    decided = ReasonedZero(decides.by, required(reason, "--reason"))
    _put(course_dir, student, Attendance(session, attended=True, zero=decided), by, at)
    say(f"{session}: zero for {student} by {decides.by}")


@app.command()
def export(to: ToFile = None, course_dir: CourseDir = Path()) -> None:
    """Write everything that was noted as CSV.

    As `import` reads it."""
    from labhub.exchange.store.sittings import attendance

    course_of(course_dir)
    with store_of(course_dir) as store, store.reading() as db:
        noted = attendance(db)
    rows = [
        {"session": each.session, "student": student, **_row(each)}
        for student, notes in sorted(noted.items())
        for each in notes
    ]
    write_csv(to, COLUMNS, rows)


def _put(course_dir: Path, student: str, noted: "Attendance", by: str, at: str) -> None:
    from labhub.exchange.store.people import require_people
    from labhub.exchange.store.sittings import put_attendance
    from labhub.ids import StudentId

    who = StudentId(required(student, "--student"))
    _ensure_engagement(course_of(course_dir), noted.engagement, "--engagement")
    with store_of(course_dir) as store, store.writing() as db:
        require_people(db, [who])
        put_attendance(db, author(by, at), {who: [noted]})


def _note(course: "Course", row: dict[str, str], where: str, zero: object) -> "Attendance":
    from labhub.policy.sessions import Attendance, ReasonedZero

    _session(course, row["session"])
    engagement = row.get("engagement", "") or "0"
    if not engagement.isdecimal():
        raise BadCsvError(f"{where}: engagement '{engagement}' is no whole number.")
    _ensure_engagement(course, int(engagement), where)
    return Attendance(
        row["session"],
        _truth(row["attended"], where),
        int(engagement),
        _truth(row.get("excused", ""), where),
        zero if isinstance(zero, ReasonedZero) else None,
    )


def _ensure_engagement(course: "Course", engagement: int, where: str) -> None:
    most = course.rules.participation.most_engagement
    if engagement > most:
        raise BadCsvError(f"{where}: engagement {engagement} lies outside 0 to {most}.")


def _truth(text: str, where: str) -> bool:
    if text.casefold() not in YES | NO:
        raise BadCsvError(f"{where}: '{text}' is neither yes nor no.")
    return text.casefold() in YES


def _row(note: "Attendance") -> dict[str, object]:
    words = {True: "yes", False: "no"}
    return {
        "attended": words[note.attended],
        "engagement": note.engagement,
        "excused": words[note.excused],
    }


def _session(course: "Course", name: str) -> None:
    from labhub.policy.errors import UnknownItemError

    known = [session.id for session in course.rules.sessions]
    if name not in known:
        raise UnknownItemError(
            f"The schedule has no session '{name}'.", hint=f"There are: {', '.join(known)}."
        )

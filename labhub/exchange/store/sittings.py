"""Attendance and engagement in the sessions of the schedule."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from labhub.exchange.store import tables
from labhub.exchange.store.events import Author, record
from labhub.ids import StudentId
from labhub.policy.sessions import Attendance, ReasonedZero


def attendance(db: Connection) -> dict[StudentId, list[Attendance]]:
    """What was noted about everybody, in order of the sessions' ids."""
    table = tables.attendance
    found: dict[StudentId, list[Attendance]] = {}
    for row in db.execute(select(table).order_by(table.c.session, table.c.student)).mappings():
        zero = None
        if row["zero_by"] is not None:
            zero = ReasonedZero(row["zero_by"], row["zero_reason"] or "")
        found.setdefault(row["student"], []).append(
            Attendance(row["session"], row["attended"], row["engagement"], row["excused"], zero)
        )
    return found


def put_attendance(
    db: Connection, author: Author, notes: Mapping[StudentId, Iterable[Attendance]]
) -> int:
    """Keep notes, in place of earlier ones on the same session; the number that changed."""
    known = {
        (student, note.session): note for student, them in attendance(db).items() for note in them
    }
    changed = [
        (student, note)
        for student, them in notes.items()
        for note in them
        if known.get((student, note.session)) != note
    ]
    for student, note in changed:
        _put(db, author, student, note)
    return len(changed)


def _put(db: Connection, author: Author, student: StudentId, note: Attendance) -> None:
    table = tables.attendance
    here = (table.c.session == note.session) & (table.c.student == student)
    db.execute(delete(table).where(here))
    db.execute(
        insert(table).values(
            session=note.session,
            student=student,
            attended=note.attended,
            engagement=note.engagement,
            excused=note.excused,
            zero_by=note.zero.by if note.zero else None,
            zero_reason=note.zero.reason if note.zero else None,
            by=author.by,
            at=author.at,
        )
    )
    record(db, author, "attendance", f"attendance/{note.session}/{student}", asdict(note))

"""Marks that staff give outside nbgrader, decisions on points, and appeals."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection, insert, select, update

from labhub.exchange.store import tables
from labhub.exchange.store.errors import UnknownRecordError
from labhub.exchange.store.events import Author, record
from labhub.ids import StudentId
from labhub.policy.marks import Override
from labhub.policy.roundings import say_number

Place = tuple[str, StudentId]
"""An item or assignment, and a student."""


@dataclass(frozen=True)
class StaffMark:
    """Points for an item, or that it does not count for this student (`points` is None)."""

    item: str
    student: StudentId
    points: Fraction | None
    by: str
    reason: str = ""

    @property
    def excused(self) -> bool:
        """Whether the item does not count."""
        return self.points is None


@dataclass(frozen=True)
class Appeal:
    """What a student asks to have looked at again, and the answer."""

    number: int
    item: str
    student: StudentId
    text: str
    at: datetime
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None


def staff_marks(db: Connection) -> dict[Place, StaffMark]:
    """What staff gave; of several marks for one student and item the last."""
    query = select(tables.staff_marks).order_by(tables.staff_marks.c.seq)
    return {
        (row["item"], row["student"]): StaffMark(
            row["item"], row["student"], row["points"], row["by"], row["reason"]
        )
        for row in db.execute(query).mappings()
    }


def put_staff_marks(db: Connection, author: Author, marks: Iterable[StaffMark]) -> int:
    """Keep marks; the number of those that are new or differ."""
    known, changed = staff_marks(db), 0
    for mark in marks:
        before = known.get((mark.item, mark.student))
        if before is not None and (before.points, before.reason) == (mark.points, mark.reason):
            continue
        changed += 1
        values = {"item": mark.item, "student": mark.student, "reason": mark.reason}
        kept = {"points": mark.points, "excused": mark.excused, "by": mark.by, "at": author.at}
        db.execute(insert(tables.staff_marks).values(**values, **kept))
        said = "excused" if mark.points is None else say_number(mark.points)
        data = {**values, "points": said}
        record(db, author, "staff-mark", f"mark/{mark.item}/{mark.student}", data)
    return changed


def overrides(db: Connection) -> dict[Place, Override]:
    """Points that staff decided on against tests and lateness; the last for each."""
    query = select(tables.point_decisions).order_by(tables.point_decisions.c.seq)
    return {
        (row["item"], row["student"]): Override(row["points"], row["by"], row["reason"])
        for row in db.execute(query).mappings()
    }


def decide_points(
    db: Connection, author: Author, item: str, student: StudentId, override: Override
) -> None:
    """Keep a decision on the points of one student's item."""
    values = {"item": item, "student": student, "reason": override.reason}
    table = insert(tables.point_decisions)
    db.execute(table.values(**values, points=override.points, by=override.by, at=author.at))
    data = {**values, "points": say_number(override.points)}
    record(db, author, "point-decision", f"mark/{item}/{student}", data)


def appeals(db: Connection) -> tuple[Appeal, ...]:
    """Every appeal, the oldest first."""
    query = select(tables.appeals).order_by(tables.appeals.c.seq)
    return tuple(Appeal(*row) for row in db.execute(query))


def add_appeal(db: Connection, author: Author, item: str, student: StudentId, text: str) -> int:
    """Keep an appeal; its number."""
    values = {"item": item, "student": student, "text": text}
    done = db.execute(insert(tables.appeals).values(**values, at=author.at))
    record(db, author, "appeal", f"appeal/{item}/{student}", values)
    assert done.inserted_primary_key is not None
    return int(done.inserted_primary_key[0])


def answer_appeal(db: Connection, author: Author, number: int, answer: str) -> Appeal:
    """Answer an appeal. Raises `UnknownRecordError` where none of that number is open."""
    found = next((a for a in appeals(db) if a.number == number and a.answer is None), None)
    if found is None:
        raise UnknownRecordError(
            f"There is no open appeal number {number}.", hint="See: labhub marks appeals."
        )
    changed = update(tables.appeals).where(tables.appeals.c.seq == number)
    db.execute(changed.values(answer=answer, answered_by=author.by, answered_at=author.at))
    subject = f"appeal/{found.item}/{found.student}"
    record(db, author, "appeal-answered", subject, {"number": number, "answer": answer})
    return found

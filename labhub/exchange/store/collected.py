"""Which hand-in lies in which student's folder of `submitted/`, and what grading found in it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from labhub.exchange.store.hand_in_tables import collected as table
from labhub.exchange.store.hand_in_tables import results
from labhub.ids import AssignmentId, StudentId


def collected(db: Connection, assignment: str) -> dict[StudentId, int]:
    """The number of the hand-in in everybody's folder."""
    query = select(table.c.student, table.c.submission).where(table.c.assignment == assignment)
    return {row.student: row.submission for row in db.execute(query.order_by(table.c.student))}


def folders_of(db: Connection, submission: int) -> tuple[StudentId, ...]:
    """The students in whose folders a hand-in lies: one, unless its group has parted since."""
    query = select(table.c.student).where(table.c.submission == submission)
    return tuple(db.execute(query.order_by(table.c.student)).scalars())


def put_collected(
    db: Connection, assignment: AssignmentId, student: StudentId, submission: int, at: datetime
) -> None:
    """Write down whose folder a hand-in was put into, in the place of what was there."""
    mine = (table.c.assignment == assignment) & (table.c.student == student)
    db.execute(delete(table).where(mine))
    values = {"assignment": assignment, "student": student, "submission": submission, "at": at}
    db.execute(insert(table).values(**values))


def put_result(db: Connection, submission: int, at: datetime, data: Mapping[str, Any]) -> None:
    """Write down what grading found in a hand-in, in the place of what it found before."""
    db.execute(delete(results).where(results.c.submission == submission))
    db.execute(insert(results).values(submission=submission, at=at, data=dict(data)))


def result_of(db: Connection, submission: int) -> tuple[datetime, Mapping[str, Any]] | None:
    """When a hand-in was graded, and what was found; None before that."""
    query = select(results.c.at, results.c.data).where(results.c.submission == submission)
    row = db.execute(query).one_or_none()
    return None if row is None else (row.at, row.data)

"""Extensions, and decisions on the credit of a hand-in."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Connection, insert, select, update

from labhub.exchange.store import tables
from labhub.exchange.store.errors import UnknownRecordError
from labhub.exchange.store.events import Author, record
from labhub.ids import AssignmentId, StudentId
from labhub.policy.extensions import Extension
from labhub.policy.verdicts import Decision
from labhub.policy.workdays import Day


@dataclass(frozen=True)
class Granted:
    """An extension with its number, by which it is withdrawn."""

    number: int
    extension: Extension
    granted_at: datetime


def extensions(db: Connection) -> tuple[Granted, ...]:
    """Every extension that has not been withdrawn, the oldest first."""
    table = tables.extensions
    query = select(table).where(table.c.withdrawn_at.is_(None)).order_by(table.c.seq)
    return tuple(
        Granted(
            row["seq"],
            Extension(
                row["assignment"],
                row["reason"],
                row["by"],
                row["student"],
                row["group"],
                row["days"],
                row["due"],
                row["late_until"],
            ),
            row["at"],
        )
        for row in db.execute(query).mappings()
    )


def add_extension(db: Connection, author: Author, extension: Extension) -> int:
    """Grant an extension; its number."""
    values = {
        "assignment": extension.assignment,
        "student": extension.student,
        "group": extension.group,
        "days": extension.days,
        "due": _moment(extension.due),
        "late_until": _moment(extension.late_until),
        "reason": extension.reason,
    }
    done = db.execute(insert(tables.extensions).values(**values, by=author.by, at=author.at))
    whom = extension.student or extension.group
    data = {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
    record(db, author, "extension", f"extension/{extension.assignment}/{whom}", data)
    assert done.inserted_primary_key is not None
    return int(done.inserted_primary_key[0])


def withdraw_extension(db: Connection, author: Author, number: int) -> Granted:
    """Take an extension back. Raises `UnknownRecordError` where none of that number holds."""
    found = next((each for each in extensions(db) if each.number == number), None)
    if found is None:
        raise UnknownRecordError(
            f"There is no extension number {number}.", hint="See: labhub extension list."
        )
    table = tables.extensions
    changed = update(table).where(table.c.seq == number)
    db.execute(changed.values(withdrawn_at=author.at, withdrawn_by=author.by))
    given = found.extension
    subject = f"extension/{given.assignment}/{given.student or given.group}"
    record(db, author, "extension-withdrawn", subject, {"number": number})
    return found


def _moment(day: Day | None) -> datetime | None:
    """Extensions are kept as moments: who grants one says its time of day."""
    assert day is None or isinstance(day, datetime)
    return day


def decisions(db: Connection) -> dict[tuple[AssignmentId, StudentId], Decision]:
    """What staff decided on the credit of hand-ins; of several decisions the last."""
    query = select(tables.credit_decisions).order_by(tables.credit_decisions.c.seq)
    return {
        (row["assignment"], row["student"]): Decision(
            Decimal(row["credit"].numerator) / row["credit"].denominator, row["by"], row["reason"]
        )
        for row in db.execute(query).mappings()
    }


def decide_credit(
    db: Connection, author: Author, assignment: AssignmentId, student: StudentId, decision: Decision
) -> None:
    """Keep a decision on the credit of one hand-in, whatever the dates become."""
    values = {"assignment": assignment, "student": student, "reason": decision.reason}
    credit = Fraction(decision.credit)
    db.execute(
        insert(tables.credit_decisions).values(
            **values, credit=credit, by=decision.by, at=author.at
        )
    )
    data = {**values, "credit": str(decision.credit)}
    record(db, author, "credit-decision", f"credit/{assignment}/{student}", data)

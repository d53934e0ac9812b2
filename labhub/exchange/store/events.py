"""Events: what was changed, when and by whom. They are only added."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from labhub.exchange.store import tables


@dataclass(frozen=True)
class Author:
    """Who changes something, and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Event:
    """One change. `subject` names what was changed, such as `extension/lab1/ann`."""

    seq: int
    at: datetime
    by: str
    what: str
    subject: str
    data: Mapping[str, object]


def record(
    db: Connection, author: Author, what: str, subject: str, data: Mapping[str, object]
) -> None:
    """Add an event, in the transaction of the change itself."""
    db.execute(
        insert(tables.events).values(
            at=author.at, by=author.by, what=what, subject=subject, data=dict(data)
        )
    )


def history(db: Connection, subject: str = "") -> tuple[Event, ...]:
    """The events whose subject begins with this text, the oldest first."""
    query = select(tables.events).order_by(tables.events.c.seq)
    if subject:
        query = query.where(tables.events.c.subject.startswith(subject, autoescape=True))
    return tuple(Event(*row) for row in db.execute(query))

"""The history of groups, and individual exceptions from them."""

from collections.abc import Iterable
from dataclasses import asdict, fields

from sqlalchemy import Connection, insert, select

from labhub.exchange.store import tables
from labhub.exchange.store.errors import UnknownGroupError
from labhub.exchange.store.events import Author, record
from labhub.exchange.store.people import check_id
from labhub.ids import GroupId, StudentId
from labhub.policy.groups import EventKind, GroupEvent, GroupRules, Groups, accept, replay
from labhub.policy.units import Arrangement, GroupException

NAMES = [field.name for field in fields(GroupEvent)]


def group_events(db: Connection) -> tuple[GroupEvent, ...]:
    """The whole history, in the order in which it was written."""
    query = select(tables.group_events).order_by(tables.group_events.c.seq)
    rows = db.execute(query).mappings()
    return tuple(
        GroupEvent(**{name: row[name] for name in NAMES} | {"kind": EventKind(row["kind"])})
        for row in rows
    )


def add_group_events(db: Connection, events: Iterable[GroupEvent]) -> None:
    """Add changes that the rules have accepted."""
    for event in events:
        values = asdict(event) | {"kind": event.kind.value}
        db.execute(insert(tables.group_events).values(**values))
        data = {k: str(v) for k, v in values.items() if v not in (None, "", False)}
        author = Author(event.by, event.at)
        record(db, author, f"group-{event.kind}", f"group/{event.group or event.student}", data)


def change_groups(db: Connection, events: Iterable[GroupEvent], rules: GroupRules) -> Groups:
    """Make changes that the rules allow, all or none; the groups after them.

    Raises `GroupChangeRefusedError` or, for a new group, `BadIdError`.
    """
    groups = replay(group_events(db))
    for event in events:
        if event.kind is EventKind.FORMED:
            check_id(event.group or "")
        groups = accept(groups, event, rules)
        add_group_events(db, [event])
    return groups


def require_group(db: Connection, group: str) -> frozenset[StudentId]:
    """The members of a group. Raises `UnknownGroupError`."""
    members = replay(group_events(db)).members.get(GroupId(group))
    if members is None:
        raise UnknownGroupError(f"There is no group '{group}'.", hint="See: labhub groups list.")
    return members


def group_exceptions(db: Connection) -> tuple[GroupException, ...]:
    """The exceptions that hold: of several for one student and assignment the last."""
    query = select(tables.group_exceptions).order_by(tables.group_exceptions.c.seq)
    found = {
        (row["assignment"], row["student"]): GroupException(
            row["assignment"],
            row["student"],
            Arrangement(row["arrangement"]),
            row["by"],
            row["reason"],
            row["group"],
        )
        for row in db.execute(query).mappings()
    }
    return tuple(found.values())


def add_group_exception(db: Connection, author: Author, exception: GroupException) -> None:
    """Let one student, on one assignment, differ from the group."""
    values = asdict(exception) | {"arrangement": exception.arrangement.value}
    db.execute(insert(tables.group_exceptions).values(**values, at=author.at))
    subject = f"exception/{exception.assignment}/{exception.student}"
    record(db, author, "group-exception", subject, values)

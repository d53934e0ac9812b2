"""People of the course, with the ids that a learning system has for them."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from difflib import get_close_matches

from sqlalchemy import Connection, delete, insert, select

from labhub.exchange.store import tables
from labhub.exchange.store.errors import BadIdError, UnknownPersonError
from labhub.exchange.store.events import Author, record
from labhub.ids import StudentId

ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}")


@dataclass(frozen=True)
class Person:
    """A student or a member of the staff."""

    id: StudentId
    name: str = ""
    email: str = ""
    role: str = "student"
    lms_id: str = ""


def people(db: Connection, role: str = "") -> dict[StudentId, Person]:
    """Everybody, or everybody of a role, in order of their ids."""
    query = select(tables.people).order_by(tables.people.c.id)
    if role:
        query = query.where(tables.people.c.role == role)
    return {row.id: Person(*row) for row in db.execute(query)}


def check_id(name: str) -> None:
    """Raises `BadIdError` for an id that could not be the name of a folder."""
    if not ID.fullmatch(name):
        raise BadIdError(
            f"'{name[:64]}' is no id.",
            hint="Expected letters, digits, '_', '.', '@', '+' and '-', 64 at most.",
        )


def put_people(db: Connection, author: Author, persons: Iterable[Person]) -> int:
    """Add or renew people; the number of those that were new or differed.

    Raises `BadIdError`.
    """
    known, changed = people(db), 0
    for person in persons:
        if known.get(person.id) == person:
            continue
        check_id(person.id)
        changed += 1
        db.execute(delete(tables.people).where(tables.people.c.id == person.id))
        db.execute(insert(tables.people).values(**asdict(person)))
        record(db, author, "person", f"person/{person.id}", asdict(person))
    return changed


def require_people(db: Connection, ids: Iterable[str]) -> None:
    """Raises `UnknownPersonError` for an id that nobody has; where nobody is listed, all pass."""
    known = people(db)
    for name in ids:
        if known and name not in known:
            near = get_close_matches(name, known, n=1)
            raise UnknownPersonError(
                f"There is nobody with the id '{name}'.",
                hint=f"Did you mean '{near[0]}'?" if near else "See: labhub people list.",
            )

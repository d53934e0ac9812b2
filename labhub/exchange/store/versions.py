"""Released versions of an assignment: numbered, and never changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from labhub.exchange.store.errors import UnknownVersionError
from labhub.exchange.store.events import Author, record
from labhub.exchange.store.files import FileRecord, digest_of, files_of, put_files
from labhub.exchange.store.hand_in_tables import version_files
from labhub.exchange.store.hand_in_tables import versions as table
from labhub.ids import AssignmentId


@dataclass(frozen=True)
class Version:
    """What students of an assignment were given."""

    assignment: AssignmentId
    number: int
    digest: str
    files: tuple[FileRecord, ...]
    at: datetime
    by: str
    note: str = ""
    """For students: what is new in it."""
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    @property
    def withdrawn(self) -> bool:
        """Whether it is not to be worked on any more."""
        return self.withdrawn_at is not None


def add_version(
    db: Connection,
    author: Author,
    assignment: AssignmentId,
    files: Iterable[FileRecord],
    note: str = "",
) -> Version:
    """Release files whose bytes are kept; the same bytes as the newest version are that one."""
    chosen = tuple(sorted(files))
    last = newest(db, assignment)
    digest = digest_of(chosen)
    if last is not None and last.digest == digest:
        return last
    highest = select(func.max(table.c.number)).where(table.c.assignment == assignment)
    number = (db.execute(highest).scalar() or 0) + 1
    owner: dict[str, Any] = {"assignment": assignment, "number": number}
    db.execute(insert(table).values(**owner, digest=digest, note=note, by=author.by, at=author.at))
    put_files(db, version_files, owner, chosen)
    data = {"digest": digest, "files": len(chosen), "note": note}
    record(db, author, "version", f"version/{assignment}/{number}", data)
    return Version(assignment, number, digest, chosen, author.at, author.by, note)


def versions(db: Connection, assignment: str | None = None) -> tuple[Version, ...]:
    """The versions of an assignment, or all, the oldest first; withdrawn ones too."""
    query = select(table).order_by(table.c.assignment, table.c.number)
    if assignment is not None:
        query = query.where(table.c.assignment == assignment)
    return tuple(_version(db, row) for row in db.execute(query).mappings().all())


def version_of(db: Connection, assignment: str, number: int) -> Version:
    """The version of that number, withdrawn or not. Raises `UnknownVersionError`."""
    query = select(table).where(table.c.assignment == assignment, table.c.number == number)
    row = db.execute(query).mappings().one_or_none()
    if row is None:
        known = ", ".join(str(each.number) for each in versions(db, assignment))
        raise UnknownVersionError(
            f"{assignment} has no version {number}.", hint=f"It has: {known or 'none yet'}."
        )
    return _version(db, row)


def newest(db: Connection, assignment: str) -> Version | None:
    """The newest version that is not withdrawn; None where there is none."""
    query = (
        select(table)
        .where(table.c.assignment == assignment, table.c.withdrawn_at.is_(None))
        .order_by(table.c.number.desc())
        .limit(1)
    )
    row = db.execute(query).mappings().one_or_none()
    return None if row is None else _version(db, row)


def withdraw_version(
    db: Connection, author: Author, assignment: str, number: int, reason: str = ""
) -> Version:
    """Withdraw a version; one that is withdrawn stays as it is. Raises `UnknownVersionError`."""
    found = version_of(db, assignment, number)
    if found.withdrawn:
        return found
    where = (table.c.assignment == assignment) & (table.c.number == number)
    db.execute(update(table).where(where).values(withdrawn_at=author.at, withdrawn_by=author.by))
    subject = f"version/{assignment}/{number}"
    record(db, author, "version-withdrawn", subject, {"reason": reason})
    return version_of(db, assignment, number)


def _version(db: Connection, row: RowMapping) -> Version:
    return Version(
        row["assignment"],
        row["number"],
        row["digest"],
        files_of(db, version_files, assignment=row["assignment"], number=row["number"]),
        row["at"],
        row["by"],
        row["note"],
        row["withdrawn_at"],
        row["withdrawn_by"],
    )

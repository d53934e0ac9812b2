"""Feedback on hand-ins: kept when it is made, seen by students when it is released."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from labhub.exchange.store.events import Author, record
from labhub.exchange.store.files import FileRecord, digest_of, files_of, put_files
from labhub.exchange.store.hand_in_tables import feedback as table
from labhub.exchange.store.hand_in_tables import feedback_files, submissions


@dataclass(frozen=True)
class Feedback:
    """The pages on one hand-in."""

    seq: int
    submission: int
    files: tuple[FileRecord, ...]
    at: datetime
    by: str
    released_at: datetime | None = None
    released_by: str | None = None


def keep_feedback(
    db: Connection, author: Author, submission: int, files: Iterable[FileRecord]
) -> Feedback:
    """Keep pages whose bytes are kept; what was released before stays to be seen until then.

    The same bytes as the newest are that one.
    """
    chosen = tuple(sorted(files))
    digest = digest_of(chosen)
    last = feedback_of(db, submission, released=False)
    if last is not None and digest_of(last.files) == digest:
        return last
    values = {"submission": submission, "digest": digest, "by": author.by, "at": author.at}
    done = db.execute(insert(table).values(**values))
    assert done.inserted_primary_key is not None
    seq = int(done.inserted_primary_key[0])
    put_files(db, feedback_files, {"feedback": seq}, chosen)
    record(db, author, "feedback", f"feedback/{submission}", {"digest": digest})
    return Feedback(seq, submission, chosen, author.at, author.by)


def feedback_of(db: Connection, submission: int, *, released: bool = True) -> Feedback | None:
    """The newest released feedback on a hand-in, or the newest at all; None without any."""
    query = select(table).where(table.c.submission == submission).order_by(table.c.seq.desc())
    if released:
        query = query.where(table.c.released_at.is_not(None))
    row = db.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else _feedback(db, row)


def all_feedback(db: Connection) -> tuple[Feedback, ...]:
    """Everything that was ever kept, the oldest first."""
    rows = db.execute(select(table).order_by(table.c.seq)).mappings().all()
    return tuple(_feedback(db, row) for row in rows)


def release_feedback(
    db: Connection, author: Author, assignment: str, only: Iterable[int] | None = None
) -> tuple[int, ...]:
    """Let students see the feedback on all hand-ins of an assignment, or on these alone.

    The numbers of the hand-ins whose feedback was not released before.
    """
    mine = select(submissions.c.id).where(submissions.c.assignment == assignment)
    waiting = select(table.c.seq, table.c.submission).where(
        table.c.released_at.is_(None), table.c.submission.in_(mine)
    )
    chosen = None if only is None else set(only)
    rows = [row for row in db.execute(waiting) if chosen is None or row.submission in chosen]
    for row in rows:
        change = update(table).where(table.c.seq == row.seq)
        db.execute(change.values(released_at=author.at, released_by=author.by))
    found = tuple(sorted({row.submission for row in rows}))
    if found:
        data = {"submissions": list(found)}
        record(db, author, "feedback-released", f"feedback/{assignment}", data)
    return found


def _feedback(db: Connection, row: RowMapping) -> Feedback:
    return Feedback(
        row["seq"],
        row["submission"],
        files_of(db, feedback_files, feedback=row["seq"]),
        row["at"],
        row["by"],
        row["released_at"],
        row["released_by"],
    )

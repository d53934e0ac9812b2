"""Submissions: what was handed in, by whom, for whom, when and from where. They never change."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select

from labhub.exchange.store.errors import UnknownSubmissionError
from labhub.exchange.store.events import Author, record
from labhub.exchange.store.files import FileRecord, digest_of, put_files
from labhub.exchange.store.hand_in_tables import receipts, submission_files, submission_members
from labhub.exchange.store.hand_in_tables import submissions as table
from labhub.ids import AssignmentId, GroupId, StudentId

MANY = 500
"""Numbers in one question to the database."""


class Place(StrEnum):
    """From where a hand-in came."""

    HUB = "hub"
    COLAB = "colab"
    OWN = "own"
    """The student's own machine."""
    PAGE = "page"
    """Dropped on the page of the service."""
    STAFF = "staff"
    """Brought in by the staff in the student's name."""


@dataclass(frozen=True)
class NewSubmission:
    """A hand-in that the rules have accepted; its bytes are kept."""

    assignment: AssignmentId
    version: int
    group: GroupId | None
    """None for somebody who hands in alone."""
    members: tuple[StudentId, ...]
    """For whom it counts, in order."""
    student: StudentId
    """In whose name it came: one of the members."""
    at: datetime
    place: Place
    files: tuple[FileRecord, ...]
    late: bool
    credit: Decimal
    """By the policy at that time; a share of one."""
    words: str
    """The policy's verdict in whole sentences."""


@dataclass(frozen=True)
class Submission(NewSubmission):
    """A hand-in with its number, by which everybody speaks of it."""

    id: int
    digest: str
    attempt: int
    """The first of its unit is 1."""

    @property
    def unit(self) -> str:
        """The group's id; the student's own for somebody alone."""
        return self.group or self.student


def add_submission(db: Connection, author: Author, new: NewSubmission) -> tuple[Submission, bool]:
    """Keep a hand-in; False with the unit's newest where it holds the same bytes."""
    last = newest_submission(db, new.assignment, new.group, new.student)
    digest = digest_of(new.files)
    if last is not None and last.digest == digest:
        return last, False
    attempt = last.attempt + 1 if last is not None else 1
    values = {
        "assignment": new.assignment,
        "version": new.version,
        "group": new.group,
        "student": new.student,
        "at": new.at,
        "place": new.place.value,
        "digest": digest,
        "attempt": attempt,
        "late": new.late,
        "credit": str(new.credit),
        "words": new.words,
    }
    done = db.execute(insert(table).values(**values))
    assert done.inserted_primary_key is not None
    number = int(done.inserted_primary_key[0])
    rows = [{"submission": number, "student": student} for student in new.members]
    db.execute(insert(submission_members), rows)
    put_files(db, submission_files, {"submission": number}, new.files)
    made = _submission(number, new, digest, attempt)
    data = {"id": number, "digest": digest, "attempt": attempt, "place": new.place.value}
    record(db, author, "submission", f"submission/{new.assignment}/{made.unit}", data)
    return made, True


def submission(db: Connection, number: int) -> Submission:
    """The hand-in of that number. Raises `UnknownSubmissionError`."""
    found = _found(db, table.c.id == number)
    if not found:
        raise UnknownSubmissionError(f"There is no hand-in number {number}.")
    return found[0]


def submissions(
    db: Connection, assignment: str | None = None, student: str | None = None
) -> tuple[Submission, ...]:
    """Hand-ins, the oldest first; a student's are those that count for the student."""
    conditions: list[ColumnElement[bool]] = []
    if assignment is not None:
        conditions.append(table.c.assignment == assignment)
    if student is not None:
        mine = select(submission_members.c.submission).where(
            submission_members.c.student == student
        )
        conditions.append(table.c.id.in_(mine))
    return _found(db, *conditions)


def newest_submission(
    db: Connection, assignment: str, group: str | None, student: str
) -> Submission | None:
    """The newest hand-in of a group, or of a student alone; None where there is none."""
    found = _found(db, *_of_unit(assignment, group, student), last=True)
    return found[0] if found else None


def attempts_since(
    db: Connection, assignment: str, group: str | None, student: str, since: datetime | None = None
) -> int:
    """How often a group, or a student alone, has handed in, at all or since a moment."""
    query = select(func.count()).select_from(table)
    query = query.where(*_of_unit(assignment, group, student))
    if since is not None:
        query = query.where(table.c.at >= since)
    return int(db.execute(query).scalar_one())


def last_moments(db: Connection) -> dict[tuple[AssignmentId, StudentId], datetime]:
    """When everybody last handed in each assignment in the own name."""
    last = select(table.c.assignment, table.c.student, func.max(table.c.at))
    query = last.group_by(table.c.assignment, table.c.student)
    return {(assignment, student): at for assignment, student, at in db.execute(query)}


def put_receipt(db: Connection, number: int, text: str) -> None:
    """Keep the receipt of a hand-in, in the transaction of the hand-in itself."""
    db.execute(insert(receipts).values(submission=number, text=text))


def receipt_text(db: Connection, number: int) -> str:
    """The receipt of a hand-in as it was given. Raises `UnknownSubmissionError`."""
    found = db.execute(select(receipts.c.text).where(receipts.c.submission == number)).scalar()
    if found is None:
        raise UnknownSubmissionError(f"There is no hand-in number {number}.")
    return str(found)


def _of_unit(assignment: str, group: str | None, student: str) -> list[ColumnElement[bool]]:
    mine = table.c.group == group
    if group is None:
        mine = table.c.group.is_(None) & (table.c.student == student)
    return [table.c.assignment == assignment, mine]


def _found(
    db: Connection, *conditions: ColumnElement[bool], last: bool = False
) -> tuple[Submission, ...]:
    query = select(table).where(*conditions).order_by(table.c.id)
    if last:
        query = select(table).where(*conditions).order_by(table.c.id.desc()).limit(1)
    rows = db.execute(query).mappings().all()
    numbers = [row["id"] for row in rows]
    members: dict[int, list[StudentId]] = defaultdict(list)
    files: dict[int, list[FileRecord]] = defaultdict(list)
    for start in range(0, len(numbers), MANY):
        _read_parts(db, numbers[start : start + MANY], members, files)
    return tuple(
        _submission(
            row["id"],
            _new(row, tuple(members[row["id"]]), tuple(files[row["id"]])),
            row["digest"],
            row["attempt"],
        )
        for row in rows
    )


def _read_parts(
    db: Connection,
    numbers: Sequence[int],
    members: dict[int, list[StudentId]],
    files: dict[int, list[FileRecord]],
) -> None:
    people = submission_members.c
    query = select(people.submission, people.student).order_by(people.student)
    for number, student in db.execute(query.where(people.submission.in_(numbers))):
        members[number].append(student)
    parts = submission_files.c
    columns = select(parts.submission, parts.path, parts.sha256, parts.size_bytes)
    for number, *file in db.execute(columns.where(parts.submission.in_(numbers))):
        files[number].append(FileRecord(*file))


def _new(
    row: RowMapping, members: tuple[StudentId, ...], files: tuple[FileRecord, ...]
) -> NewSubmission:
    return NewSubmission(
        row["assignment"],
        row["version"],
        row["group"],
        tuple(sorted(members)),
        row["student"],
        row["at"],
        Place(row["place"]),
        tuple(sorted(files)),
        row["late"],
        Decimal(row["credit"]),
        row["words"],
    )


def _submission(number: int, new: NewSubmission, digest: str, attempt: int) -> Submission:
    return Submission(
        **{**vars(new), "members": tuple(sorted(new.members)), "files": tuple(sorted(new.files))},
        id=number,
        digest=digest,
        attempt=attempt,
    )

"""Project parts that were handed in, and registrations for seminars."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from labhub.exchange.store import tables
from labhub.exchange.store.events import Author, record
from labhub.ids import StudentId
from labhub.policy.seminars import SeminarEvent, SeminarKind, Talk


@dataclass(frozen=True)
class ProjectHandIn:
    """A link, a file or a text for one item. `file` is its path below the course's folder."""

    item: str
    student: StudentId
    at: datetime
    link: str = ""
    file: str = ""
    sha256: str = ""
    size_bytes: int = 0
    text: str = ""


def project_hand_ins(db: Connection) -> tuple[ProjectHandIn, ...]:
    """Everything handed in for project items, the oldest first."""
    table = tables.project_hand_ins
    return tuple(
        ProjectHandIn(
            row["item"],
            row["student"],
            row["at"],
            row["link"],
            row["file"],
            row["sha256"],
            row["size_bytes"],
            row["text"],
        )
        for row in db.execute(select(table).order_by(table.c.seq)).mappings()
    )


def add_project_hand_in(db: Connection, author: Author, hand_in: ProjectHandIn) -> None:
    """Keep a hand-in for a project item; earlier ones stay."""
    db.execute(insert(tables.project_hand_ins).values(**asdict(hand_in)))
    data = asdict(hand_in) | {"at": hand_in.at.isoformat()}
    record(db, author, "project-hand-in", f"project/{hand_in.item}/{hand_in.student}", data)


def seminar_events(db: Connection) -> tuple[SeminarEvent, ...]:
    """Registrations and withdrawals, in the order in which they were written."""
    table = tables.seminar_events
    return tuple(
        SeminarEvent(
            SeminarKind(row["kind"]),
            row["at"],
            row["student"],
            _talk(row["title"], row["abstract"], row["supervisor"]),
            tuple(row["wishes"]),
            row["staff"],
        )
        for row in db.execute(select(table).order_by(table.c.seq)).mappings()
    )


def add_seminar_event(db: Connection, author: Author, event: SeminarEvent) -> None:
    """Keep a registration or withdrawal that the rules have accepted."""
    talk = event.talk or Talk("", "", "")
    values = {"kind": event.kind.value, "student": event.student, "wishes": list(event.wishes)}
    values |= asdict(talk) | {"staff": event.staff}
    db.execute(insert(tables.seminar_events).values(**values, at=event.at))
    record(db, author, f"seminar-{event.kind}", f"seminar/{event.student}", values)


def _talk(title: str, abstract: str, supervisor: str) -> Talk | None:
    return Talk(title, abstract, supervisor) if title else None

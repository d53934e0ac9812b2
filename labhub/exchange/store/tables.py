"""The tables. A change here needs a migration; a test compares both.

Rows are added, not rewritten, wherever a mark must be explained later: of several decisions the
last one holds. `seq` is the order of writing.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from labhub.exchange.store.columns import Exact, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    return Column(name, String(64), primary_key=key, nullable=optional)


def _seq() -> Column[int]:
    return Column("seq", Integer, primary_key=True, autoincrement=True)


def _by() -> Column[str]:
    return Column("by", String(128), nullable=False)


def _at(name: str = "at", *, optional: bool = False) -> Column[object]:
    return Column(name, Moment, nullable=optional)


def _text(name: str, *, optional: bool = False) -> Column[str]:
    return Column(name, Text, nullable=optional)


events = Table(
    "events",
    metadata,
    _seq(),
    _at(),
    _by(),
    Column("what", String(64), nullable=False),
    Column("subject", String(192), nullable=False),
    Column("data", JSON, nullable=False),
    Index("ix_events_subject", "subject"),
)
"""Everything that was ever changed; the database itself refuses to change or delete a row."""

people = Table(
    "people",
    metadata,
    _id("id", key=True),
    Column("name", String(192), nullable=False),
    Column("email", String(192), nullable=False),
    Column("role", String(16), nullable=False),
    Column("lms_id", String(128), nullable=False),
)
"""`lms_id` is the id that the learning system has for the person; empty where there is none."""

group_events = Table(
    "group_events",
    metadata,
    _seq(),
    Column("kind", String(16), nullable=False),
    _at(),
    _by(),
    Column("group", String(64), nullable=True),
    _id("student", optional=True),
    Column("staff", Boolean, nullable=False),
    _text("reason"),
)

group_exceptions = Table(
    "group_exceptions",
    metadata,
    _seq(),
    _id("assignment"),
    _id("student"),
    Column("arrangement", String(16), nullable=False),
    Column("group", String(64), nullable=True),
    _by(),
    _text("reason"),
    _at(),
)

extensions = Table(
    "extensions",
    metadata,
    _seq(),
    _id("assignment"),
    _id("student", optional=True),
    Column("group", String(64), nullable=True),
    Column("days", Integer, nullable=False),
    _at("due", optional=True),
    _at("late_until", optional=True),
    _text("reason"),
    _by(),
    _at(),
    _at("withdrawn_at", optional=True),
    Column("withdrawn_by", String(128), nullable=True),
)

credit_decisions = Table(
    "credit_decisions",
    metadata,
    _seq(),
    _id("assignment"),
    _id("student"),
    Column("credit", Exact, nullable=False),
    _by(),
    _text("reason"),
    _at(),
)

staff_marks = Table(
    "staff_marks",
    metadata,
    _seq(),
    _id("item"),
    _id("student"),
    Column("points", Exact, nullable=True),
    Column("excused", Boolean, nullable=False),
    _text("reason"),
    _by(),
    _at(),
)

point_decisions = Table(
    "point_decisions",
    metadata,
    _seq(),
    _id("item"),
    _id("student"),
    Column("points", Exact, nullable=False),
    _text("reason"),
    _by(),
    _at(),
)

appeals = Table(
    "appeals",
    metadata,
    _seq(),
    _id("item"),
    _id("student"),
    _text("text"),
    _at(),
    _text("answer", optional=True),
    Column("answered_by", String(128), nullable=True),
    _at("answered_at", optional=True),
)

attendance = Table(
    "attendance",
    metadata,
    _id("session", key=True),
    _id("student", key=True),
    Column("attended", Boolean, nullable=False),
    Column("engagement", Integer, nullable=False),
    Column("excused", Boolean, nullable=False),
    Column("zero_by", String(128), nullable=True),
    _text("zero_reason", optional=True),
    _by(),
    _at(),
)

review_works = Table(
    "review_works",
    metadata,
    _id("assignment", key=True),
    _id("work", key=True),
    Column("pseudonym", String(32), nullable=False),
    Column("authors", JSON, nullable=False),
    UniqueConstraint("assignment", "pseudonym"),
)

review_pairs = Table(
    "review_pairs",
    metadata,
    _id("assignment", key=True),
    _id("reviewer", key=True),
    _id("work", key=True),
    Column("pseudonym", String(32), nullable=False),
    Column("repeat", Boolean, nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    _id("assignment", key=True),
    _id("reviewer", key=True),
    _id("work", key=True),
    Column("mark", Exact, nullable=False),
    Column("points", JSON, nullable=False),
    _text("text"),
    _at(),
)

review_replies = Table(
    "review_replies",
    metadata,
    _id("assignment", key=True),
    _id("reviewer", key=True),
    _id("work", key=True),
    Column("stars", Integer, nullable=True),
    _text("answer"),
    _by(),
    _at(),
)
"""How the reviewed rated a review, and what they answered."""

spot_checks = Table(
    "spot_checks",
    metadata,
    _id("assignment", key=True),
    _id("reviewer", key=True),
    _id("work", key=True),
    Column("share", Exact, nullable=False),
    _by(),
    _at(),
)

calibrations = Table(
    "calibrations",
    metadata,
    _id("assignment", key=True),
    _id("student", key=True),
    Column("bias", Exact, nullable=False),
    Column("error", Exact, nullable=False),
    Column("passed", Boolean, nullable=False),
    _at(),
)

project_hand_ins = Table(
    "project_hand_ins",
    metadata,
    _seq(),
    _id("item"),
    _id("student"),
    _text("link"),
    _text("file"),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    _text("text"),
    _at(),
)

seminar_events = Table(
    "seminar_events",
    metadata,
    _seq(),
    Column("kind", String(16), nullable=False),
    _at(),
    _id("student"),
    _text("title"),
    _text("abstract"),
    _text("supervisor"),
    Column("wishes", JSON, nullable=False),
    Column("staff", Boolean, nullable=False),
)

"""The tables. A change here needs a migration; a test compares both.

Rows are added, not rewritten, wherever a mark must be explained later: of several decisions the
last one holds. `seq` is the order of writing. Those of hand-ins stand in `hand_in_tables`.
"""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, UniqueConstraint

from labhub.exchange.store.columns import Exact, at, by, identifier, metadata, seq, text

events = Table(
    "events",
    metadata,
    seq(),
    at(),
    by(),
    Column("what", String(64), nullable=False),
    Column("subject", String(192), nullable=False),
    Column("data", JSON, nullable=False),
    Index("ix_events_subject", "subject"),
)
"""Everything that was ever changed; the database itself refuses to change or delete a row."""

people = Table(
    "people",
    metadata,
    identifier("id", key=True),
    Column("name", String(192), nullable=False),
    Column("email", String(192), nullable=False),
    Column("role", String(16), nullable=False),
    Column("lms_id", String(128), nullable=False),
)
"""`lms_id` is the id that the learning system has for the person; empty where there is none."""

group_events = Table(
    "group_events",
    metadata,
    seq(),
    Column("kind", String(16), nullable=False),
    at(),
    by(),
    Column("group", String(64), nullable=True),
    identifier("student", optional=True),
    Column("staff", Boolean, nullable=False),
    text("reason"),
)

group_exceptions = Table(
    "group_exceptions",
    metadata,
    seq(),
    identifier("assignment"),
    identifier("student"),
    Column("arrangement", String(16), nullable=False),
    Column("group", String(64), nullable=True),
    by(),
    text("reason"),
    at(),
)

extensions = Table(
    "extensions",
    metadata,
    seq(),
    identifier("assignment"),
    identifier("student", optional=True),
    Column("group", String(64), nullable=True),
    Column("days", Integer, nullable=False),
    at("due", optional=True),
    at("late_until", optional=True),
    text("reason"),
    by(),
    at(),
    at("withdrawn_at", optional=True),
    Column("withdrawn_by", String(128), nullable=True),
)

credit_decisions = Table(
    "credit_decisions",
    metadata,
    seq(),
    identifier("assignment"),
    identifier("student"),
    Column("credit", Exact, nullable=False),
    by(),
    text("reason"),
    at(),
)

staff_marks = Table(
    "staff_marks",
    metadata,
    seq(),
    identifier("item"),
    identifier("student"),
    Column("points", Exact, nullable=True),
    Column("excused", Boolean, nullable=False),
    text("reason"),
    by(),
    at(),
)

point_decisions = Table(
    "point_decisions",
    metadata,
    seq(),
    identifier("item"),
    identifier("student"),
    Column("points", Exact, nullable=False),
    text("reason"),
    by(),
    at(),
)

appeals = Table(
    "appeals",
    metadata,
    seq(),
    identifier("item"),
    identifier("student"),
    text("text"),
    at(),
    text("answer", optional=True),
    Column("answered_by", String(128), nullable=True),
    at("answered_at", optional=True),
)

attendance = Table(
    "attendance",
    metadata,
    identifier("session", key=True),
    identifier("student", key=True),
    Column("attended", Boolean, nullable=False),
    Column("engagement", Integer, nullable=False),
    Column("excused", Boolean, nullable=False),
    Column("zero_by", String(128), nullable=True),
    text("zero_reason", optional=True),
    by(),
    at(),
)

review_works = Table(
    "review_works",
    metadata,
    identifier("assignment", key=True),
    identifier("work", key=True),
    Column("pseudonym", String(32), nullable=False),
    Column("authors", JSON, nullable=False),
    UniqueConstraint("assignment", "pseudonym"),
)

review_pairs = Table(
    "review_pairs",
    metadata,
    identifier("assignment", key=True),
    identifier("reviewer", key=True),
    identifier("work", key=True),
    Column("pseudonym", String(32), nullable=False),
    Column("repeat", Boolean, nullable=False),
)

reviews = Table(
    "reviews",
    metadata,
    identifier("assignment", key=True),
    identifier("reviewer", key=True),
    identifier("work", key=True),
    Column("mark", Exact, nullable=False),
    Column("points", JSON, nullable=False),
    text("text"),
    at(),
)

review_replies = Table(
    "review_replies",
    metadata,
    identifier("assignment", key=True),
    identifier("reviewer", key=True),
    identifier("work", key=True),
    Column("stars", Integer, nullable=True),
    text("answer"),
    by(),
    at(),
)
"""How the reviewed rated a review, and what they answered."""

spot_checks = Table(
    "spot_checks",
    metadata,
    identifier("assignment", key=True),
    identifier("reviewer", key=True),
    identifier("work", key=True),
    Column("share", Exact, nullable=False),
    by(),
    at(),
)

calibrations = Table(
    "calibrations",
    metadata,
    identifier("assignment", key=True),
    identifier("student", key=True),
    Column("bias", Exact, nullable=False),
    Column("error", Exact, nullable=False),
    Column("passed", Boolean, nullable=False),
    at(),
)

project_hand_ins = Table(
    "project_hand_ins",
    metadata,
    seq(),
    identifier("item"),
    identifier("student"),
    text("link"),
    text("file"),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    text("text"),
    at(),
)

seminar_events = Table(
    "seminar_events",
    metadata,
    seq(),
    Column("kind", String(16), nullable=False),
    at(),
    identifier("student"),
    text("title"),
    text("abstract"),
    text("supervisor"),
    Column("wishes", JSON, nullable=False),
    Column("staff", Boolean, nullable=False),
)

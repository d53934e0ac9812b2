"""The tables of hand-ins: versions, submissions, receipts, feedback and jobs.

Files are named by the SHA-256 of their bytes; the bytes lie beside the database (`blobs`). A
version and a submission are written once; only that a version was withdrawn is added later.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
)

from labhub.exchange.store.columns import at, by, identifier, metadata, seq, text


def _file() -> tuple[Column[str], Column[str], Column[int]]:
    """A file: its path, POSIX and relative, and what it holds."""
    return (
        Column("path", String(255), primary_key=True),
        Column("sha256", String(64), nullable=False),
        Column("size_bytes", BigInteger, nullable=False),
    )


def _digest() -> Column[str]:
    """SHA-256 over the paths and hashes of all files."""
    return Column("digest", String(64), nullable=False)


versions = Table(
    "versions",
    metadata,
    identifier("assignment", key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _digest(),
    text("note"),
    by(),
    at(),
    at("withdrawn_at", optional=True),
    Column("withdrawn_by", String(128), nullable=True),
)

version_files = Table(
    "version_files",
    metadata,
    identifier("assignment", key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    *_file(),
    ForeignKeyConstraint(["assignment", "number"], ["versions.assignment", "versions.number"]),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    identifier("assignment"),
    Column("version", Integer, nullable=False),
    identifier("group", optional=True),
    identifier("student"),
    at(),
    Column("place", String(16), nullable=False),
    _digest(),
    Column("attempt", Integer, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("credit", String(32), nullable=False),
    text("words"),
    ForeignKeyConstraint(["assignment", "version"], ["versions.assignment", "versions.number"]),
    Index("ix_submissions_assignment_student", "assignment", "student"),
)
"""`student` is the one in whose name it came; `group` is null for somebody alone."""

submission_members = Table(
    "submission_members",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True),
    identifier("student", key=True),
    Index("ix_submission_members_student", "student"),
)

submission_files = Table(
    "submission_files",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True),
    *_file(),
)

receipts = Table(
    "receipts",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True),
    text("text"),
)
"""The receipt as it was given, signature and all, byte for byte."""

collected = Table(
    "collected",
    metadata,
    identifier("assignment", key=True),
    identifier("student", key=True),
    Column("submission", ForeignKey("submissions.id"), nullable=False),
    at(),
    Index("ix_collected_submission", "submission"),
)
"""Which hand-in lies in `submitted/<student>/<assignment>/`."""

results = Table(
    "results",
    metadata,
    Column("submission", ForeignKey("submissions.id"), primary_key=True),
    at(),
    Column("data", JSON, nullable=False),
)
"""What the last automatic grading of a hand-in found."""

feedback = Table(
    "feedback",
    metadata,
    seq(),
    Column("submission", ForeignKey("submissions.id"), nullable=False),
    _digest(),
    by(),
    at(),
    at("released_at", optional=True),
    Column("released_by", String(128), nullable=True),
    Index("ix_feedback_submission", "submission"),
)

feedback_files = Table(
    "feedback_files",
    metadata,
    Column("feedback", ForeignKey("feedback.seq"), primary_key=True),
    *_file(),
)

jobs = Table(
    "jobs",
    metadata,
    seq(),
    Column("kind", String(32), nullable=False),
    identifier("assignment"),
    Column("submission", ForeignKey("submissions.id"), nullable=True),
    Column("priority", Integer, nullable=False),
    Column("options", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("progress", JSON, nullable=False),
    Column("result", JSON, nullable=True),
    by(),
    at(),
    at("started_at", optional=True),
    at("ended_at", optional=True),
    Column("worker", String(128), nullable=True),
    at("alive_at", optional=True),
    Column("tries", Integer, nullable=False),
    Index("ix_jobs_state_priority", "state", "priority", "seq"),
    Index("ix_jobs_submission", "submission"),
)
"""Of the jobs that wait, the one of the highest priority comes first, and of those the oldest."""

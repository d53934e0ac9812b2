"""The tables of hand-ins: versions, submissions, receipts, results, feedback, jobs."""

import sqlalchemy as sa
from alembic import op

revision = "r0002_hand_ins"
down_revision = "r0001_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables."""
    _versions()
    _submissions()
    _grading()
    _feedback()
    _jobs()


def downgrade() -> None:
    """Hand-ins are not forgotten."""
    raise NotImplementedError


def _file() -> tuple[sa.Column[str], sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("path", sa.String(255)),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
    )


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("assignment", sa.String(64)),
        sa.Column("number", sa.Integer, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.String(128)),
        sa.PrimaryKeyConstraint("assignment", "number", name="pk_versions"),
    )
    op.create_table(
        "version_files",
        sa.Column("assignment", sa.String(64)),
        sa.Column("number", sa.Integer, autoincrement=False),
        *_file(),
        sa.PrimaryKeyConstraint("assignment", "number", "path", name="pk_version_files"),
        sa.ForeignKeyConstraint(
            ["assignment", "number"],
            ["versions.assignment", "versions.number"],
            name="fk_version_files_assignment_number",
        ),
    )


def _submissions() -> None:
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer, autoincrement=True),
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("group", sa.String(64)),
        sa.Column("student", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("credit", sa.String(32), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_submissions"),
        sa.ForeignKeyConstraint(
            ["assignment", "version"],
            ["versions.assignment", "versions.number"],
            name="fk_submissions_assignment_version",
        ),
    )
    op.create_index("ix_submissions_assignment_student", "submissions", ["assignment", "student"])
    op.create_table(
        "submission_members",
        sa.Column("submission", sa.Integer),
        sa.Column("student", sa.String(64)),
        sa.PrimaryKeyConstraint("submission", "student", name="pk_submission_members"),
        _of_submission("submission_members"),
    )
    op.create_index("ix_submission_members_student", "submission_members", ["student"])
    op.create_table(
        "submission_files",
        sa.Column("submission", sa.Integer),
        *_file(),
        sa.PrimaryKeyConstraint("submission", "path", name="pk_submission_files"),
        _of_submission("submission_files"),
    )
    op.create_table(
        "receipts",
        sa.Column("submission", sa.Integer, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("submission", name="pk_receipts"),
        _of_submission("receipts"),
    )


def _of_submission(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_submission"
    return sa.ForeignKeyConstraint(["submission"], ["submissions.id"], name=name)


def _grading() -> None:
    op.create_table(
        "collected",
        sa.Column("assignment", sa.String(64)),
        sa.Column("student", sa.String(64)),
        sa.Column("submission", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("assignment", "student", name="pk_collected"),
        _of_submission("collected"),
    )
    op.create_index("ix_collected_submission", "collected", ["submission"])
    op.create_table(
        "results",
        sa.Column("submission", sa.Integer, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("submission", name="pk_results"),
        _of_submission("results"),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("submission", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("released_by", sa.String(128)),
        sa.PrimaryKeyConstraint("seq", name="pk_feedback"),
        _of_submission("feedback"),
    )
    op.create_index("ix_feedback_submission", "feedback", ["submission"])
    op.create_table(
        "feedback_files",
        sa.Column("feedback", sa.Integer),
        *_file(),
        sa.PrimaryKeyConstraint("feedback", "path", name="pk_feedback_files"),
        sa.ForeignKeyConstraint(["feedback"], ["feedback.seq"], name="fk_feedback_files_feedback"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("submission", sa.Integer),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("progress", sa.JSON, nullable=False),
        sa.Column("result", sa.JSON),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("worker", sa.String(128)),
        sa.Column("alive_at", sa.DateTime(timezone=True)),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_jobs"),
        _of_submission("jobs"),
    )
    op.create_index("ix_jobs_state_priority", "jobs", ["state", "priority", "seq"])
    op.create_index("ix_jobs_submission", "jobs", ["submission"])

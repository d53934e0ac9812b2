"""The tables that the course's rules need, and events that nobody changes."""

import sqlalchemy as sa
from alembic import op

revision = "r0001_rules"
down_revision = None
branch_labels = None
depends_on = None

SQLITE_GUARD = """
CREATE TRIGGER events_are_only_added_{verb} BEFORE {verb} ON events
BEGIN SELECT RAISE(ABORT, 'events are only added'); END
"""
POSTGRESQL_GUARD = (
    """
CREATE FUNCTION refuse_change_of_events() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are only added'; END $$
""",
    """
CREATE TRIGGER events_are_only_added BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION refuse_change_of_events()
""",
)


def upgrade() -> None:
    """Makes the tables."""
    _records()
    _reviews()
    _projects()
    _guard_events()


def downgrade() -> None:
    """There is nothing before."""
    raise NotImplementedError


def _guard_events() -> None:
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(SQLITE_GUARD.format(verb=verb))
    if op.get_context().dialect.name == "postgresql":
        for statement in POSTGRESQL_GUARD:
            op.execute(statement)


def _records() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(192), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_events"),
    )
    op.create_index("ix_events_subject", "events", ["subject"])
    op.create_table(
        "people",
        sa.Column("id", sa.String(64)),
        sa.Column("name", sa.String(192), nullable=False),
        sa.Column("email", sa.String(192), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("lms_id", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_table(
        "group_events",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("group", sa.String(64)),
        sa.Column("student", sa.String(64)),
        sa.Column("staff", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_group_events"),
    )
    op.create_table(
        "group_exceptions",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("student", sa.String(64), nullable=False),
        sa.Column("arrangement", sa.String(16), nullable=False),
        sa.Column("group", sa.String(64)),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_group_exceptions"),
    )
    op.create_table(
        "extensions",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("student", sa.String(64)),
        sa.Column("group", sa.String(64)),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("due", sa.DateTime(timezone=True)),
        sa.Column("late_until", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.String(128)),
        sa.PrimaryKeyConstraint("seq", name="pk_extensions"),
    )
    op.create_table(
        "credit_decisions",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("student", sa.String(64), nullable=False),
        sa.Column("credit", sa.String(64), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_credit_decisions"),
    )
    op.create_table(
        "staff_marks",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("student", sa.String(64), nullable=False),
        sa.Column("points", sa.String(64)),
        sa.Column("excused", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_staff_marks"),
    )
    op.create_table(
        "point_decisions",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("student", sa.String(64), nullable=False),
        sa.Column("points", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_point_decisions"),
    )
    op.create_table(
        "appeals",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("student", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("answered_by", sa.String(128)),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("seq", name="pk_appeals"),
    )
    op.create_table(
        "attendance",
        sa.Column("session", sa.String(64)),
        sa.Column("student", sa.String(64)),
        sa.Column("attended", sa.Boolean, nullable=False),
        sa.Column("engagement", sa.Integer, nullable=False),
        sa.Column("excused", sa.Boolean, nullable=False),
        sa.Column("zero_by", sa.String(128)),
        sa.Column("zero_reason", sa.Text),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("session", "student", name="pk_attendance"),
    )


def _reviews() -> None:
    op.create_table(
        "review_works",
        sa.Column("assignment", sa.String(64)),
        sa.Column("work", sa.String(64)),
        sa.Column("pseudonym", sa.String(32), nullable=False),
        sa.Column("authors", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("assignment", "work", name="pk_review_works"),
        sa.UniqueConstraint("assignment", "pseudonym", name="uq_review_works_assignment_pseudonym"),
    )
    op.create_table(
        "review_pairs",
        sa.Column("assignment", sa.String(64)),
        sa.Column("reviewer", sa.String(64)),
        sa.Column("work", sa.String(64)),
        sa.Column("pseudonym", sa.String(32), nullable=False),
        sa.Column("repeat", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("assignment", "reviewer", "work", name="pk_review_pairs"),
    )
    op.create_table(
        "reviews",
        sa.Column("assignment", sa.String(64)),
        sa.Column("reviewer", sa.String(64)),
        sa.Column("work", sa.String(64)),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("points", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("assignment", "reviewer", "work", name="pk_reviews"),
    )
    op.create_table(
        "review_replies",
        sa.Column("assignment", sa.String(64)),
        sa.Column("reviewer", sa.String(64)),
        sa.Column("work", sa.String(64)),
        sa.Column("stars", sa.Integer),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("assignment", "reviewer", "work", name="pk_review_replies"),
    )
    op.create_table(
        "spot_checks",
        sa.Column("assignment", sa.String(64)),
        sa.Column("reviewer", sa.String(64)),
        sa.Column("work", sa.String(64)),
        sa.Column("share", sa.String(64), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("assignment", "reviewer", "work", name="pk_spot_checks"),
    )
    op.create_table(
        "calibrations",
        sa.Column("assignment", sa.String(64)),
        sa.Column("student", sa.String(64)),
        sa.Column("bias", sa.String(64), nullable=False),
        sa.Column("error", sa.String(64), nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("assignment", "student", name="pk_calibrations"),
    )


def _projects() -> None:
    op.create_table(
        "project_hand_ins",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("student", sa.String(64), nullable=False),
        sa.Column("link", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_project_hand_ins"),
    )
    op.create_table(
        "seminar_events",
        sa.Column("seq", sa.Integer, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("student", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("abstract", sa.Text, nullable=False),
        sa.Column("supervisor", sa.Text, nullable=False),
        sa.Column("wishes", sa.JSON, nullable=False),
        sa.Column("staff", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_seminar_events"),
    )

"""Jobs: what is to be done, by whom it is being done, and what came of it. A queue in the database.

A worker claims a job, says now and then that it is alive, and finishes it. The job of a worker
that has fallen silent is given to another; the first one can then no longer finish it, so that a
job is done once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from labhub.exchange.store.errors import JobLostError, UnknownJobError
from labhub.exchange.store.events import Author, record
from labhub.exchange.store.hand_in_tables import jobs as table
from labhub.ids import AssignmentId

INTERACTIVE, ORDINARY = 100, 0
"""Somebody sits and waits for the one; the other may take the night."""
LEASE = timedelta(minutes=2)
"""A worker that was not heard of for so long is taken for dead."""
MOST_TRIES = 3
"""A job at which so many workers died is not tried again."""


class JobKind(StrEnum):
    """What can be done."""

    GRADE = "grade"
    """Collect and grade one hand-in."""
    COLLECT = "collect"
    AUTOGRADE = "autograde"
    """Collect and grade all hand-ins of an assignment."""
    FEEDBACK = "feedback"
    """Write the feedback pages of all graded hand-ins."""
    RELEASE_FEEDBACK = "release-feedback"


WHOLE_CLASS = frozenset({JobKind.AUTOGRADE, JobKind.FEEDBACK})
"""These take long, and so never come before a hand-in that somebody waits for."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self in (JobState.DONE, JobState.FAILED)


@dataclass(frozen=True)
class NewJob:
    """A job to be queued."""

    kind: JobKind
    assignment: AssignmentId
    submission: int | None = None
    priority: int = ORDINARY
    options: Mapping[str, Any] = field(default_factory=dict)
    """What the kind of job needs to know; plain JSON data."""


@dataclass(frozen=True)
class Job:
    """A job and what became of it so far."""

    seq: int
    kind: JobKind
    assignment: AssignmentId
    submission: int | None
    priority: int
    options: Mapping[str, Any]
    state: JobState
    progress: Mapping[str, Any]
    """`done` and `total`, and words for people; empty before it began."""
    result: Mapping[str, Any] | None
    by: str
    at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    worker: str | None
    alive_at: datetime | None
    tries: int


def enqueue(db: Connection, author: Author, new: NewJob) -> Job:
    """Queue a job. One that waits already, for the same, is that one, with the higher priority.

    What concerns a whole class is never urgent, whoever asks.
    """
    if new.kind in WHOLE_CLASS:
        new = replace(new, priority=ORDINARY)
    same = _waiting_like(db, new)
    if same is not None:
        if new.priority > same.priority:
            _change(db, same.seq, priority=new.priority)
        return job(db, same.seq)
    values = {
        "kind": new.kind.value,
        "assignment": new.assignment,
        "submission": new.submission,
        "priority": new.priority,
        "options": dict(new.options),
        "state": JobState.QUEUED.value,
        "progress": {},
        "tries": 0,
    }
    done = db.execute(insert(table).values(**values, by=author.by, at=author.at))
    assert done.inserted_primary_key is not None
    seq = int(done.inserted_primary_key[0])
    data = {"kind": new.kind.value, "submission": new.submission}
    record(db, author, "job", f"job/{new.assignment}/{seq}", data)
    return job(db, seq)


def job(db: Connection, seq: int) -> Job:
    """The job of that number. Raises `UnknownJobError`."""
    row = db.execute(select(table).where(table.c.seq == seq)).mappings().one_or_none()
    if row is None:
        raise UnknownJobError(f"There is no job number {seq}.")
    return _job(row)


def jobs(
    db: Connection,
    *,
    state: JobState | None = None,
    assignment: str | None = None,
    submission: int | None = None,
    last: int | None = None,
) -> tuple[Job, ...]:
    """Jobs, the oldest first; of many the last ones."""
    query = select(table)
    for name, value in {"state": state, "assignment": assignment, "submission": submission}.items():
        if value is not None:
            query = query.where(table.c[name] == value)
    rows = db.execute(query.order_by(table.c.seq.desc()).limit(last)).mappings().all()
    return tuple(_job(row) for row in reversed(rows))


def next_waiting(db: Connection, at_least: int = ORDINARY) -> int | None:
    """The number of the most urgent job of at least this priority; None where none waits."""
    urgent = _state(JobState.QUEUED) & (table.c.priority >= at_least)
    order = select(table.c.seq).where(urgent).order_by(table.c.priority.desc(), table.c.seq)
    return db.execute(order.limit(1)).scalar()


def claim(db: Connection, worker: str, at: datetime, *, at_least: int = ORDINARY) -> Job | None:
    """The most urgent job that waits, now the worker's own; None where none waits."""
    seq = next_waiting(db, at_least)
    if seq is None:
        return None
    found = job(db, seq)
    _change(
        db,
        seq,
        state=JobState.RUNNING.value,
        worker=worker,
        started_at=at,
        alive_at=at,
        tries=found.tries + 1,
    )
    return job(db, seq)


def say_alive(
    db: Connection, seq: int, worker: str, at: datetime, progress: Mapping[str, Any] | None = None
) -> None:
    """Tell that the worker lives, and how far it is. Raises `JobLostError`."""
    found = _mine(db, seq, worker)
    _change(db, seq, alive_at=at, progress=dict(found.progress if progress is None else progress))


def finish(
    db: Connection,
    seq: int,
    worker: str,
    at: datetime,
    result: Mapping[str, Any],
    *,
    failed: bool = False,
) -> Job:
    """Write down what came of a job, once. Raises `JobLostError`."""
    _mine(db, seq, worker)
    state = JobState.FAILED if failed else JobState.DONE
    _change(db, seq, state=state.value, ended_at=at, alive_at=at, result=dict(result))
    return job(db, seq)


def give_back(db: Connection, seq: int, worker: str) -> None:
    """Queue a claimed job again, as if it had not been claimed. Raises `JobLostError`."""
    found = _mine(db, seq, worker)
    _queue_again(db, found, tries=found.tries - 1)


def requeue_lost(db: Connection, at: datetime, *, silent_for: timedelta = LEASE) -> tuple[Job, ...]:
    """Queue again what silent workers had claimed; what too many died at ends as failed."""
    silent = table.c.alive_at <= at - silent_for
    rows = db.execute(select(table).where(_state(JobState.RUNNING), silent)).mappings().all()
    lost = [_job(row) for row in rows]
    for each in lost:
        if each.tries < MOST_TRIES:
            _queue_again(db, each, tries=each.tries)
        else:
            sentence = f"{each.tries} workers died at it; it is not tried again."
            result = {"error": {"code": "job-lost", "message": sentence, "hint": ""}}
            _change(db, each.seq, state=JobState.FAILED.value, ended_at=at, result=result)
    return tuple(job(db, each.seq) for each in lost)


def waiting_before(db: Connection, found: Job) -> int:
    """How many jobs come before one that waits."""
    if found.state is not JobState.QUEUED:
        return 0
    earlier = (table.c.priority == found.priority) & (table.c.seq < found.seq)
    query = select(func.count()).select_from(table)
    where = _state(JobState.QUEUED) & ((table.c.priority > found.priority) | earlier)
    return int(db.execute(query.where(where)).scalar_one())


def _mine(db: Connection, seq: int, worker: str) -> Job:
    found = job(db, seq)
    if found.state is not JobState.RUNNING or found.worker != worker:
        raise JobLostError(
            f"Job {seq} is {found.state} and not with {worker} any more.",
            hint="Another worker took it over; what this one did for it is not counted.",
        )
    return found


def _waiting_like(db: Connection, new: NewJob) -> Job | None:
    query = select(table).where(
        _state(JobState.QUEUED),
        table.c.kind == new.kind.value,
        table.c.assignment == new.assignment,
    )
    found = (_job(row) for row in db.execute(query).mappings().all())
    return next(
        (j for j in found if j.submission == new.submission and j.options == dict(new.options)),
        None,
    )


def _queue_again(db: Connection, found: Job, *, tries: int) -> None:
    state = JobState.QUEUED.value
    _change(db, found.seq, state=state, worker=None, alive_at=None, started_at=None, tries=tries)


def _change(db: Connection, seq: int, **values: object) -> None:
    db.execute(update(table).where(table.c.seq == seq).values(**values))


def _state(state: JobState) -> ColumnElement[bool]:
    return table.c.state == state.value


def _job(row: RowMapping) -> Job:
    return Job(**{**row, "kind": JobKind(row["kind"]), "state": JobState(row["state"])})

"""The progress of a job as events that a browser or a program waits for (server-sent events)."""

import asyncio
import json
from collections.abc import AsyncIterator
from threading import Event

from anyio.to_thread import run_sync

from labhub.exchange.store.jobs import Job, job
from labhub.service.courses import OpenedCourse

EVERY_S = 1.0


def job_data(found: Job, *, whole: bool) -> dict[str, object]:
    """A job as plain data; what came of it is whole for staff alone.

    The result of grading tells of hidden tests: students get theirs as the course sets it, from
    the hand-in itself.
    """
    result = found.result if whole else None
    return {
        "number": found.seq,
        "kind": found.kind.value,
        "assignment": found.assignment,
        "submission": found.submission,
        "state": found.state.value,
        "progress": dict(found.progress),
        "result": dict(result) if result is not None else None,
        "by": found.by,
        "at": found.at.isoformat(),
        "started_at": found.started_at.isoformat() if found.started_at else None,
        "ended_at": found.ended_at.isoformat() if found.ended_at else None,
    }


async def events(
    course: OpenedCourse,
    number: int,
    closing: Event,
    longest_s: float,
    *,
    whole: bool,
    every_s: float = EVERY_S,
) -> AsyncIterator[str]:
    """One event for each change, `progress` while it goes on and `end` at the end.

    A comment in between keeps proxies from closing the connection.
    """
    said = ""
    for _ in range(max(1, int(longest_s / every_s))):
        found = await run_sync(_job, course, number)
        text = json.dumps(job_data(found, whole=whole), ensure_ascii=False)
        if found.state.ended:
            yield f"event: end\ndata: {text}\n\n"
            return
        yield f"event: progress\ndata: {text}\n\n" if text != said else ": waiting\n\n"
        said = text
        if closing.is_set():
            return
        await asyncio.sleep(every_s)


def _job(course: OpenedCourse, number: int) -> Job:
    with course.store.reading() as db:
        return job(db, number)

"""Jobs on pages: what was started, how far it is, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from labhub.exchange.store.jobs import (
    INTERACTIVE,
    Job,
    JobKind,
    JobState,
    NewJob,
    enqueue,
    waiting_before,
)
from labhub.exchange.store.jobs import job as find_job
from labhub.feedback.view import percent
from labhub.service.access import TA, Access
from labhub.service.context import CurrentCourse, CurrentUser
from labhub.service.pages.frame import render
from labhub.service.pages.languages import Words
from labhub.service.pages.languages import marked as _
from labhub.service.pages.states import Chip, bad, good, wait
from labhub.service.pages.visiting import CurrentVisit, go

ACCESS: Mapping[str, Access] = {"staff-start-job": TA, "staff-job": TA, "staff-job-progress": TA}
KINDS = {
    JobKind.GRADE: _("Grade one hand-in"),
    JobKind.COLLECT: _("Collect hand-ins"),
    JobKind.AUTOGRADE: _("Collect and grade"),
    JobKind.FEEDBACK: _("Write feedback"),
    JobKind.RELEASE_FEEDBACK: _("Release feedback"),
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class JobView:
    """A job as a page shows it."""

    number: int
    title: str
    assignment: str
    chip: Chip
    running: bool
    by: str
    at: datetime
    ended_at: datetime | None
    done: int
    total: int
    words: str
    """What it is doing, or what came of it."""
    hint: str

    @property
    def share(self) -> float:
        """Per cent."""
        return percent(self.done, self.total)


def job_view(found: Job, words: Words) -> JobView:
    """A job for a page."""
    progress, result = found.progress, found.result or {}
    error = result.get("error", {})
    return JobView(
        number=found.seq,
        title=words.gettext(KINDS[found.kind]),
        assignment=found.assignment,
        chip=_chip(found.state, words),
        running=not found.state.ended,
        by=found.by,
        at=found.at,
        ended_at=found.ended_at,
        done=int(progress.get("done") or 0),
        total=int(progress.get("total") or 0),
        words=str(error.get("message") or result.get("words") or progress.get("words") or ""),
        hint=str(error.get("hint") or ""),
    )


@router.post("/{course}/staff/assignments/{assignment}/jobs", name="staff-start-job")
def start(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: str,
    kind: Annotated[JobKind, Form()],
    submission: Annotated[int | None, Form()] = None,
) -> Response:
    """Queue a job, and go to the page on which it can be watched."""
    plan = course.course.assignment(assignment)
    with course.store.writing() as db:
        new = NewJob(kind, plan.id, submission, INTERACTIVE)
        made = enqueue(db, course.desk.author(user.name), new)
    return go(visit, visit.links.staff(course.id, f"jobs/{made.seq}"), said="job-queued")


@router.get("/{course}/staff/jobs/{number}", name="staff-job")
def job_page(visit: CurrentVisit, course: CurrentCourse, number: int) -> Response:
    """One job. The page looks again by itself as long as it runs."""
    return _page(visit, course, number, "staff/job.html")


@router.get("/{course}/staff/jobs/{number}/progress", name="staff-job-progress")
def job_progress(visit: CurrentVisit, course: CurrentCourse, number: int) -> Response:
    """The part of the page that changes."""
    return _page(visit, course, number, "staff/job_progress.html")


def _page(visit: CurrentVisit, course: CurrentCourse, number: int, template: str) -> Response:
    with course.store.reading() as db:
        found = find_job(db, number)
        before = waiting_before(db, found)
    return render(visit, template, job=job_view(found, visit.words), before=before)


def _chip(state: JobState, words: Words) -> Chip:
    return {
        JobState.QUEUED: wait(words.gettext("Waits")),
        JobState.RUNNING: wait(words.gettext("Runs"), "…"),
        JobState.DONE: good(words.gettext("Done")),
        JobState.FAILED: bad(words.gettext("Failed")),
    }[state]

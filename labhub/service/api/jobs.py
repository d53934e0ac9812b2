"""Jobs: what staff have started, or a hand-in by itself; their progress, live."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from labhub.exchange.store.jobs import INTERACTIVE, JobKind, JobState, NewJob, enqueue, jobs
from labhub.exchange.store.submissions import submission
from labhub.service.api.errors import refusals
from labhub.service.api.ids import CoursePath, Number
from labhub.service.context import CurrentCourse, CurrentRole, CurrentState, CurrentUser
from labhub.service.errors import BadRequestError
from labhub.service.identity import Role
from labhub.service.owning import own_job
from labhub.service.progress import events, job_data

router = APIRouter(tags=["jobs"], prefix="/courses/{course}/jobs")

MOST = 200


class JobOrder(BaseModel):
    """What is to be done."""

    kind: JobKind
    assignment: str = Field(min_length=1, max_length=64)
    submission: int | None = Field(
        default=None, ge=1, le=2**31 - 1, description="For `grade`: the hand-in."
    )


class JobModel(BaseModel):
    """A job and what became of it so far."""

    number: int
    kind: JobKind
    assignment: str
    submission: int | None
    state: JobState
    progress: dict[str, Any] = Field(description="`done`, `total` and words.")
    result: dict[str, Any] | None = Field(description="For staff; null before the end.")
    by: str
    at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None


@router.get("", name="jobs")
def list_jobs(course: CurrentCourse, _: CoursePath) -> list[JobModel]:
    """The last jobs of the course, the oldest first."""
    with course.store.reading() as db:
        return [JobModel.model_validate(job_data(each, whole=True)) for each in jobs(db, last=MOST)]


@router.post("", name="start-job", status_code=202, responses=refusals(409))
def start(course: CurrentCourse, user: CurrentUser, body: JobOrder, _: CoursePath) -> JobModel:
    """Queue a job; one that waits already, for the same, is that one."""
    plan = course.course.assignment(body.assignment)
    if (body.kind is JobKind.GRADE) is (body.submission is None):
        raise BadRequestError("`submission` and the kind `grade` belong together.")
    with course.store.writing() as db:
        if body.submission is not None and submission(db, body.submission).assignment != plan.id:
            raise BadRequestError(f"Hand-in {body.submission} is not one of {plan.title}.")
        new = NewJob(body.kind, plan.id, body.submission, INTERACTIVE)
        made = enqueue(db, course.desk.author(user.name), new)
    return JobModel.model_validate(job_data(made, whole=True))


@router.get("/{number}", name="job")
def one_job(
    course: CurrentCourse, user: CurrentUser, role: CurrentRole, number: Number, _: CoursePath
) -> JobModel:
    """One job. Students see those on their own hand-ins, without the result."""
    with course.store.reading() as db:
        found = own_job(db, course, user, number)
    return JobModel.model_validate(job_data(found, whole=role >= Role.TA))


@router.get(
    "/{number}/events",
    name="job-events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}}},
)
def job_events(
    course: CurrentCourse,
    user: CurrentUser,
    role: CurrentRole,
    state: CurrentState,
    number: Number,
    _: CoursePath,
) -> StreamingResponse:
    """The progress of a job as server-sent events: `progress` on each change, then `end`."""
    with course.store.reading() as db:
        own_job(db, course, user, number)
    said = events(course, number, state.closing, state.settings.stream_s, whole=role >= Role.TA)
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(said, media_type="text/event-stream", headers=headers)

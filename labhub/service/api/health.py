"""Health, figures, and the description of this interface."""

import hmac
import shutil
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse

from labhub.errors import LabhubError
from labhub.exchange.store.jobs import JobState, jobs
from labhub.gradebook.worker import is_at_work
from labhub.service.context import CurrentState
from labhub.service.courses import OpenedCourse
from labhub.service.errors import NotLoggedInError, RoleNeededError
from labhub.service.state import ServiceState

router = APIRouter(tags=["service"])


class CourseHealth(BaseModel):
    """Whether one course can take hand-ins."""

    id: str
    store_writable: bool
    free_bytes: int
    enough_space: bool
    queued: int = Field(description="Jobs that wait.")
    worker_alive: bool = Field(description="Whether a worker of this machine is there.")


class Health(BaseModel):
    """Whether the service can take hand-ins."""

    ok: bool
    courses: list[CourseHealth]


@router.get("/openapi.json", name="openapi", include_in_schema=False)
def openapi(request: Request) -> Response:
    """The description of this interface."""
    schema: dict[str, Any] = request.app.openapi()
    return JSONResponse(schema)


@router.get(
    "/health",
    name="health",
    responses={503: {"model": Health, "description": "Hand-ins cannot be taken."}},
)
def health(state: CurrentState, response: Response) -> Health:
    """Whether every course can take hand-ins: it is open, the store is writable, there is space.

    Nobody needs to log in, so it names no path and no person. A course that is not listed cannot
    be opened.
    """
    found = [_health_of(course, state) for course in state.courses]
    well = [each for each in found if each.store_writable and each.enough_space]
    ok = len(well) == len(state.courses.ids)
    response.status_code = 200 if ok else 503
    return Health(ok=ok, courses=found)


def _health_of(course: OpenedCourse, state: ServiceState) -> CourseHealth:
    free = shutil.disk_usage(course.folder.root).free
    return CourseHealth(
        id=course.id,
        store_writable=_is_writable(course),
        free_bytes=free,
        enough_space=free >= state.settings.free_bytes,
        queued=waiting(course)[JobState.QUEUED],
        worker_alive=is_at_work(course.folder.root),
    )


def waiting(course: OpenedCourse) -> dict[JobState, int]:
    """How many jobs wait, and how many are being done."""
    with course.store.reading() as db:
        return {state: len(jobs(db, state=state)) for state in (JobState.QUEUED, JobState.RUNNING)}


def _is_writable(course: OpenedCourse) -> bool:
    try:
        with course.store.writing() as db:
            db.execute(text("SELECT 1"))
    except (SQLAlchemyError, LabhubError):
        return False
    return True


@router.get(
    "/metrics",
    name="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
async def metrics(
    request: Request,
    state: CurrentState,
    authorization: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Figures for Prometheus: answers and their times, hand-ins by outcome, disks, jobs."""
    await _let_scraper_in(request, state, authorization)
    await run_sync(_measure, state)
    return Response(state.metrics.text(), media_type="text/plain; version=0.0.4")


async def _let_scraper_in(request: Request, state: ServiceState, authorization: str) -> None:
    own = state.settings.metrics_token
    if own and hmac.compare_digest(authorization.encode(), f"Bearer {own}".encode()):
        return
    user = await state.identify.user(request, state.courses.ids)
    if user is None:
        raise NotLoggedInError("Nobody is logged in.", hint="Send the metrics token.")
    if not user.is_staff:
        raise RoleNeededError("The figures are for staff.")


def _measure(state: ServiceState) -> None:
    for course in state.courses:
        for job_state, number in waiting(course).items():
            state.metrics.jobs.labels(course.id, job_state.value).set(number)
        state.metrics.free.labels(course.id).set(shutil.disk_usage(course.folder.root).free)

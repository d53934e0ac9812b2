"""Released versions: numbered, never changed, withdrawn where one was wrong."""

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from labhub.course.model import Assignment, HandInLimits
from labhub.exchange.handin import receiving, release_version
from labhub.exchange.handin.errors import (
    NothingToReleaseError,
    NotReleasedError,
    VersionWithdrawnError,
)
from labhub.exchange.handin.uploads import Upload
from labhub.exchange.store.files import FileRecord
from labhub.exchange.store.versions import (
    Version,
    add_version,
    version_of,
    versions,
    withdraw_version,
)
from labhub.policy.assignments import timeline_of
from labhub.policy.timelines import Phase
from labhub.service.api.errors import refusals
from labhub.service.api.forms import form_of
from labhub.service.api.ids import AssignmentPath, CoursePath, Number
from labhub.service.archives import zip_answer
from labhub.service.context import CurrentCourse, CurrentRole, CurrentUser
from labhub.service.courses import OpenedCourse
from labhub.service.guard import form_check
from labhub.service.identity import Role, User
from labhub.service.uploads import read_form

router = APIRouter(tags=["versions"], prefix="/courses/{course}/assignments/{assignment}/versions")

LIMITS = HandInLimits(file_bytes=500 << 20, total_bytes=1 << 30, files=500)
"""What staff may release; data files are larger than answers."""


class FileModel(BaseModel):
    """A file of the store."""

    path: str
    sha256: str
    size_bytes: int


class Reason(BaseModel):
    """Why."""

    reason: str = Field(default="", max_length=2000)


class VersionModel(BaseModel):
    """A released version of an assignment."""

    number: int
    digest: str = Field(description="SHA-256 over the paths and hashes of its files.")
    files: list[FileModel]
    at: AwareDatetime
    note: str = Field(description="What is new in it.")
    withdrawn: bool


def file_models(files: tuple[FileRecord, ...]) -> list[FileModel]:
    """Files as the interface describes them."""
    return [FileModel(path=f.path, sha256=f.sha256, size_bytes=f.size_bytes) for f in files]


def _model(found: Version) -> VersionModel:
    return VersionModel(
        number=found.number,
        digest=found.digest,
        files=file_models(found.files),
        at=found.at,
        note=found.note,
        withdrawn=found.withdrawn,
    )


@router.get("", name="versions")
def list_versions(
    course: CurrentCourse, role: CurrentRole, assignment: AssignmentPath, _: CoursePath
) -> list[VersionModel]:
    """Every version of the assignment, the oldest first, withdrawn ones too."""
    plan = _released(course, role, assignment)
    with course.store.reading() as db:
        return [_model(each) for each in versions(db, plan.id)]


def _released(course: OpenedCourse, role: Role, name: str) -> Assignment:
    """The assignment; students see nothing of its versions before the date of its release."""
    plan = course.course.assignment(name)
    phase = timeline_of(course.course, plan.id).at(course.clock.now()).phase
    if role < Role.TA and phase is Phase.BEFORE_RELEASE:
        raise NotReleasedError(f"{plan.title} has not been released yet.")
    return plan


@router.post(
    "",
    name="release-version",
    status_code=201,
    responses=refusals(409, 507),
    openapi_extra=form_of({"note": "What is new in it, for students."}, required=False),
)
async def release(
    request: Request,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: AssignmentPath,
    _: CoursePath,
) -> VersionModel:
    """Release a version: of the files sent, or without any of the course's folder `release/`.

    The same bytes as the newest version are that version.
    """
    course.course.assignment(assignment)
    with receiving(course.desk.blobs, LIMITS) as upload:
        fields = await read_form(request, upload, form_check(request))
        made = await run_sync(_release, course, user, assignment, upload, fields.get("note", ""))
    return _model(made)


def _release(
    course: OpenedCourse, user: User, assignment: str, upload: Upload, note: str
) -> Version:
    if not upload.parts:
        return release_version(course.desk, user.name, assignment, note)
    plan = course.course.assignment(assignment)
    if not any(part.path.endswith(".ipynb") for part in upload.parts):
        raise NothingToReleaseError(
            "There is no notebook among the files.", hint="Send the student version."
        )
    files = upload.keep()
    with course.store.writing() as db:
        return add_version(db, course.desk.author(user.name), plan.id, files, note)


@router.get(
    "/{number}/archive",
    name="version-archive",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}, **refusals(409)},
)
def archive(
    course: CurrentCourse,
    role: CurrentRole,
    assignment: AssignmentPath,
    number: Number,
    _: CoursePath,
) -> Response:
    """The files of a version as a zip. Students get no withdrawn one."""
    plan = _released(course, role, assignment)
    with course.store.reading() as db:
        found = version_of(db, plan.id, number)
    if found.withdrawn and role < Role.TA:
        raise VersionWithdrawnError(
            f"Version {number} of {plan.title} was withdrawn.", hint="Take the newest one."
        )
    name = f"{plan.id}-v{found.number}"
    return zip_answer(course.desk.blobs, found.files, name, found.at)


@router.post("/{number}/withdraw", name="withdraw-version")
def withdraw(
    course: CurrentCourse,
    user: CurrentUser,
    assignment: AssignmentPath,
    number: Number,
    reason: Reason,
    _: CoursePath,
) -> VersionModel:
    """Withdraw a version: it stays, but hand-ins that name it are refused."""
    plan = course.course.assignment(assignment)
    with course.store.writing() as db:
        author = course.desk.author(user.name)
        return _model(withdraw_version(db, author, plan.id, number, reason.reason))

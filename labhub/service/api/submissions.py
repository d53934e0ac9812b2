"""Hand-ins: taken with a receipt, read again later."""

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Connection

from labhub.errors import LabhubError
from labhub.exchange.handin import HandedIn, hand_in, receiving
from labhub.exchange.handin.uploads import Upload
from labhub.exchange.store.feedback import feedback_of
from labhub.exchange.store.submissions import Place, Submission, receipt_text, submissions
from labhub.ids import StudentId
from labhub.service.api.errors import refusals
from labhub.service.api.forms import form_of, number_of
from labhub.service.api.ids import AssignmentPath, CoursePath, Number
from labhub.service.api.versions import FileModel, file_models
from labhub.service.archives import zip_answer
from labhub.service.context import CurrentCourse, CurrentRole, CurrentState, CurrentUser
from labhub.service.courses import OpenedCourse
from labhub.service.errors import BadRequestError
from labhub.service.guard import form_check
from labhub.service.identity import Role, User
from labhub.service.owning import own_submission
from labhub.service.uploads import read_form

router = APIRouter(tags=["hand-ins"], prefix="/courses/{course}")

FORM = {
    "version": "Number of the released version that was worked on; left out: the newest.",
    "place": "From where: `hub`, `colab`, `own` or `page`; left out: `own`.",
    "student": "Only for staff: the student for whom the files are handed in.",
}


class ReceiptModel(BaseModel):
    """A receipt: canonical JSON, signed with the course's key (Ed25519)."""

    format: str
    course: str
    assignment: str
    title: str
    version: int
    submission: int
    attempt: int
    group: str | None
    members: list[str]
    student: str
    place: str
    received_at: AwareDatetime
    late: bool
    credit: str
    words: str
    files: list[FileModel]
    digest: str
    key: str
    signature: str


class ReleasedModel(BaseModel):
    """Feedback that students see."""

    released_at: AwareDatetime
    files: list[FileModel]


class SubmissionModel(BaseModel):
    """A hand-in, without its bytes."""

    id: int
    assignment: str
    version: int
    unit: str = Field(description="The group, or the student alone.")
    members: list[str]
    student: str
    at: AwareDatetime
    place: str
    files: list[FileModel]
    digest: str
    attempt: int
    late: bool
    credit: str
    words: str = Field(description="What the rules say about it, in whole sentences.")
    feedback: ReleasedModel | None = Field(description="Null until feedback is released.")


def _model(db: Connection, found: Submission) -> SubmissionModel:
    pages = feedback_of(db, found.id)
    return SubmissionModel(
        feedback=ReleasedModel(released_at=pages.released_at, files=file_models(pages.files))
        if pages is not None and pages.released_at is not None
        else None,
        id=found.id,
        assignment=found.assignment,
        version=found.version,
        unit=found.unit,
        members=list(found.members),
        student=found.student,
        at=found.at,
        place=found.place.value,
        files=file_models(found.files),
        digest=found.digest,
        attempt=found.attempt,
        late=found.late,
        credit=str(found.credit),
        words=found.words,
    )


@router.post(
    "/assignments/{assignment}/submissions",
    name="hand-in",
    status_code=201,
    response_model=ReceiptModel,
    responses={
        200: {"model": ReceiptModel, "description": "The same bytes were there: its receipt."},
        **refusals(409, 429, 507),
    },
    openapi_extra=form_of(FORM),
)
async def submit(
    request: Request,
    course: CurrentCourse,
    user: CurrentUser,
    role: CurrentRole,
    state: CurrentState,
    assignment: AssignmentPath,
    _: CoursePath,
) -> Response:
    """Hand in. The answer is the receipt, given when bytes and record are on the disk.

    The same bytes once more are the same hand-in: the answer is then 200 and the first receipt.
    """
    course.course.assignment(assignment)
    try:
        begun = course.clock.now()
        with receiving(course.desk.blobs, course.course.hand_in_limits, begun) as upload:
            fields = await read_form(request, upload, form_check(request))
            done = await run_sync(_hand_in, course, user, role, assignment, upload, fields)
    except LabhubError as error:
        state.metrics.hand_ins.labels(course.id, error.code).inc()
        raise
    state.metrics.hand_ins.labels(course.id, "new" if done.is_new else "known").inc()
    status = 201 if done.is_new else 200
    return Response(done.receipt.text, status_code=status, media_type="application/json")


def _hand_in(
    course: OpenedCourse,
    user: User,
    role: Role,
    assignment: str,
    upload: Upload,
    fields: dict[str, str],
) -> HandedIn:
    student = StudentId(fields.get("student") or user.name)
    by = user.name if role >= Role.TA else ""
    if not by and student != user.name:
        raise BadRequestError(
            f"{user.name} cannot hand in for somebody else.", hint="Leave out `student`."
        )
    place = Place.STAFF if by else _place(fields.get("place", ""))
    version = number_of(fields.get("version", ""))
    return hand_in(course.desk, student, assignment, upload, place=place, version=version, by=by)


def _place(text: str) -> Place:
    allowed = (Place.HUB, Place.COLAB, Place.OWN, Place.PAGE)
    if text and text not in allowed:
        raise BadRequestError(f"{text[:20]!a} is no place.", hint=f"One of: {', '.join(allowed)}.")
    return Place(text) if text else Place.OWN


@router.get("/submissions", name="submissions")
def list_submissions(
    course: CurrentCourse,
    user: CurrentUser,
    role: CurrentRole,
    _: CoursePath,
    assignment: Annotated[str | None, Query(max_length=64, description="Only of this.")] = None,
    student: Annotated[
        str | None, Query(max_length=64, description="Only of this student; for staff.")
    ] = None,
) -> list[SubmissionModel]:
    """Hand-ins, the oldest first. A student sees those that count for him or her."""
    who = student if role >= Role.TA else user.name
    with course.store.reading() as db:
        return [_model(db, each) for each in submissions(db, assignment, who)]


@router.get("/submissions/{number}", name="submission")
def one_submission(
    course: CurrentCourse, user: CurrentUser, number: Number, _: CoursePath
) -> SubmissionModel:
    """One hand-in."""
    with course.store.reading() as db:
        return _model(db, own_submission(db, course, user, number))


@router.get(
    "/submissions/{number}/archive",
    name="submission-archive",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
def archive(course: CurrentCourse, user: CurrentUser, number: Number, _: CoursePath) -> Response:
    """The files of a hand-in as a zip, byte for byte."""
    with course.store.reading() as db:
        found = own_submission(db, course, user, number)
    name = f"{found.assignment}-{found.unit}-{found.attempt}"
    return zip_answer(course.desk.blobs, found.files, name, found.at)


@router.get("/submissions/{number}/receipt", name="submission-receipt", response_model=ReceiptModel)
def receipt(course: CurrentCourse, user: CurrentUser, number: Number, _: CoursePath) -> Response:
    """The receipt as it was given, to the byte."""
    with course.store.reading() as db:
        found = own_submission(db, course, user, number)
        text = receipt_text(db, found.id)
    return Response(text, media_type="application/json")


@router.get(
    "/receipt-key",
    name="receipt-key",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def receipt_key(course: CurrentCourse, _: CoursePath) -> PlainTextResponse:
    """The public key (PEM) that `labhub verify-receipt` checks receipts with."""
    return PlainTextResponse(course.desk.key.public_pem)

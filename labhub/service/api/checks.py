"""Looking over a hand-in before it is one, and the feedback on it afterwards."""

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, BaseModel, Field

from labhub.course.model import HandInLimits
from labhub.exchange.handin import receiving
from labhub.exchange.handin.checking import Report, look_over
from labhub.exchange.handin.errors import NothingHandedInError
from labhub.exchange.handin.results import GradingFound, read_result, shown_result
from labhub.exchange.handin.uploads import Upload
from labhub.exchange.store.errors import UnknownSubmissionError
from labhub.exchange.store.feedback import Feedback, feedback_of, keep_feedback, release_feedback
from labhub.service.api.errors import refusals
from labhub.service.api.forms import form_of, number_of
from labhub.service.api.ids import AssignmentPath, CoursePath, Number
from labhub.service.archives import zip_answer
from labhub.service.context import CurrentCourse, CurrentRole, CurrentUser
from labhub.service.courses import OpenedCourse
from labhub.service.guard import form_check
from labhub.service.identity import Role, User
from labhub.service.owning import own_submission
from labhub.service.uploads import read_form

router = APIRouter(tags=["checks and feedback"], prefix="/courses/{course}")

FEEDBACK_LIMITS = HandInLimits(file_bytes=64 << 20, total_bytes=256 << 20, files=200)


class ExerciseModel(BaseModel):
    """One cell in which the student answers."""

    grade_id: str
    title: str
    state: str = Field(description="`answered`, `untouched` or `missing`.")


class NotebookModel(BaseModel):
    """One released notebook in the files."""

    notebook_id: str
    status: str = Field(description="`ok`, `repaired`, or why it cannot be read.")
    sentences: list[str] = Field(description="What is wrong, or what was mended.")
    exercises: list[ExerciseModel]


class ReportModel(BaseModel):
    """What a hand-in holds, before it is one."""

    assignment: str
    version: int
    complete: bool = Field(description="Everything can be read, every exercise has an answer.")
    notebooks: list[NotebookModel]
    files: list[str] = Field(description="Other files, which come along.")
    refused: list[str] = Field(description="Sentences about files that would be left out.")


class FeedbackModel(BaseModel):
    """Feedback that was kept."""

    submission: int
    at: AwareDatetime
    released: bool


class TestModel(BaseModel):
    """One test cell."""

    __test__ = False  # not a test case of pytest's

    notebook_id: str
    grade_id: str
    title: str
    status: str = Field(description="`passed`, `partial`, `failed`, `error`, `timeout`, …")
    score: float
    points: float
    law: str = Field(description="The sentence that did not hold; empty for a hidden test.")
    hidden: bool


class ResultModel(BaseModel):
    """What automatic grading found; for students the part that the course lets them see."""

    standing: str
    score: float
    max_score: float
    needs_person: bool = Field(description="Whether somebody has still to grade something.")
    tests: list[TestModel]
    problems: list[str]
    repairs: list[str]
    graded_at: AwareDatetime | None


@router.post(
    "/assignments/{assignment}/submissions/check",
    name="check-hand-in",
    responses=refusals(507),
    openapi_extra=form_of({"version": "Number of the released version; left out: the newest."}),
)
async def check(
    request: Request, course: CurrentCourse, assignment: AssignmentPath, _: CoursePath
) -> ReportModel:
    """Look files over before handing them in. Nothing is kept."""
    course.course.assignment(assignment)
    with receiving(course.desk.blobs, course.course.hand_in_limits) as upload:
        fields = await read_form(request, upload, form_check(request))
        version = number_of(fields.get("version", ""))
        return _report(await run_sync(look_over, course.desk, assignment, upload, version))


def _report(found: Report) -> ReportModel:
    return ReportModel(
        assignment=found.assignment,
        version=found.version,
        complete=found.complete,
        notebooks=[
            NotebookModel(
                notebook_id=each.notebook_id,
                status=each.status,
                sentences=list(each.sentences),
                exercises=[ExerciseModel(**vars(exercise)) for exercise in each.exercises],
            )
            for each in found.notebooks
        ],
        files=list(found.files),
        refused=list(found.refused),
    )


@router.get("/submissions/{number}/result", name="result")
def result(
    course: CurrentCourse, user: CurrentUser, role: CurrentRole, number: Number, _: CoursePath
) -> ResultModel:
    """What automatic grading found in a hand-in: for staff whole, for students as the course sets.

    404 before it was graded, and where students see nothing before the feedback.
    """
    with course.store.reading() as db:
        made = own_submission(db, course, user, number)
        rules = course.course.assignment(made.assignment).on_hand_in
        if role >= Role.TA:
            found = read_result(db, made.id)
        else:
            found = shown_result(db, rules, made.id) if rules.grade else None
    if found is None:
        raise UnknownSubmissionError(f"There is no result of hand-in {number} yet.")
    return _result(found)


def _result(found: GradingFound) -> ResultModel:
    return ResultModel(
        standing=found.standing,
        score=found.score,
        max_score=found.max_score,
        needs_person=found.needs_person,
        tests=[TestModel(**vars(test)) for test in found.tests],
        problems=[sentence for _, sentence in found.problems],
        repairs=list(found.repairs),
        graded_at=found.graded_at,
    )


@router.get(
    "/submissions/{number}/feedback",
    name="feedback",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}}},
)
def feedback(
    course: CurrentCourse, user: CurrentUser, role: CurrentRole, number: Number, _: CoursePath
) -> Response:
    """The feedback pages on a hand-in as a zip; students get them when they are released."""
    with course.store.reading() as db:
        made = own_submission(db, course, user, number)
        found = feedback_of(db, made.id, released=role < Role.TA)
    if found is None:
        raise UnknownSubmissionError(f"There is no feedback on hand-in {number} yet.")
    name = f"{made.assignment}-{made.unit}-feedback"
    return zip_answer(course.desk.blobs, found.files, name, found.at)


@router.put(
    "/submissions/{number}/feedback",
    name="put-feedback",
    responses=refusals(507),
    openapi_extra=form_of({"release": "`yes`: students see it at once."}),
)
async def put_feedback(
    request: Request, course: CurrentCourse, user: CurrentUser, number: Number, _: CoursePath
) -> FeedbackModel:
    """Keep feedback pages on a hand-in; what was released before stays to be seen until then."""
    with receiving(course.desk.blobs, FEEDBACK_LIMITS) as upload:
        fields = await read_form(request, upload, form_check(request))
        release = fields.get("release", "") == "yes"
        kept = await run_sync(_keep, course, user, number, upload, release)
    return FeedbackModel(submission=kept.submission, at=kept.at, released=release)


def _keep(course: OpenedCourse, user: User, number: int, upload: Upload, release: bool) -> Feedback:
    if not upload.parts:
        raise NothingHandedInError("There is no feedback page.", hint="Send at least one file.")
    with course.store.reading() as db:
        own_submission(db, course, user, number)
    files = upload.keep()
    with course.store.writing() as db:
        made = own_submission(db, course, user, number)
        author = course.desk.author(user.name)
        kept = keep_feedback(db, author, made.id, files)
        if release:
            release_feedback(db, author, made.assignment, [made.id])
        return kept

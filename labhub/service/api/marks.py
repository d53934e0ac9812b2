"""My marks, as far as they are released, and appeals against them."""

from fractions import Fraction

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import Connection

from labhub.exchange.store.errors import UnknownRecordError
from labhub.exchange.store.marks import Appeal, add_appeal, answer_appeal, appeals, decide_points
from labhub.ids import StudentId
from labhub.policy.errors import BadMarkError
from labhub.policy.marks import Override
from labhub.policy.roundings import say_number
from labhub.policy.rulebooks import scheme_of
from labhub.service.api.ids import CoursePath, Number
from labhub.service.context import CurrentCourse, CurrentRole, CurrentUser
from labhub.service.identity import Role
from labhub.service.marks import Released, released_marks

router = APIRouter(tags=["marks"], prefix="/courses/{course}")

LONGEST = 10_000


class MarkModel(BaseModel):
    """What one piece of work was given."""

    item: str
    title: str
    points: str = Field(description="Exact, e.g. `17.5`.")
    most: str
    words: list[str] = Field(description="How the mark came about, step by step.")


class NewAppeal(BaseModel):
    """What should be looked at again."""

    item: str = Field(min_length=1, max_length=64)
    text: str = Field(min_length=1, max_length=LONGEST)


class Answer(BaseModel):
    """What the student reads."""

    text: str = Field(min_length=1, max_length=LONGEST)
    points: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,6}([.][0-9]{1,6})?$",
        description="New points, such as `17.5`; left out: the mark stays.",
    )


class AppealModel(BaseModel):
    """An appeal and its answer."""

    number: int
    item: str
    student: str
    text: str
    at: AwareDatetime
    answer: str | None
    answered_by: str | None
    answered_at: AwareDatetime | None


@router.get("/marks", name="marks")
def marks(course: CurrentCourse, user: CurrentUser, _: CoursePath) -> list[MarkModel]:
    """My marks for which feedback has been released."""
    return [_mark(each) for each in released_marks(course, StudentId(user.name))]


@router.get("/appeals", name="appeals")
def list_appeals(
    course: CurrentCourse, user: CurrentUser, role: CurrentRole, _: CoursePath
) -> list[AppealModel]:
    """Appeals, the oldest first: mine, or for staff all."""
    with course.store.reading() as db:
        found = appeals(db)
    return [_appeal(each) for each in found if role >= Role.TA or each.student == user.name]


@router.post("/appeals", name="appeal", status_code=201)
def appeal(course: CurrentCourse, user: CurrentUser, body: NewAppeal, _: CoursePath) -> AppealModel:
    """Ask to have a mark of mine looked at again; it must have been released."""
    student = StudentId(user.name)
    if body.item not in {each.item for each in released_marks(course, student)}:
        raise UnknownRecordError(f"You have no mark for {body.item!a} yet.")
    with course.store.writing() as db:
        number = add_appeal(db, course.desk.author(user.name), body.item, student, body.text)
        return _appeal(_numbered(db, number))


@router.post("/appeals/{number}/answer", name="answer-appeal")
def answer(
    course: CurrentCourse, user: CurrentUser, number: Number, body: Answer, _: CoursePath
) -> AppealModel:
    """Answer an appeal, with new points if it was right."""
    author = course.desk.author(user.name)
    with course.store.writing() as db:
        found = answer_appeal(db, author, number, body.text)
        if body.points is not None:
            item = scheme_of(course.course).items[found.item]
            points = Fraction(body.points)
            if points > item.points:
                raise BadMarkError(f"{item.title} has {say_number(item.points)} points at most.")
            override = Override(points, user.name, body.text)
            decide_points(db, author, found.item, found.student, override)
        return _appeal(_numbered(db, number))


def _numbered(db: Connection, number: int) -> Appeal:
    return next(each for each in appeals(db) if each.number == number)


def _mark(found: Released) -> MarkModel:
    return MarkModel(
        item=found.item,
        title=found.title,
        points=say_number(found.points),
        most=say_number(found.most),
        words=list(found.words),
    )


def _appeal(found: Appeal) -> AppealModel:
    return AppealModel(**vars(found))

"""My courses."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from labhub.service.context import CurrentState, CurrentUser
from labhub.service.courses import OpenedCourse
from labhub.service.identity import Role

router = APIRouter(tags=["courses"])


class CourseModel(BaseModel):
    """A course, and who I am in it."""

    id: str
    title: str
    term: str = Field(description="Such as `autumn 2027`; may be empty.")
    zone: str = Field(description="IANA name of the zone of all dates in words.")
    role: str = Field(description="`student`, `ta` or `instructor`.")


@router.get("/courses", name="courses")
def courses(state: CurrentState, user: CurrentUser) -> list[CourseModel]:
    """The courses that I have a part in."""
    return [
        _model(course, user.roles[course.id]) for course in state.courses if course.id in user.roles
    ]


def _model(course: OpenedCourse, role: Role) -> CourseModel:
    return CourseModel(
        id=course.id,
        title=course.title,
        term=course.course.term,
        zone=course.course.zone.key,
        role=role.name.lower(),
    )

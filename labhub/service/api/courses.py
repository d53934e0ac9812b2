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
    return [_model(state.courses[course], role) for course, role in sorted(user.roles.items())]


def _model(course: OpenedCourse, role: Role) -> CourseModel:
    plan = course.folder.course
    return CourseModel(
        id=course.id,
        title=course.title,
        term=plan.term if plan else "",
        zone=plan.zone.key if plan else "UTC",
        role=role.name.lower(),
    )

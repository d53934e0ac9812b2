"""Assignments, as the one who asks sees them."""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from labhub.course.model import Assignment
from labhub.service.context import CurrentCourse
from labhub.service.courses import OpenedCourse

router = APIRouter(tags=["assignments"], prefix="/courses/{course}/assignments")


class AssignmentModel(BaseModel):
    """An assignment and its dates."""

    id: str
    title: str
    due: AwareDatetime | None = Field(description="Null where there is no due date.")


@router.get("", name="assignments")
def assignments(course: CurrentCourse) -> list[AssignmentModel]:
    """The assignments of a course, in order of their due dates."""
    plan = course.folder.course
    return [_model(course, each) for each in plan.assignments] if plan else []


@router.get("/{assignment}", name="assignment")
def assignment(course: CurrentCourse, assignment: str) -> AssignmentModel:
    """One assignment."""
    plan = course.folder.course
    assert plan is not None
    return _model(course, plan.assignment(assignment))


def _model(course: OpenedCourse, plan: Assignment) -> AssignmentModel:
    return AssignmentModel(id=plan.id, title=plan.title, due=plan.timeline.due)

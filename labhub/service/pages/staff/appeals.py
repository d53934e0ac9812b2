"""Appeals: what students ask about their marks, and what the staff reply. Both are kept."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import Response

from labhub.exchange.store.marks import answer_appeal, appeals
from labhub.service.access import TA, Access
from labhub.service.context import CurrentCourse, CurrentUser
from labhub.service.errors import BadRequestError
from labhub.service.pages.frame import render
from labhub.service.pages.reading import read_names
from labhub.service.pages.visiting import CurrentVisit, go

ACCESS: Mapping[str, Access] = {"staff-appeals": TA, "staff-answer-appeal": TA}

router = APIRouter(include_in_schema=False)


@router.get("/{course}/staff/appeals", name="staff-appeals")
def appeals_page(visit: CurrentVisit, course: CurrentCourse) -> Response:
    """Open appeals, the oldest first; then those that have been answered, the newest first."""
    with course.store.reading() as db:
        found = appeals(db)
    return render(
        visit,
        "staff/appeals.html",
        waiting=[each for each in found if each.answer is None],
        answered=[each for each in reversed(found) if each.answer is not None],
        names=read_names(course.desk),
    )


@router.post("/{course}/staff/appeals/{number}", name="staff-answer-appeal")
def answer(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    number: int,
    text: Annotated[str, Form(max_length=8000)],
) -> Response:
    """Reply to an appeal."""
    if not text.strip():
        raise BadRequestError("The reply is empty.", hint="Write what you decided, and why.")
    with course.store.writing() as db:
        answer_appeal(db, course.desk.author(user.name), number, text.strip())
    return go(visit, visit.links.staff(course.id, "appeals"), said="appeal-answered")

"""The page of my group: look at it, make one, invite, join, decline, leave."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.responses import Response

from labhub.exchange.store.groups import group_events
from labhub.ids import StudentId
from labhub.policy.groups import EventKind, replay
from labhub.service.access import OWN, Access
from labhub.service.context import CurrentCourse, CurrentUser
from labhub.service.grouping import change, rules_of
from labhub.service.pages.frame import render
from labhub.service.pages.groups import group_view
from labhub.service.pages.reading import read_names
from labhub.service.pages.visiting import CurrentVisit, go

ACCESS: Mapping[str, Access] = {"group-page": OWN, "group-invite": OWN, "group-change": OWN}
CHANGES: Mapping[str, tuple[EventKind, str]] = {
    "form": (EventKind.FORMED, "group-formed"),
    "join": (EventKind.JOINED, "group-joined"),
    "decline": (EventKind.DECLINED, "group-declined"),
    "leave": (EventKind.LEFT, "group-left"),
}
"""What a student does alone, and what is said afterwards."""

Name = Annotated[str, Form(max_length=64)]
Action = Literal["form", "join", "decline", "leave"]

router = APIRouter(include_in_schema=False)


@router.get("/{course}/group", name="group-page")
def group_page(visit: CurrentVisit, course: CurrentCourse, user: CurrentUser) -> Response:
    """My group, and what I can do."""
    with course.store.reading() as db:
        groups = replay(group_events(db))
    rules = rules_of(course.course)
    names = read_names(course.desk)
    view = group_view(groups, rules, StudentId(user.name), names, visit.now, visit.words)
    return render(visit, "student/group.html", view=view)


@router.post("/{course}/group/invite", name="group-invite")
def invite(
    visit: CurrentVisit, course: CurrentCourse, user: CurrentUser, group: Name, student: Name
) -> Response:
    """Ask a student to join."""
    change(course, user.name, EventKind.INVITED, group, student.strip())
    return go(visit, visit.links.group(course.id), said="group-invited")


@router.post("/{course}/group/{action}", name="group-change")
def change_group(
    visit: CurrentVisit, course: CurrentCourse, user: CurrentUser, action: Action, group: Name
) -> Response:
    """Make a group, join one, turn an invitation down, or leave."""
    kind, said = CHANGES[action]
    change(course, user.name, kind, group.strip(), user.name)
    return go(visit, visit.links.group(course.id), said=said)

"""Extensions: those that hold, granting one, taking one back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from starlette.responses import Response

from labhub.exchange.store.grants import add_extension, extensions, withdraw_extension
from labhub.exchange.store.groups import group_events, require_group
from labhub.exchange.store.people import require_people
from labhub.ids import GroupId, StudentId
from labhub.policy.extensions import Extension
from labhub.policy.groups import replay
from labhub.service.access import INSTRUCTOR, TA, Access
from labhub.service.context import CurrentCourse, CurrentUser
from labhub.service.errors import BadRequestError
from labhub.service.pages.frame import render
from labhub.service.pages.reading import read_names
from labhub.service.pages.visiting import CurrentVisit, go

ACCESS: Mapping[str, Access] = {
    "staff-extensions": TA,
    "staff-grant": INSTRUCTOR,
    "staff-withdraw": INSTRUCTOR,
}

router = APIRouter(include_in_schema=False)


@router.get("/{course}/staff/extensions", name="staff-extensions")
def extensions_page(visit: CurrentVisit, course: CurrentCourse) -> Response:
    """Every extension that holds, and the form for another."""
    with course.store.reading() as db:
        found = extensions(db)
        groups = sorted(replay(group_events(db)).members)
    return render(
        visit,
        "staff/extensions.html",
        found=found,
        assignments=course.course.assignments,
        names=read_names(course.desk),
        groups=groups,
    )


@router.post("/{course}/staff/extensions", name="staff-grant")
def grant(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: Annotated[str, Form()],
    whom: Annotated[str, Form(max_length=80)],
    reason: Annotated[str, Form(max_length=2000)],
    days: Annotated[int, Form(ge=0, le=400)] = 0,
    due: Annotated[str, Form(max_length=32)] = "",
    late_until: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Give a student, or `group:NAME`, more time."""
    plan = course.course.assignment(assignment)
    zone = course.course.zone
    if not reason.strip() or not (days or due or late_until):
        raise BadRequestError(
            "An extension needs a reason, and days or a date.",
            hint="Go back: what you wrote is still in the form.",
        )
    group = whom.strip().removeprefix("group:") if whom.startswith("group:") else ""
    student = "" if group else whom.strip()
    given = Extension(
        plan.id,
        reason.strip(),
        user.name,
        StudentId(student) if student else None,
        GroupId(group) if group else None,
        days,
        moment_in(due, zone),
        moment_in(late_until, zone),
    )
    with course.store.writing() as db:
        if group:
            require_group(db, group)
        else:
            require_people(db, [student])
        add_extension(db, course.desk.author(user.name), given)
    return go(visit, visit.links.staff(course.id, "extensions"), said="extension-granted")


@router.post("/{course}/staff/extensions/{number}/withdraw", name="staff-withdraw")
def withdraw(
    visit: CurrentVisit, course: CurrentCourse, user: CurrentUser, number: int
) -> Response:
    """Take an extension back; that it was granted stays in the history."""
    with course.store.writing() as db:
        withdraw_extension(db, course.desk.author(user.name), number)
    return go(visit, visit.links.staff(course.id, "extensions"), said="extension-withdrawn")


def moment_in(text: str, zone: ZoneInfo) -> datetime | None:
    """What a field for date and time says, in the zone of the course; None for an empty one.

    >>> moment_in("2027-02-08T23:59", ZoneInfo("Europe/Stockholm")).isoformat()
    '2027-02-08T23:59:00+01:00'
    """
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=zone)
    except ValueError:
        raise BadRequestError(
            f"'{text[:32]}' is no date with a time.", hint="Write it as 2027-02-08T23:59."
        ) from None

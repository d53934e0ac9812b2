"""My group: found it, invite, join, decline, leave."""

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from labhub.exchange.store.groups import group_events
from labhub.ids import StudentId
from labhub.policy.groups import EventKind, replay
from labhub.service.api.ids import CoursePath, GroupPath
from labhub.service.context import CurrentCourse, CurrentUser
from labhub.service.courses import OpenedCourse
from labhub.service.grouping import change, my_group
from labhub.service.identity import User

router = APIRouter(tags=["groups"], prefix="/courses/{course}/groups")


class GroupModel(BaseModel):
    """A group."""

    id: str
    members: list[str]
    invited: list[str]


class MyGroupModel(BaseModel):
    """Where I stand, and the rules."""

    mine: GroupModel | None
    invitations: list[str] = Field(description="The groups that have asked me.")
    smallest: int
    largest: int
    students_form: bool = Field(description="Whether students make groups themselves.")
    by_invitation: bool
    frozen_at: AwareDatetime | None = Field(description="From then on only staff change groups.")


class NewGroup(BaseModel):
    """The group to be founded."""

    id: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}$")


class Invitation(BaseModel):
    """Who is asked to join."""

    student: str = Field(min_length=1, max_length=64)


@router.get("", name="my-group")
def mine(course: CurrentCourse, user: CurrentUser, _: CoursePath) -> MyGroupModel:
    """My group and the invitations I have."""
    return _mine(course, user)


@router.get("/all", name="groups")
def everybody(course: CurrentCourse, _: CoursePath) -> list[GroupModel]:
    """Every group; for staff."""
    with course.store.reading() as db:
        groups = replay(group_events(db))
    return [
        GroupModel(id=name, members=sorted(there), invited=sorted(groups.invited.get(name, ())))
        for name, there in sorted(groups.members.items())
    ]


@router.post("", name="form-group", status_code=201)
def form(course: CurrentCourse, user: CurrentUser, body: NewGroup, _: CoursePath) -> MyGroupModel:
    """Found a group and be its first member."""
    return _changed(course, user, EventKind.FORMED, body.id, user.name)


@router.post("/{group}/invitations", name="invite", status_code=201)
def invite(
    course: CurrentCourse, user: CurrentUser, group: GroupPath, body: Invitation, _: CoursePath
) -> MyGroupModel:
    """Ask a student to join my group."""
    return _changed(course, user, EventKind.INVITED, group, body.student)


@router.post("/{group}/join", name="join-group")
def join(course: CurrentCourse, user: CurrentUser, group: GroupPath, _: CoursePath) -> MyGroupModel:
    """Become a member; where the course wants it so, an invitation comes first."""
    return _changed(course, user, EventKind.JOINED, group, user.name)


@router.post("/{group}/decline", name="decline-invitation")
def decline(
    course: CurrentCourse, user: CurrentUser, group: GroupPath, _: CoursePath
) -> MyGroupModel:
    """Turn an invitation down."""
    return _changed(course, user, EventKind.DECLINED, group, user.name)


@router.post("/{group}/leave", name="leave-group")
def leave(
    course: CurrentCourse, user: CurrentUser, group: GroupPath, _: CoursePath
) -> MyGroupModel:
    """Leave my group."""
    return _changed(course, user, EventKind.LEFT, group, user.name)


def _changed(
    course: OpenedCourse, user: User, kind: EventKind, group: str, student: str
) -> MyGroupModel:
    change(course, user.name, kind, group, student)
    return _mine(course, user)


def _mine(course: OpenedCourse, user: User) -> MyGroupModel:
    with course.store.reading() as db:
        found = my_group(db, course.course, StudentId(user.name))
    group = None
    if found.group is not None:
        group = GroupModel(id=found.group, members=list(found.members), invited=list(found.invited))
    return MyGroupModel(
        mine=group,
        invitations=list(found.invitations),
        smallest=found.rules.smallest,
        largest=found.rules.largest,
        students_form=found.rules.formation.value == "students",
        by_invitation=found.rules.by_invitation,
        frozen_at=found.rules.frozen_at,
    )

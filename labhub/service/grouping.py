"""Groups as students use them: mine, who invited me, and changes under the course's rules."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from labhub.course.model import Course
from labhub.exchange.store.groups import change_groups, group_events
from labhub.exchange.store.people import require_people
from labhub.ids import GroupId, StudentId
from labhub.policy.groups import EventKind, GroupEvent, GroupRules, Groups, replay
from labhub.policy.rulebooks import group_rules_of
from labhub.service.courses import OpenedCourse


@dataclass(frozen=True)
class MyGroup:
    """Where one student stands."""

    rules: GroupRules
    group: GroupId | None
    members: tuple[StudentId, ...]
    invited: tuple[StudentId, ...]
    """Whom the group has asked."""
    invitations: tuple[GroupId, ...]
    """The groups that have asked the student."""


def rules_of(course: Course) -> GroupRules:
    """The rules for groups: they freeze when the last group work is due."""
    together = [plan.id for plan in course.assignments if course.rules.of(plan.id).group_work]
    found = [group_rules_of(course, name) for name in together]
    dated = [rules for rules in found if rules.frozen_at is not None]
    if len(dated) < len(found) or not dated:
        return group_rules_of(course)
    return max(dated, key=lambda rules: rules.frozen_at.timestamp() if rules.frozen_at else 0.0)


def my_group(db: Connection, course: Course, student: StudentId) -> MyGroup:
    """The student's group, or the invitations to one."""
    groups = replay(group_events(db))
    mine = groups.group_of(student)
    return MyGroup(
        rules_of(course),
        mine,
        _there(groups.members, mine),
        _there(groups.invited, mine),
        tuple(sorted(name for name, asked in groups.invited.items() if student in asked)),
    )


def change(course: OpenedCourse, by: str, kind: EventKind, group: str, student: str) -> Groups:
    """A change that a student makes, under the students' rules.

    Raises `GroupChangeRefusedError`, `BadIdError` or `UnknownPersonError`.
    """
    now = course.clock.now()
    event = GroupEvent(kind, now, by, GroupId(group), StudentId(student))
    with course.store.writing() as db:
        require_people(db, [student])
        return change_groups(db, [event], rules_of(course.course))


def _there(
    groups: Mapping[GroupId, frozenset[StudentId]], mine: GroupId | None
) -> tuple[StudentId, ...]:
    return tuple(sorted(groups.get(mine, ()))) if mine is not None else ()

"""What the verbs of groups share."""

from pathlib import Path
from typing import TYPE_CHECKING

from labhub.cli.term import author, course_of

if TYPE_CHECKING:
    from labhub.course.model import Course
    from labhub.policy.groups import EventKind, GroupEvent, GroupRules


def group_rules(course_dir: Path) -> "tuple[Course, GroupRules]":
    """The course, and the rules for groups until the last group work is due."""
    from labhub.policy.rulebooks import group_rules_of

    course = course_of(course_dir)
    together = [plan.id for plan in course.assignments if course.rules.of(plan.id).group_work]
    frozen = [group_rules_of(course, name) for name in together]
    last = max(frozen, key=lambda rules: str(rules.frozen_at), default=None)
    return course, last or group_rules_of(course)


def group_event(
    kind: "EventKind", group: str, student: str, act_as: str, reason: str, by: str, at: str
) -> "GroupEvent":
    """A change by a student, or by staff where nobody is acted for."""
    from labhub.ids import GroupId, StudentId
    from labhub.policy.groups import GroupEvent

    changes = author(act_as or by, at)
    return GroupEvent(
        kind,
        changes.at,
        changes.by,
        GroupId(group) if group else None,
        StudentId(student) if student else None,
        staff=not act_as,
        reason=reason,
    )

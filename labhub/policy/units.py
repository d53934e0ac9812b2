"""Units: who hands in together and shares a mark, after groups, departures and exceptions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.dates import Dates
from labhub.policy.errors import GroupRuleError
from labhub.policy.extensions import Extension, extended
from labhub.policy.groups import Groups
from labhub.policy.traces import Step, Trace
from labhub.policy.verdicts import Verdict, resolve
from labhub.policy.workdays import Calendar


class Arrangement(StrEnum):
    """What staff arranged for one student on one assignment."""

    ALONE = "alone"
    WITH_GROUP = "with-group"
    EXCUSED = "excused"


@dataclass(frozen=True)
class GroupException:
    """An individual exception: this student, on this assignment, differs from the group."""

    assignment: AssignmentId
    student: StudentId
    arrangement: Arrangement
    by: str
    reason: str
    group: GroupId | None = None
    """The group to share with, for `WITH_GROUP`."""


@dataclass(frozen=True)
class Unit:
    """Students with one hand-in and one mark. `group` is None for somebody alone."""

    group: GroupId | None
    students: tuple[StudentId, ...]
    because: Mapping[StudentId, Trace]
    """Why each of them is in this unit."""


def units_of(
    assignment: AssignmentId,
    groups: Groups,
    students: Collection[StudentId],
    exceptions: Iterable[GroupException] = (),
) -> tuple[Unit, ...]:
    """The units of an assignment, for the groups as they were when it froze.

    Who left a group before that hands in alone; who left afterwards shares its mark. Who dropped
    out of the course before is in no unit. Raises `GroupRuleError` for an exception that
    sends a student to a group that is not there.
    """
    mine = {e.student: e for e in exceptions if e.assignment == assignment}
    homes: dict[GroupId, list[StudentId]] = {}
    alone: list[StudentId] = []
    because: dict[StudentId, Trace] = {}
    for student in sorted(set(students) - groups.dropped_out):
        exception = mine.get(student)
        if exception is not None and exception.arrangement is Arrangement.EXCUSED:
            continue
        home = _home(groups, student, exception)
        because[student] = (_why(student, home, exception),)
        (alone if home is None else homes.setdefault(home, [])).append(student)
    together = [_unit(name, there, because) for name, there in sorted(homes.items())]
    return (*together, *(_unit(None, [student], because) for student in alone))


def verdicts_of(
    unit: Unit,
    assignment: AssignmentId,
    dates: Dates,
    calendar: Calendar,
    handed_in_at: datetime | None,
    extensions: Collection[Extension] = (),
) -> dict[StudentId, Verdict]:
    """What each member of a unit gets for its one hand-in.

    A group's extension helps all of its members, a student's own only that student.
    """
    found = {}
    for student in unit.students:
        mine = tuple(e for e in extensions if e.concerns(assignment, student, unit.group))
        found[student] = resolve(extended(dates, calendar, mine), handed_in_at)
    return found


def _home(groups: Groups, student: StudentId, exception: GroupException | None) -> GroupId | None:
    if exception is None:
        return groups.group_of(student)
    if exception.arrangement is Arrangement.ALONE:
        return None
    if exception.group not in groups.members:
        raise GroupRuleError(
            f"{student} is to hand in with group {exception.group}, which does not exist.",
            hint="Correct the exception.",
        )
    return exception.group


def _why(student: StudentId, home: GroupId | None, exception: GroupException | None) -> Step:
    where = f"{student} hands in " + (f"with group {home}" if home is not None else "alone")
    if exception is None:
        return Step("group" if home is not None else "no-group", f"{where}.")
    reason = exception.reason.rstrip(".")
    return Step("group-exception", f"{where}, decided by {exception.by}: {reason}.")


def _unit(
    group: GroupId | None, students: list[StudentId], because: Mapping[StudentId, Trace]
) -> Unit:
    return Unit(group, tuple(students), {student: because[student] for student in students})

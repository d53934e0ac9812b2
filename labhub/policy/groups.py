"""Groups with their history: who was in which group at a given moment, and what may change.

The history is a list of events; the state at a time is what the events until then add up to.
Nothing is ever overwritten, so a mark of October can be explained in January.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import count, islice
from random import Random
from typing import NoReturn

from labhub.ids import GroupId, StudentId
from labhub.policy.errors import GroupRuleError, GroupsFrozenError
from labhub.policy.traces import Step, Trace
from labhub.policy.words import say_count
from labhub.policy.workdays import ensure_zone


class EventKind(StrEnum):
    """What can happen to groups."""

    FORMED = "formed"
    """A student founds a group and is its first member, or staff set up an empty one."""
    INVITED = "invited"
    DECLINED = "declined"
    JOINED = "joined"
    LEFT = "left"
    DROPPED_OUT = "dropped-out"
    """The student leaves the course, and with it the group."""


@dataclass(frozen=True)
class GroupEvent:
    """One change, made by a student or by staff. `student` is the one it concerns."""

    kind: EventKind
    at: datetime
    by: str
    group: GroupId | None = None
    student: StudentId | None = None
    staff: bool = False
    reason: str = ""


class Formation(StrEnum):
    """Who makes groups."""

    STUDENTS = "students"
    STAFF = "staff"


@dataclass(frozen=True)
class GroupRules:
    """Sizes, who makes groups, and the moment from which only staff change them.

    Staff may go beyond every rule, after the freeze too, when they give a reason.
    """

    smallest: int = 1
    largest: int = 4
    formation: Formation = Formation.STUDENTS
    by_invitation: bool = True
    frozen_at: datetime | None = None


@dataclass(frozen=True)
class Groups:
    """The groups at one moment."""

    members: Mapping[GroupId, frozenset[StudentId]] = field(default_factory=dict)
    invited: Mapping[GroupId, frozenset[StudentId]] = field(default_factory=dict)
    dropped_out: frozenset[StudentId] = frozenset()

    def group_of(self, student: StudentId) -> GroupId | None:
        """The group of a student; None for one without."""
        return next((name for name, there in self.members.items() if student in there), None)

    def after(self, event: GroupEvent) -> "Groups":
        """The groups when the event has happened; one that names no group changes none."""
        who = frozenset() if event.student is None else frozenset({event.student})
        if event.kind is EventKind.DROPPED_OUT:
            members = {name: there - who for name, there in self.members.items()}
            return replace(self, members=members, dropped_out=self.dropped_out | who)
        if event.group is None:
            return self
        here = self.members.get(event.group, frozenset())
        asked = self.invited.get(event.group, frozenset())
        match event.kind:
            case EventKind.FORMED | EventKind.JOINED:
                return self._with(event.group, here | who, asked - who)
            case EventKind.LEFT:
                return self._with(event.group, here - who, asked)
            case EventKind.INVITED:
                return self._with(event.group, here, asked | who)
            case EventKind.DECLINED:
                return self._with(event.group, here, asked - who)

    def _with(
        self, group: GroupId, members: frozenset[StudentId], invited: frozenset[StudentId]
    ) -> "Groups":
        return replace(
            self,
            members={**self.members, group: members},
            invited={**self.invited, group: invited},
        )


def replay(events: Iterable[GroupEvent], until: datetime | None = None) -> Groups:
    """The groups that the history adds up to, at a moment or by now.

    An event at the moment itself has happened. Events of one moment count in the order given.
    """
    groups = Groups()
    for event in sorted(events, key=lambda event: ensure_zone(event.at)):
        if until is not None and event.at > until:
            break
        groups = groups.after(event)
    return groups


def accept(groups: Groups, event: GroupEvent, rules: GroupRules) -> Groups:
    """The groups after a change that the rules allow.

    Raises `GroupChangeRefusedError`, with what to do instead. Staff who give a reason are held
    only to what makes sense at all.
    """
    _check_sense(groups, event)
    if not (event.staff and event.reason):
        _check_freeze(event, rules)
        _check_size(groups, event, rules)
    if not event.staff:
        _check_student(groups, event, rules)
    return groups.after(event)


def problems(groups: Groups, rules: GroupRules, students: Iterable[StudentId]) -> Trace:
    """What staff should look at before groups freeze: sizes, and students without a group."""
    wanted = f"{rules.smallest} to {rules.largest} are wanted"
    sizes = (
        Step("group-size", f"Group {name} has {say_count(len(there), 'member')}; {wanted}.")
        for name, there in sorted(groups.members.items())
        if there and not rules.smallest <= len(there) <= rules.largest
    )
    homeless = (
        Step("no-group", f"{student} is in no group.")
        for student in students
        if student not in groups.dropped_out and groups.group_of(student) is None
    )
    return (*sizes, *homeless)


def drawn(
    groups: Groups, students: Iterable[StudentId], size: int, seed: str, prefix: str
) -> dict[GroupId, list[StudentId]]:
    """New groups, drawn by lot, for the students who are in none.

    Students who do not fill a group of their own are spread over the others, so that sizes
    differ by one at most. The same seed draws the same groups.
    """
    homeless = sorted(
        student
        for student in students
        if student not in groups.dropped_out and groups.group_of(student) is None
    )
    Random(seed).shuffle(homeless)  # noqa: S311 - a draw that anyone can repeat, not a secret
    number = max(1, len(homeless) // size) if homeless else 0
    free = (GroupId(f"{prefix}{place:02}") for place in count(1))
    names = list(islice((name for name in free if name not in groups.members), number))
    return {name: sorted(homeless[place::number]) for place, name in enumerate(names)}


def _check_sense(groups: Groups, event: GroupEvent) -> None:
    kind, group, student = event.kind, event.group, event.student
    ensure_zone(event.at)
    if student is None and not (kind is EventKind.FORMED and event.staff):
        _refuse("The change names no student.", "Say whom it concerns.")
    if student in groups.dropped_out:
        _refuse(f"{student} has left the course.", "Enrol the student again first.")
    if kind is EventKind.DROPPED_OUT:
        return
    if group is None or (group in groups.members) is (kind is EventKind.FORMED):
        what = "exists already" if kind is EventKind.FORMED else "does not exist"
        _refuse(f"The group {group or 'without a name'} {what}.", "Look at the list of groups.")
    if student is not None:
        _check_membership(groups, kind, group, student)


def _check_membership(groups: Groups, kind: EventKind, group: GroupId, student: StudentId) -> None:
    there = groups.group_of(student)
    if kind is EventKind.LEFT and there != group:
        _refuse(f"{student} is not in group {group}.", "Look at the list of groups.")
    if kind in (EventKind.FORMED, EventKind.JOINED, EventKind.INVITED) and there is not None:
        _refuse(f"{student} is in group {there}.", "Leave that group first.")
    if kind is EventKind.DECLINED and student not in groups.invited.get(group, frozenset()):
        _refuse(f"{student} was not invited to group {group}.", "There is nothing to decline.")


def _check_freeze(event: GroupEvent, rules: GroupRules) -> None:
    frozen = rules.frozen_at is not None and ensure_zone(event.at) >= rules.frozen_at
    if frozen and event.kind is not EventKind.DROPPED_OUT:
        hint = "Give a reason." if event.staff else "Ask the staff: they can, with a reason."
        raise GroupsFrozenError("Groups are frozen, because the due date has passed.", hint=hint)


def _check_size(groups: Groups, event: GroupEvent, rules: GroupRules) -> None:
    if event.kind is not EventKind.JOINED or event.group is None:
        return
    if len(groups.members[event.group]) >= rules.largest:
        _refuse(
            f"Group {event.group} is full: it has {say_count(rules.largest, 'member')}.",
            "Join another one, or ask the staff.",
        )


def _check_student(groups: Groups, event: GroupEvent, rules: GroupRules) -> None:
    """What a student may do: form groups where the course lets them, and act for oneself."""
    if event.kind is EventKind.DROPPED_OUT:
        _refuse("Only staff can take somebody off the course.", "Ask the staff.")
    if rules.formation is Formation.STAFF:
        _refuse("In this course the staff make the groups.", "Ask the staff.")
    if event.kind is EventKind.INVITED:
        if groups.group_of(StudentId(event.by)) != event.group:
            _refuse(f"{event.by} is not in group {event.group}.", "Only members invite.")
        return
    if event.by != event.student:
        _refuse(f"{event.by} cannot act for {event.student}.", "Let the student do it.")
    if event.kind is EventKind.JOINED and rules.by_invitation:
        _check_invited(groups, event)


def _check_invited(groups: Groups, event: GroupEvent) -> None:
    invited = groups.invited.get(event.group, frozenset()) if event.group is not None else ()
    if event.student not in invited:
        _refuse(f"{event.student} was not invited to group {event.group}.", "Ask a member.")


def _refuse(message: str, hint: str) -> NoReturn:
    raise GroupRuleError(message, hint=hint)

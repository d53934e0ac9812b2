"""My group: who is in it, who was asked, and what I can do, or why I cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from labhub.ids import GroupId, StudentId
from labhub.policy.errors import GroupChangeRefusedError
from labhub.policy.groups import EventKind, Formation, GroupEvent, GroupRules, Groups, accept
from labhub.service.pages.languages import Words
from labhub.service.pages.receipts import said_name

SOMEBODY = StudentId("\0somebody")
"""Stands for a student who is in no group, where it matters only whether one could be asked."""


@dataclass(frozen=True)
class OtherGroup:
    """A group that I was asked into, or could join."""

    id: GroupId
    members: tuple[str, ...]
    refusal: str = ""
    """Why I cannot join it now; empty where I can."""


@dataclass(frozen=True)
class GroupView:
    """What the page of my group shows."""

    id: GroupId | None
    members: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    invitations: tuple[OtherGroup, ...] = ()
    """Groups that asked me."""
    open_groups: tuple[OtherGroup, ...] = ()
    """Groups that I can join without being asked."""
    suggestion: str = ""
    """A name for a new group that nobody has."""
    may_form: bool = False
    may_invite: bool = False
    may_leave: bool = False
    notes: tuple[str, ...] = field(default=())
    """What stands in the way of a change, in words."""
    frozen_at: datetime | None = None
    frozen: bool = False
    smallest: int = 1
    largest: int = 1
    by_invitation: bool = True


def group_view(
    groups: Groups,
    rules: GroupRules,
    me: StudentId,
    names: Mapping[str, str],
    now: datetime,
    words: Words,
) -> GroupView:
    """The group of a student, and what the rules let the student do at this time."""
    mine = groups.group_of(me)
    members = groups.members.get(mine, frozenset()) if mine is not None else frozenset()
    invited = groups.invited.get(mine, frozenset()) if mine is not None else frozenset()
    trial = _Trial(groups, rules, me, now)
    new = _free_name(groups)
    return GroupView(
        id=mine,
        members=_said(members, names),
        invited=_said(invited, names),
        invitations=tuple(_invitations(groups, trial, me, names)) if mine is None else (),
        open_groups=tuple(_open(groups, trial, me, names)) if mine is None else (),
        suggestion=new,
        may_form=not trial.refusal(EventKind.FORMED, GroupId(new)),
        may_invite=mine is not None and _may_invite(trial, mine, members, rules),
        may_leave=mine is not None and not trial.refusal(EventKind.LEFT, mine),
        notes=tuple(_notes(rules, now, len(members), words)),
        frozen_at=rules.frozen_at,
        frozen=_is_frozen(rules, now),
        smallest=rules.smallest,
        largest=rules.largest,
        by_invitation=rules.by_invitation,
    )


@dataclass(frozen=True)
class _Trial:
    """Asks the rules about a change without making it."""

    groups: Groups
    rules: GroupRules
    me: StudentId
    now: datetime

    def refusal(self, kind: EventKind, group: GroupId, student: StudentId | None = None) -> str:
        """Why the change would be refused; empty where it would not."""
        event = GroupEvent(kind, self.now, self.me, group, student or self.me)
        try:
            accept(self.groups, event, self.rules)
        except GroupChangeRefusedError as error:
            return error.message
        return ""


def _may_invite(
    trial: _Trial, group: GroupId, members: frozenset[StudentId], rules: GroupRules
) -> bool:
    """Whether there is room, and the rules let members ask somebody."""
    refused = trial.refusal(EventKind.INVITED, group, SOMEBODY)
    return not refused and len(members) < rules.largest


def _invitations(
    groups: Groups, trial: _Trial, me: StudentId, names: Mapping[str, str]
) -> list[OtherGroup]:
    return [
        OtherGroup(
            group, _said(groups.members[group], names), trial.refusal(EventKind.JOINED, group)
        )
        for group, asked in sorted(groups.invited.items())
        if me in asked and groups.members.get(group)
    ]


def _open(
    groups: Groups, trial: _Trial, me: StudentId, names: Mapping[str, str]
) -> list[OtherGroup]:
    return [
        OtherGroup(group, _said(members, names))
        for group, members in sorted(groups.members.items())
        if members
        and me not in groups.invited.get(group, frozenset())
        and not trial.refusal(EventKind.JOINED, group)
    ]


def _notes(rules: GroupRules, now: datetime, size: int, words: Words) -> list[str]:
    if rules.formation is Formation.STAFF:
        return [words.gettext("In this course the staff make the groups. Ask them for a change.")]
    if _is_frozen(rules, now):
        return [
            words.gettext(
                "Groups are frozen, because the due date has passed. "
                "The staff can still change them, with a reason."
            )
        ]
    found = []
    if size and size < rules.smallest:
        found.append(words.gettext("Your group is still too small: ask somebody to join."))
    if size >= rules.largest > 1:
        found.append(words.gettext("Your group is full."))
    return found


def _is_frozen(rules: GroupRules, now: datetime) -> bool:
    return rules.frozen_at is not None and now >= rules.frozen_at


def _said(students: frozenset[StudentId], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(said_name(student, names) for student in sorted(students))


def _free_name(groups: Groups) -> str:
    return next(name for n in count(1) if (name := f"group-{n}") not in groups.members)

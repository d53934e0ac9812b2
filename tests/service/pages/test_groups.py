"""My group: what the page shows and lets one do, under the course's rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from labhub.ids import GroupId, StudentId
from labhub.policy.groups import EventKind, Formation, GroupEvent, GroupRules, Groups, replay
from labhub.service.pages.groups import GroupView, group_view
from labhub.service.pages.languages import words_in
from tests.service.pages.conftest import NAMES, Campus

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
RULES = GroupRules(2, 2, frozen_at=NOW + timedelta(days=7))
ADA, BOB = StudentId("ada"), StudentId("bob")


def event(kind: EventKind, group: str, student: str, by: str = "") -> GroupEvent:
    at = NOW - timedelta(days=1)
    return GroupEvent(kind, at, by or student, GroupId(group), StudentId(student))


ALONE = replay([event(EventKind.FORMED, "turing", "ada")])
ASKED = replay(
    [
        event(EventKind.FORMED, "turing", "ada"),
        event(EventKind.INVITED, "turing", "bob", "ada"),
    ]
)
FULL = ASKED.after(event(EventKind.JOINED, "turing", "bob"))


def view(groups: Groups, me: StudentId = ADA, rules: GroupRules = RULES) -> GroupView:
    return group_view(groups, rules, me, NAMES, NOW, words_in("en"))


def test_without_a_group_one_can_make_one_under_a_name_that_is_free() -> None:
    taken = replay([event(EventKind.FORMED, "group-1", "cleo")])
    found = view(taken)
    assert (found.id, found.may_form, found.suggestion) == (None, True, "group-2")
    assert found.open_groups == ()


def test_a_member_invites_while_there_is_room() -> None:
    found = view(ALONE)
    assert found.members == ("Ada Lovelace (ada)",)
    assert found.may_invite
    assert found.may_leave
    assert found.notes == ("Your group is still too small: ask somebody to join.",)
    full = view(FULL)
    assert not full.may_invite
    assert full.notes == ("Your group is full.",)


def test_an_invitation_shows_who_is_in_the_group() -> None:
    found = view(ASKED, BOB)
    assert [(each.id, each.members) for each in found.invitations] == [
        ("turing", ("Ada Lovelace (ada)",))
    ]
    assert view(ASKED).invited == ("Bob Berg (bob)",)


def test_an_invitation_to_a_full_group_says_why_it_cannot_be_taken() -> None:
    full = ASKED.after(event(EventKind.JOINED, "turing", "cleo"))
    (found,) = view(full, BOB).invitations
    assert "is full" in found.refusal


def test_groups_are_open_where_the_course_wants_no_invitation() -> None:
    free = replace(RULES, by_invitation=False)
    assert [each.id for each in view(ALONE, BOB, free).open_groups] == ["turing"]


def test_frozen_groups_say_so_and_offer_nothing() -> None:
    frozen = view(ALONE, rules=replace(RULES, frozen_at=NOW))
    assert frozen.frozen
    assert not (frozen.may_invite or frozen.may_leave)
    assert "Groups are frozen, because the due date has passed." in frozen.notes[0]
    assert not view(Groups(), rules=replace(RULES, frozen_at=NOW)).may_form


def test_where_staff_make_groups_the_page_says_so() -> None:
    staff = view(ALONE, rules=replace(RULES, formation=Formation.STAFF))
    assert not (staff.may_invite or staff.may_leave)
    assert staff.notes == ("In this course the staff make the groups. Ask them for a change.",)


def test_a_group_is_made_joined_and_left_on_the_page(campus: Campus) -> None:
    ada, bob = campus.browser("ada"), campus.browser("bob")
    page = ada.post("group/form", "group", group="turing")
    assert "Your group has been made" in page.text
    assert (
        "The invitation has been sent."
        in ada.post("group/invite", "group", group="turing", student=" bob ").text
    )
    assert "You were invited" in bob.get("group").text
    assert "You are in the group now." in bob.post("group/join", "group", group="turing").text
    assert "You hand in with" in ada.get("ps1/").text
    assert "You have left the group." in bob.post("group/leave", "group", group="turing").text


def test_an_invitation_can_be_declined(campus: Campus) -> None:
    ada, bob = campus.browser("ada"), campus.browser("bob")
    ada.post("group/form", "group", group="turing")
    ada.post("group/invite", "group", group="turing", student="bob")
    page = bob.post("group/decline", "group", group="turing")
    assert "You have turned the invitation down." in page.text
    assert "You were invited" not in page.text


@pytest.mark.parametrize(
    ("action", "fields", "code"),
    [
        ("form", {"group": "no name!"}, "bad-id"),
        ("join", {"group": "turing"}, "group-change-refused"),
        ("invite", {"group": "turing", "student": "nobody"}, "unknown-person"),
    ],
)
def test_what_the_rules_refuse_is_a_page_with_the_reason(
    campus: Campus, action: str, fields: dict[str, str], code: str
) -> None:
    page = campus.browser("ada").post(f"group/{action}", "group", **fields)
    assert page.status_code >= 400
    assert code in page.text
    assert "What to do next" in page.text


def test_after_the_due_date_the_page_says_that_groups_are_frozen(campus: Campus) -> None:
    campus.stand.clock.turn(days=8)
    page = campus.browser("ada").get("group").text
    assert "Groups are frozen" in page
    assert "Make the group" not in page


def test_one_hand_in_counts_for_the_whole_group(campus: Campus) -> None:
    from tests.service.stand import answers

    ada, bob = campus.browser("ada"), campus.browser("bob")
    ada.post("group/form", "group", group="turing")
    ada.post("group/invite", "group", group="turing", student="bob")
    bob.post("group/join", "group", group="turing")
    page = ada.post("ps1/hand-in", "ps1/", files=answers(campus.stand.root))
    assert "Ada Lovelace (ada), Bob Berg (bob)" in page.text
    assert "by Ada Lovelace (ada) on the course page" in bob.get("ps1/").text
    assert bob.get("receipts/1").status_code == 200

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.ids import GroupId, StudentId
from labhub.policy.errors import GroupChangeRefusedError, GroupsFrozenError, TimeWithoutZoneError
from labhub.policy.groups import (
    EventKind,
    Formation,
    GroupEvent,
    GroupRules,
    Groups,
    accept,
    problems,
    replay,
)
from tests.policy.courses import utc

ADA, BO, CY, DI = (StudentId(name) for name in ("ada", "bo", "cy", "di"))
G1, G2 = GroupId("g1"), GroupId("g2")
START = utc("2020-11-01 12:00")
RULES = GroupRules(smallest=2, largest=2, frozen_at=utc("2020-11-06 07:00"))


def happens(
    kind: str, by: str, group: str | None = "g1", student: str | None = None, **more: object
):
    """An event on the day `day` of November; students act for themselves unless told otherwise."""
    at = START + timedelta(days=more.pop("day", 0))
    who = None if student == "" else StudentId(student or by)
    name = None if group is None else GroupId(group)
    return GroupEvent(EventKind(kind), at, by, name, who, **more)


def staff(kind: str, group: str | None, student: str, **more: object) -> GroupEvent:
    return happens(kind, "teacher", group, student, staff=True, **more)


HISTORY = [
    happens("formed", "ada", day=0),
    happens("invited", "ada", student="bo", day=1),
    happens("joined", "bo", day=2),
    happens("formed", "cy", "g2", day=2),
    happens("left", "bo", day=3),
    staff("joined", "g2", "bo", day=4),
    staff("dropped-out", None, "cy", day=5),
]


@pytest.mark.parametrize(
    ("day", "members"),
    [
        (-1, {}),
        (0, {"g1": {"ada"}}),
        (2, {"g1": {"ada", "bo"}, "g2": {"cy"}}),
        (3, {"g1": {"ada"}, "g2": {"cy"}}),
        (4, {"g1": {"ada"}, "g2": {"bo", "cy"}}),
        (5, {"g1": {"ada"}, "g2": {"bo"}}),
    ],
)
def test_the_history_gives_the_groups_of_any_moment(day, members):
    groups = replay(HISTORY, until=START + timedelta(days=day))
    assert {name: set(there) for name, there in groups.members.items()} == members


def test_events_count_by_their_time_not_by_their_place_in_the_list():
    assert replay(HISTORY[::-1]).members.keys() == {G1, G2}
    assert replay(sorted(HISTORY, key=lambda event: event.at)) == replay(HISTORY)


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ([], happens("formed", "ada")),
        ([], happens("formed", "teacher", student="", staff=True)),
        (HISTORY[:1], happens("invited", "ada", student="bo")),
        (HISTORY[:2], happens("joined", "bo")),
        (HISTORY[:2], happens("declined", "bo")),
        (HISTORY[:3], happens("left", "bo")),
        (HISTORY[:1], staff("joined", "g1", "di")),
        (HISTORY[:3], staff("joined", "g1", "di", reason="an odd number of students")),
        (HISTORY[:3], staff("left", "g1", "bo", day=9, reason="moved abroad")),
        (HISTORY[:3], staff("dropped-out", None, "bo", day=9)),
    ],
)
def test_what_the_rules_allow_happens(before, event):
    groups = replay(before)
    assert accept(groups, event, RULES) == groups.after(event)


@pytest.mark.parametrize(
    ("before", "event", "complaint"),
    [
        (HISTORY[:1], happens("formed", "bo"), "g1 exists already"),
        (HISTORY[:1], happens("formed", "ada", "g2"), "ada is in group g1"),
        ([], happens("joined", "bo"), "g1 does not exist"),
        ([], happens("joined", "bo", None), "without a name does not exist"),
        ([], happens("formed", "ada", student=""), "names no student"),
        (HISTORY[:1], happens("joined", "bo"), "bo was not invited"),
        (HISTORY[:1], happens("declined", "bo"), "bo was not invited"),
        (HISTORY[:1], happens("invited", "di", student="bo"), "di is not in group g1"),
        (HISTORY[:3], happens("invited", "ada", student="bo"), "bo is in group g1"),
        (HISTORY[:2], happens("joined", "ada", student="bo"), "ada cannot act for bo"),
        (HISTORY[:1], happens("left", "bo"), "bo is not in group g1"),
        (HISTORY[:3], staff("joined", "g1", "di"), "full: it has 2 members"),
        (HISTORY[:3], happens("left", "bo", day=5), "Groups are frozen"),
        (HISTORY[:3], staff("left", "g1", "bo", day=5), "Groups are frozen"),
        (HISTORY[:1], happens("dropped-out", "ada", None), "Only staff"),
        (HISTORY, staff("joined", "g1", "cy", reason="is back"), "cy has left the course"),
        (HISTORY, staff("dropped-out", None, "cy"), "cy has left the course"),
    ],
)
def test_what_the_rules_do_not_allow_is_refused_with_a_reason(before, event, complaint):
    with pytest.raises(GroupChangeRefusedError, match=complaint) as refused:
        accept(replay(before), event, RULES)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        (GroupRules(formation=Formation.STAFF), False),
        (GroupRules(by_invitation=False), True),
        (GroupRules(), False),
    ],
)
def test_the_course_says_who_makes_groups_and_whether_one_needs_an_invitation(rules, allowed):
    groups, event = replay(HISTORY[:1]), happens("joined", "di")
    if allowed:
        assert accept(groups, event, rules).group_of(DI) == G1
    else:
        with pytest.raises(GroupChangeRefusedError):
            accept(groups, event, rules)


@pytest.mark.parametrize(
    ("moment", "frozen"), [("06:59:59", False), ("07:00:00", True), ("07:00:01", True)]
)
def test_groups_freeze_at_the_very_instant(moment, frozen):
    event = GroupEvent(EventKind.LEFT, utc(f"2020-11-06 {moment}"), "bo", G1, BO)
    if frozen:
        with pytest.raises(GroupsFrozenError, match="the due date has passed"):
            accept(replay(HISTORY[:3]), event, RULES)
    else:
        assert accept(replay(HISTORY[:3]), event, RULES).group_of(BO) is None


def test_an_event_that_names_no_group_changes_none():
    assert replay([*HISTORY, happens("joined", "di", None, day=6)]) == replay(HISTORY)


def test_staff_see_wrong_sizes_and_students_without_a_group():
    found = problems(replay(HISTORY[:2]), RULES, [ADA, BO, CY])
    assert [step.words for step in found] == [
        "Group g1 has 1 member; 2 to 2 are wanted.",
        "bo is in no group.",
        "cy is in no group.",
    ]
    assert problems(replay(HISTORY), RULES, [CY])[-1].rule == "group-size"  # cy dropped out


def test_an_event_without_a_zone_is_refused():
    event = GroupEvent(EventKind.FORMED, datetime(2020, 11, 1), "ada", G1, ADA)
    with pytest.raises(TimeWithoutZoneError):
        accept(Groups(), event, RULES)


events = st.builds(
    GroupEvent,
    st.sampled_from(EventKind),
    st.integers(0, 9).map(lambda day: START + timedelta(days=day)),
    st.sampled_from([ADA, BO, CY]),
    st.sampled_from([None, G1, G2]),
    st.sampled_from([None, ADA, BO, CY]),
    st.booleans(),
    st.sampled_from(["", "because"]),
)


@given(st.lists(events, max_size=12))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_whatever_is_tried_nobody_is_ever_in_two_groups(tried):
    groups = Groups()
    for event in tried:
        try:
            groups = accept(groups, event, RULES)
        except GroupChangeRefusedError:
            continue
    everybody = [student for there in groups.members.values() for student in there]
    assert len(everybody) == len(set(everybody))
    assert not groups.dropped_out & set(everybody)

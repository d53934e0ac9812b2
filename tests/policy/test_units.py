from datetime import timedelta
from decimal import Decimal

import pytest

from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.errors import GroupChangeRefusedError
from labhub.policy.extensions import Extension
from labhub.policy.groups import EventKind, GroupEvent, replay
from labhub.policy.timelines import Phase
from labhub.policy.traces import sentence
from labhub.policy.units import Arrangement, GroupException, units_of, verdicts_of
from tests.policy.courses import STOCKHOLM, local, phd_lab, utc

LAB = AssignmentId("lab1")
ADA, BO, CY, DI = STUDENTS = [StudentId(name) for name in ("ada", "bo", "cy", "di")]
G1, G2 = GroupId("g1"), GroupId("g2")
FREEZE = utc("2020-11-06 07:00")


def event(kind: EventKind, student: StudentId, group: GroupId | None, days: int) -> GroupEvent:
    return GroupEvent(kind, FREEZE + timedelta(days=days), "staff", group, student, staff=True)


FORMED = [
    event(EventKind.FORMED, ADA, G1, -9),
    event(EventKind.JOINED, BO, G1, -8),
    event(EventKind.FORMED, CY, G2, -9),
]


def shape(events, exceptions=()):
    groups = replay(events, until=FREEZE)
    return [(u.group, list(u.students)) for u in units_of(LAB, groups, STUDENTS, exceptions)]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], [(G1, [ADA, BO]), (G2, [CY]), (None, [DI])]),
        ([(EventKind.LEFT, BO, G1, -1)], [(G1, [ADA]), (G2, [CY]), (None, [BO]), (None, [DI])]),
        ([(EventKind.LEFT, BO, G1, 1)], [(G1, [ADA, BO]), (G2, [CY]), (None, [DI])]),
        (
            [(EventKind.LEFT, BO, G1, -2), (EventKind.JOINED, BO, G2, -1)],
            [(G1, [ADA]), (G2, [BO, CY]), (None, [DI])],
        ),
        ([(EventKind.DROPPED_OUT, BO, None, -1)], [(G1, [ADA]), (G2, [CY]), (None, [DI])]),
        ([(EventKind.DROPPED_OUT, BO, None, 1)], [(G1, [ADA, BO]), (G2, [CY]), (None, [DI])]),
    ],
)
def test_who_is_in_a_group_when_it_freezes_shares_its_mark(more, expected):
    assert shape([*FORMED, *(event(*one) for one in more)]) == expected


def exception(student: StudentId, arrangement: Arrangement, **more: object) -> GroupException:
    assignment = more.pop("assignment", LAB)
    return GroupException(assignment, student, arrangement, "E. Examiner", "Ill.", **more)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (
            exception(BO, Arrangement.ALONE),
            [(G1, [ADA]), (G2, [CY]), (None, [BO]), (None, [DI])],
        ),
        (exception(BO, Arrangement.EXCUSED), [(G1, [ADA]), (G2, [CY]), (None, [DI])]),
        (
            exception(DI, Arrangement.WITH_GROUP, group=G2),
            [(G1, [ADA, BO]), (G2, [CY, DI])],
        ),
        (
            exception(BO, Arrangement.ALONE, assignment=AssignmentId("lab2")),
            [(G1, [ADA, BO]), (G2, [CY]), (None, [DI])],
        ),
    ],
)
def test_an_exception_changes_one_student_on_one_assignment(given_, expected):
    assert shape(FORMED, [given_]) == expected


def test_every_member_can_read_why():
    units = units_of(LAB, replay(FORMED), STUDENTS, [exception(BO, Arrangement.ALONE)])
    because = {
        student: sentence(unit.because[student]) for unit in units for student in unit.students
    }
    assert because == {
        ADA: "ada hands in with group g1.",
        BO: "bo hands in alone, decided by E. Examiner: Ill.",
        CY: "cy hands in with group g2.",
        DI: "di hands in alone.",
    }


def test_an_exception_to_a_group_that_is_not_there_is_refused():
    wrong = exception(DI, Arrangement.WITH_GROUP, group=GroupId("g9"))
    with pytest.raises(GroupChangeRefusedError, match="g9, which does not exist"):
        units_of(LAB, replay(FORMED), STUDENTS, [wrong])


@pytest.mark.parametrize(
    ("extension", "phases"),
    [
        (None, [Phase.LATE, Phase.LATE]),
        (Extension(LAB, "Ill", "E", student=BO, days=7), [Phase.LATE, Phase.ON_TIME]),
        (Extension(LAB, "Ill", "E", group=G1, days=7), [Phase.ON_TIME, Phase.ON_TIME]),
        (Extension(LAB, "Ill", "E", group=G2, days=7), [Phase.LATE, Phase.LATE]),
    ],
)
def test_one_hand_in_has_a_verdict_for_each_member(extension, phases):
    unit = units_of(LAB, replay(FORMED), STUDENTS)[0]
    given_ = [extension] if extension else []
    found = verdicts_of(
        unit, LAB, phd_lab("Lab 1", "2020-11-05"), STOCKHOLM, local("2020-11-10 12:00"), given_
    )
    assert [found[student].phase for student in (ADA, BO)] == phases
    assert all(verdict.credit == Decimal(1) for verdict in found.values())

from fractions import Fraction

import pytest

from labhub.policy.errors import BadMarkError, UnknownItemError
from labhub.policy.marks import Item
from labhub.policy.sessions import (
    Attendance,
    ParticipationRules,
    ReasonedZero,
    Session,
    participation,
)
from tests.policy.courses import local

ITEM = Item("participation", "Participation", Fraction(20))
RULES = ParticipationRules()
MONDAY = Session("mon", "Monday", local("2020-11-02 10:00"))
FRIDAY = Session("fri", "Friday", local("2020-11-06 10:00"))
ZERO = ReasonedZero("T. Teacher", "Left after ten minutes.")


@pytest.mark.parametrize(
    ("notes", "points"),
    [
        ([], 0),
        ([Attendance("mon", True, 3), Attendance("fri", True, 3)], 20),
        ([Attendance("mon", True, 0), Attendance("fri", True, 0)], 10),
        ([Attendance("mon", True, 3)], 10),
        ([Attendance("mon", True, 1), Attendance("fri", False, 3)], Fraction(20, 3)),
        ([Attendance("mon", True, 3), Attendance("fri", False, excused=True)], 20),
        ([Attendance("mon", True, 3, zero=ZERO), Attendance("fri", True, 3)], 10),
        ([Attendance("mon", True, 3), Attendance("fri", False, excused=True, zero=ZERO)], 10),
    ],
)
def test_participation_is_the_mean_over_the_sessions(notes, points):
    mark = participation(ITEM, [MONDAY, FRIDAY], notes, RULES)
    assert mark.counted == points
    assert not mark.excused


def test_who_is_excused_from_every_session_is_excused_from_participation():
    notes = [Attendance(session, False, excused=True) for session in ("mon", "fri")]
    assert participation(ITEM, [MONDAY, FRIDAY], notes, RULES).excused


def test_every_session_is_told_in_the_order_of_the_schedule():
    sessions = [FRIDAY, MONDAY, Session("thu", "Thursday", local("2020-11-05 10:00"))]
    notes = [Attendance("fri", True, 3, zero=ZERO), Attendance("thu", True, 2)]
    mark = participation(ITEM, sessions, notes, RULES)
    assert [step.words for step in mark.because] == [
        "Monday: missed.",
        "Thursday: attended, engagement 2 of 3: ≈83.3333 %.",
        "Friday: zero by T. Teacher, Left after ten minutes.",
    ]


def test_an_excuse_is_told():
    mark = participation(ITEM, [MONDAY], [Attendance("mon", False, excused=True)], RULES)
    assert mark.because[0].words == "Monday: excused, does not count."


@pytest.mark.parametrize(
    ("notes", "error"),
    [
        ([Attendance("sun", True)], UnknownItemError),
        ([Attendance("mon", True), Attendance("mon", False)], UnknownItemError),
        ([Attendance("mon", True, 4)], BadMarkError),
        ([Attendance("mon", True, -1)], BadMarkError),
    ],
)
def test_notes_that_cannot_be_are_refused(notes, error):
    with pytest.raises(error):
        participation(ITEM, [MONDAY, FRIDAY], notes, RULES)

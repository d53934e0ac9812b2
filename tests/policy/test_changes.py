from dataclasses import replace
from decimal import Decimal

import pytest

from labhub.ids import AssignmentId, StudentId
from labhub.policy.changes import HandIn, compare
from labhub.policy.dates import Dates, LateStep
from labhub.policy.errors import BadDatesError
from labhub.policy.extensions import Extension
from labhub.policy.verdicts import Decision
from tests.policy.courses import STOCKHOLM, day, local, phd_lab

OLD = Dates("Lab 1", due=day("2020-11-05"), late=(LateStep(day("2020-11-12"), Decimal("0.5")),))
LATER = replace(OLD, due=day("2020-11-09"))
EARLIER = replace(OLD, due=day("2020-11-03"))


def hand_in(student: str, at: str | None, **more: object) -> HandIn:
    return HandIn(StudentId(student), local(at) if at else None, **more)


@pytest.mark.parametrize(
    ("new", "at", "words"),
    [
        (
            LATER,
            "2020-11-08 12:00",
            ["ada: late (50 % of the points) becomes on-time (full credit)."],
        ),
        (LATER, "2020-11-04 12:00", []),
        (LATER, "2020-11-11 12:00", []),
        (
            EARLIER,
            "2020-11-04 12:00",
            ["ada: on-time (full credit) becomes late (50 % of the points)."],
        ),
        (
            replace(OLD, late=()),
            "2020-11-08 12:00",
            ["ada: late (50 % of the points) becomes closed (not accepted)."],
        ),
        (LATER, None, []),
    ],
)
def test_only_what_changes_is_shown(new, at, words):
    changes = compare(OLD, new, STOCKHOLM, [hand_in("ada", at)])
    assert [change.words for change in changes] == words


def test_a_new_late_deadline_shows_when_grading_moves():
    old, new = (phd_lab("Lab 1", "2020-11-05", late) for late in ("2021-01-15", "2021-01-22"))
    [change] = compare(old, new, STOCKHOLM, [hand_in("ada", "2020-12-01 12:00")])
    assert change.before.graded_from == local("2021-01-18 08:00")
    assert change.after.graded_from == local("2021-01-25 08:00")
    assert "graded later" in change.words


def test_a_decision_keeps_its_credit_and_is_listed():
    decision = Decision(Decimal("0.8"), by="E. Examiner", reason="agreed")
    changes = compare(
        OLD,
        LATER,
        STOCKHOLM,
        [hand_in("ada", "2020-11-08 12:00", decision=decision), hand_in("bo", "2020-11-08 12:00")],
    )
    assert [(c.student, c.kept, c.after.credit) for c in changes] == [
        ("ada", True, Decimal("0.8")),
        ("bo", False, Decimal(1)),
    ]
    assert changes[0].words == "ada stays at 80 % of the points by E. Examiner's decision."


def test_an_extension_already_given_is_counted_in():
    extension = Extension(AssignmentId("lab1"), "ill", "E", student=StudentId("ada"), days=7)
    assert not compare(
        OLD, LATER, STOCKHOLM, [hand_in("ada", "2020-11-08 12:00", extensions=(extension,))]
    )


def test_new_dates_that_contradict_themselves_are_refused():
    with pytest.raises(BadDatesError):
        compare(OLD, replace(OLD, due=day("2020-12-01")), STOCKHOLM, [hand_in("ada", None)])

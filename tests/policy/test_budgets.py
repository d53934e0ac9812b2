from decimal import Decimal

import pytest

from labhub.ids import AssignmentId, StudentId
from labhub.policy.budgets import Claim, LateBudget, spend
from labhub.policy.dates import DailyLoss, Dates
from labhub.policy.extensions import Extension, extended
from labhub.policy.timelines import Phase
from tests.policy.courses import STOCKHOLM, day, local, phd_lab

BUDGET = LateBudget(days=5, per_assignment=3)
ADA, BO = StudentId("ada"), StudentId("bo")
STRICT = Dates("Lab", due=day("2020-11-05"), daily_loss=DailyLoss(Decimal("0.1"), 10))


def claim(name: str, at: str, *students: StudentId, **more: object) -> Claim:
    return Claim(AssignmentId(name), students or (ADA,), STRICT, local(at), **more)


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ("2020-11-05 23:59", 5),
        ("2020-11-06 00:00", 4),
        ("2020-11-06 23:59", 4),
        ("2020-11-08 23:59", 2),
        ("2020-11-09 00:00", 5),  # would take four days, one assignment may take three
    ],
)
def test_a_late_hand_in_costs_the_days_it_needs_or_nothing(at, left):
    assert spend(BUDGET, [claim("lab1", at)], STOCKHOLM).left == {ADA: left}


def test_the_bought_days_make_it_on_time_and_say_so():
    spending = spend(BUDGET, [claim("lab1", "2020-11-07 10:00")], STOCKHOLM)
    segment = extended(STRICT, STOCKHOLM, spending.extensions).at(local("2020-11-07 10:00"))
    assert segment.phase is Phase.ON_TIME
    assert segment.because[0].words == ("The late budget moved the due date: 2 days spent, 3 left.")


def test_days_are_spent_in_the_order_of_handing_in():
    claims = [
        claim("lab3", "2020-11-07 12:00"),
        claim("lab1", "2020-11-06 12:00"),
        claim("lab2", "2020-11-08 12:00"),
    ]
    spending = spend(BUDGET, claims, STOCKHOLM)
    assert [(bought.assignment, bought.due) for bought in spending.extensions] == [
        ("lab1", day("2020-11-06")),
        ("lab3", day("2020-11-07")),
    ]
    assert spending.left == {ADA: 2}


def test_a_group_has_as_many_days_as_its_poorest_member_and_all_pay():
    alone = claim("lab1", "2020-11-08 12:00", BO)
    too_dear = claim("lab2", "2020-11-08 12:30", ADA, BO)
    cheap = claim("lab3", "2020-11-07 12:00", ADA, BO)
    assert spend(BUDGET, [alone, too_dear], STOCKHOLM).left == {BO: 2, ADA: 5}
    assert spend(BUDGET, [alone, cheap], STOCKHOLM).left == {BO: 0, ADA: 3}


def test_students_may_keep_their_days():
    assert spend(BUDGET, [claim("lab1", "2020-11-06 12:00", wanted=False)], STOCKHOLM).left == {
        ADA: 5
    }


@pytest.mark.parametrize(
    ("at", "left"), [("2020-11-07 12:00", 5), ("2020-11-08 12:00", 4), ("2020-11-10 12:00", 2)]
)
def test_the_budget_adds_to_an_extension(at, left):
    more = Extension(AssignmentId("lab1"), "Ill", "E", student=ADA, days=2)
    assert spend(BUDGET, [claim("lab1", at, extensions=(more,))], STOCKHOLM).left == {ADA: left}


def test_an_assignment_without_a_due_date_costs_nothing():
    open_claim = Claim(AssignmentId("essay"), (ADA,), Dates("Essay"), local("2021-02-01 12:00"))
    assert spend(BUDGET, [open_claim], STOCKHOLM).left == {ADA: 5}


def test_a_day_bought_on_a_friday_reaches_to_monday_under_the_working_day_grace():
    dates = phd_lab("Lab 1", "2020-11-05")
    spending = spend(
        BUDGET, [Claim(AssignmentId("lab1"), (ADA,), dates, local("2020-11-09 07:59"))], STOCKHOLM
    )
    assert spending.left == {ADA: 4}

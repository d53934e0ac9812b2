from datetime import datetime
from decimal import Decimal
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.dates import DailyLoss, Dates
from labhub.policy.errors import BadDatesError
from labhub.policy.extensions import Extension, extended
from labhub.policy.timelines import Phase, Timeline, timeline
from tests.policy.courses import STOCKHOLM, day, local, phd_lab
from tests.policy.strategies import dates_of_assignments, extensions

LAB = AssignmentId("lab1")
ADA, BO = StudentId("ada"), StudentId("bo")
G1, G2 = GroupId("g1"), GroupId("g2")
LAB_1 = phd_lab("Lab 1", "2020-11-05")


def by_days(days: int, **whom: object) -> Extension:
    return Extension(LAB, "Ill.", "The examiner", days=days, **(whom or {"student": ADA}))


@pytest.mark.parametrize(
    ("extension", "moment", "phase"),
    [
        (by_days(7), "2020-11-13 07:59", Phase.ON_TIME),
        (by_days(7), "2020-11-13 08:00", Phase.LATE),
        (by_days(1), "2020-11-09 07:59", Phase.ON_TIME),  # Friday: met on Monday
        (Extension(LAB, "Ill", "E", due=day("2020-12-23")), "2020-12-28 07:59", Phase.ON_TIME),
        (Extension(LAB, "Ill", "E", late_until=day("2021-02-01")), "2021-02-01 12:00", Phase.LATE),
        (
            Extension(LAB, "Ill", "E", late_until=day("2021-02-01")),
            "2021-02-02 08:00",
            Phase.CLOSED,
        ),
        (Extension(LAB, "Ill", "E", due=day("2021-01-20")), "2021-01-20 12:00", Phase.ON_TIME),
        (Extension(LAB, "Ill", "E", due=day("2020-10-20")), "2020-11-05 12:00", Phase.ON_TIME),
    ],
)
def test_an_extension_moves_deadlines_under_the_same_grace(extension, moment, phase):
    assert extended(LAB_1, STOCKHOLM, (extension,)).at(local(moment)).phase is phase


def test_the_reason_is_told_only_where_the_extension_made_the_difference():
    found = extended(LAB_1, STOCKHOLM, (by_days(7),))
    before, during = (found.at(local(text)) for text in ("2020-11-05 12:00", "2020-11-10 12:00"))
    assert [step.rule for step in before.because] == ["deadline", "next-working-day"]
    assert during.because[0].words == "The examiner moved the due date by 7 days: Ill."


def test_a_group_extension_names_the_group():
    found = extended(LAB_1, STOCKHOLM, (by_days(1, group=G1),))
    assert "for group g1 by 1 day" in found.at(local("2020-11-07 12:00")).because[0].words


@pytest.mark.parametrize(
    ("extension", "concerned"),
    [
        (by_days(1, student=ADA), True),
        (by_days(1, group=G1), True),
        (by_days(1, student=BO), False),
        (by_days(1, group=G2), False),
        (Extension(AssignmentId("lab2"), "Ill", "E", student=ADA, days=1), False),
    ],
)
def test_an_extension_concerns_a_student_alone_or_through_the_group(extension, concerned):
    assert extension.concerns(LAB, ADA, G1) is concerned


def test_a_student_without_a_group_has_no_groups_extension():
    assert not by_days(1, group=G1).concerns(LAB, ADA, None)


def test_a_late_deadline_that_does_not_exist_cannot_be_extended():
    extension = Extension(LAB, "Ill", "E", late_until=day("2020-12-01"))
    with pytest.raises(BadDatesError, match="no late deadline to extend"):
        extended(Dates("Lab 1", due=day("2020-11-05")), STOCKHOLM, (extension,))


def test_an_assignment_without_a_due_date_stays_open():
    assert extended(Dates("Essay"), STOCKHOLM, (by_days(7),)) == timeline(Dates("Essay"), STOCKHOLM)


def bounds(*timelines: Timeline) -> set[datetime]:
    """Every moment at which anything changes: between two of them all is constant."""
    starts = {segment.starts_at for found in timelines for segment in found.segments}
    return {start for start in starts if start is not None}


@given(st.data(), dates_of_assignments())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_an_extension_never_lowers_credit_nor_refuses_what_was_accepted(data, dates):
    plain = timeline(dates, STOCKHOLM)
    helped = extended(dates, STOCKHOLM, (data.draw(extensions(dates)),))
    for moment in bounds(plain, helped):
        before, after = plain.at(moment), helped.at(moment)
        assert after.credit >= before.credit
        assert after.phase.accepts >= before.phase.accepts
        assert (after.phase is Phase.ON_TIME) >= (before.phase is Phase.ON_TIME)


@given(st.data(), dates_of_assignments())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_extended_timelines_cover_time_and_credit_still_never_rises(data, dates):
    given_ = tuple(data.draw(st.lists(extensions(dates), max_size=3)))
    found = extended(dates, STOCKHOLM, given_)
    assert (found.segments[0].starts_at, found.segments[-1].ends_at) == (None, None)
    for earlier, later in pairwise(found.segments):
        assert earlier.ends_at == later.starts_at
        assert earlier.credit >= later.credit or earlier.phase is Phase.BEFORE_RELEASE


@given(st.data(), dates_of_assignments())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_order_in_which_extensions_were_given_does_not_matter(data, dates):
    given_ = data.draw(st.lists(extensions(dates), min_size=2, max_size=3))
    orders = [extended(dates, STOCKHOLM, order) for order in permutations(given_)]
    for moment in bounds(*orders):
        assert len({(o.at(moment).credit, o.at(moment).phase) for o in orders}) == 1


@pytest.mark.parametrize(
    ("moment", "credit"),
    [("2020-11-06 12:00", "1"), ("2020-11-09 12:00", "0.9"), ("2020-11-12 12:00", "0.6")],
)
def test_a_daily_loss_counts_from_the_extended_due_date(moment, credit):
    dates = Dates("Lab 1", due=day("2020-11-05"), daily_loss=DailyLoss(Decimal("0.1"), 9))
    assert extended(dates, STOCKHOLM, (by_days(3),)).at(local(moment)).credit == Decimal(credit)

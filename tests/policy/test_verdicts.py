from datetime import datetime
from decimal import Decimal

import pytest

from labhub.policy.dates import Dates, LateStep
from labhub.policy.errors import TimeWithoutZoneError
from labhub.policy.timelines import Phase, timeline
from labhub.policy.verdicts import Decision, counted, resolve
from tests.policy.courses import STOCKHOLM, day, local, phd_lab

AUTUMN_2020 = {
    "Lab 1": timeline(phd_lab("Lab 1", "2020-11-05"), STOCKHOLM),
    "Lab 2": timeline(phd_lab("Lab 2", "2020-11-12"), STOCKHOLM),
    "Lab 3": timeline(phd_lab("Lab 3", "2020-12-03"), STOCKHOLM),
}
JANUARY = local("2021-01-18 08:00")  # the late deadline of Friday 15 January, with its grace


@pytest.mark.parametrize(
    ("lab", "handed_in", "phase", "graded_from"),
    [
        ("Lab 1", "2020-11-05 23:59", Phase.ON_TIME, None),
        ("Lab 1", "2020-11-06 07:59:59", Phase.ON_TIME, None),
        ("Lab 1", "2020-11-06 08:00", Phase.LATE, JANUARY),
        ("Lab 2", "2020-11-13 07:59:59", Phase.ON_TIME, None),
        ("Lab 2", "2020-11-13 08:00", Phase.LATE, JANUARY),
        ("Lab 2", "2021-01-06 12:00", Phase.LATE, JANUARY),
        ("Lab 3", "2020-12-04 07:59:59", Phase.ON_TIME, None),
        ("Lab 3", "2020-12-24 12:00", Phase.LATE, JANUARY),
        ("Lab 3", "2021-01-18 07:59:59", Phase.LATE, JANUARY),
        ("Lab 3", "2021-01-18 08:00", Phase.CLOSED, None),
    ],
)
def test_the_phd_course_of_autumn_2020(lab, handed_in, phase, graded_from):
    verdict = resolve(AUTUMN_2020[lab], local(handed_in))
    assert (verdict.phase, verdict.graded_from) == (phase, graded_from)
    assert verdict.accepted is phase.accepts
    assert verdict.credit == (1 if phase.accepts else 0)


def test_a_verdict_explains_itself_in_sentences():
    assert resolve(AUTUMN_2020["Lab 1"], local("2020-11-06 08:00")).words == (
        "Handed in on Friday 6 November 2020 at 08:00 CET: late, full credit, graded after Monday "
        "18 January 2021 at 08:00 CET. Lab 1 is due on Thursday 5 November 2020. That is met by "
        "handing in before 08:00 on the first working day after it, Friday 6 November 2020. Late "
        "hand-ins are taken until Friday 15 January 2021. That is met by handing in before 08:00 "
        "on the first working day after it, Monday 18 January 2021; no working days are Saturday "
        "16 January 2021 and Sunday 17 January 2021. A late hand-in gets full credit and is graded "
        "after that deadline."
    )


@pytest.mark.parametrize(
    ("handed_in", "rules"),
    [
        ("2020-11-05 12:00", ["handed-in", "deadline", "next-working-day"]),
        (
            "2020-12-01 12:00",
            ["handed-in", *["deadline", "next-working-day"] * 2, "graded-after"],
        ),
        ("2021-02-01 12:00", ["handed-in", *["deadline", "next-working-day"] * 2, "closed"]),
        (None, ["missing"]),
    ],
)
def test_the_trace_is_data_too(handed_in, rules):
    verdict = resolve(AUTUMN_2020["Lab 1"], local(handed_in) if handed_in else None)
    assert [step.rule for step in verdict.trace] == rules


def test_what_was_never_handed_in_gets_nothing():
    verdict = resolve(AUTUMN_2020["Lab 1"], None)
    assert (verdict.accepted, verdict.credit, verdict.phase) == (False, 0, None)
    assert verdict.words == "Lab 1 was not handed in."


@pytest.mark.parametrize("moment", ["2020-11-05 12:00", "2020-12-01 12:00", "2021-02-01 12:00"])
def test_a_decision_of_the_staff_wins_and_the_dates_stay_visible(moment):
    decision = Decision(Decimal("0.5"), by="E. Examiner", reason="Agreed on the phone.")
    plain = resolve(AUTUMN_2020["Lab 1"], local(moment))
    verdict = resolve(AUTUMN_2020["Lab 1"], local(moment), decision)
    assert verdict.accepted
    assert verdict.credit == Decimal("0.5")
    assert verdict.phase is plain.phase
    assert verdict.trace[:-1] == plain.trace
    assert verdict.words.endswith("E. Examiner decided on 50 % of the points: Agreed on the phone.")


STEPS = timeline(
    Dates(
        "Lab",
        release=day("2020-11-01"),
        due=day("2020-11-05"),
        late=(LateStep(day("2020-11-12"), Decimal("0.5")), LateStep(day("2020-11-19"), Decimal(0))),
    ),
    STOCKHOLM,
)


@pytest.mark.parametrize(
    ("attempts", "place"),
    [
        ([], None),
        (["2020-10-30 12:00"], None),
        (["2020-11-03 12:00", "2020-11-04 12:00"], 1),
        (["2020-11-04 12:00", "2020-11-03 12:00"], 0),
        (["2020-11-04 12:00", "2020-11-08 12:00"], 0),
        (["2020-11-08 12:00", "2020-11-15 12:00", "2020-11-25 12:00"], 0),
        (["2020-11-15 12:00"], 0),
    ],
)
def test_the_last_of_the_attempts_worth_most_counts(attempts, place):
    assert counted(STEPS, [local(text) for text in attempts]) == place


def test_a_hand_in_without_a_zone_is_refused():
    with pytest.raises(TimeWithoutZoneError):
        resolve(STEPS, datetime(2020, 11, 5))

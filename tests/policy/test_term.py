"""A whole term by the rules alone: 60 students in 20 groups, late work, reviews, grades."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.allocations import Allocation, Met, Work, allocate, met, rebalance
from labhub.policy.dates import DailyLoss, Dates
from labhub.policy.extensions import Extension
from labhub.policy.grades import FinalGrade, final_grade
from labhub.policy.groups import EventKind, GroupEvent, GroupRules, Groups, accept, problems
from labhub.policy.marks import Mark, Override
from labhub.policy.ratings import Rating
from labhub.policy.reviews import Review, qualities
from labhub.policy.roundings import exact
from labhub.policy.sessions import Attendance, ParticipationRules, Session, participation
from labhub.policy.units import Unit, units_of, verdicts_of
from tests.policy.courses import STOCKHOLM, day, local
from tests.policy.schemes import COLLEGE

STUDENTS = [StudentId(f"s{number:02}") for number in range(60)]
START = local("2020-09-01 12:00")
H1, H2 = AssignmentId("h1"), AssignmentId("h2")
DATES = {
    H1: Dates("Hand-in 1", due=day("2020-10-23"), daily_loss=DailyLoss(Decimal("0.1"), 5)),
    H2: Dates("Hand-in 2", due=day("2020-12-03"), daily_loss=DailyLoss(Decimal("0.1"), 5)),
}
ILL, LEAVER, DROPOUT, APPEALER = STUDENTS[3], STUDENTS[7], STUDENTS[11], STUDENTS[15]
EXTENSIONS = [Extension(H1, "ill", "T. Teacher", student=ILL, days=3)]
LATE = GroupId("g01")
"""The group of the student who was ill hands in hand-in 1 two days late."""


@dataclass
class Round:
    """One hand-in: who handed in together, who reviewed what, and what everybody got."""

    units: tuple[Unit, ...]
    allocation: Allocation
    marks: dict[StudentId, Mark]
    quality: dict[StudentId, Fraction]


def formed() -> Groups:
    groups = Groups()
    for number, student in enumerate(STUDENTS):
        kind = EventKind.JOINED if number % 3 else EventKind.FORMED
        name = GroupId(f"g{number // 3:02}")
        event = GroupEvent(kind, START, "T. Teacher", name, student, staff=True)
        groups = accept(groups, event, GroupRules(smallest=2, largest=3))
    assert not problems(groups, GroupRules(smallest=2, largest=3), STUDENTS)
    return groups


def leaves(groups: Groups, kind: EventKind, student: StudentId) -> Groups:
    at, home = START + timedelta(days=60), groups.group_of(student)
    event = GroupEvent(kind, at, "T. Teacher", home, student, staff=True, reason="asked to")
    return accept(groups, event, GroupRules())


def work_of(unit: Unit) -> Work:
    return Work(unit.group or unit.students[0], frozenset(unit.students))


def hold(assignment: AssignmentId, groups: Groups, history: frozenset[Met]) -> Round:
    units = units_of(assignment, groups, STUDENTS)
    marks = {s: mark for unit in units for s, mark in marks_of(assignment, unit).items()}
    in_time = [work_of(unit) for unit in units if unit.group != LATE]
    writers = [s for unit in units for s in unit.students]
    first = allocate(in_time, writers, seed=assignment, history=history)
    works = [work_of(unit) for unit in units]
    allocation = rebalance(first, works, writers, seed=assignment, history=history)
    return Round(units, allocation, marks, judged(allocation, works))


def marks_of(assignment: AssignmentId, unit: Unit) -> dict[StudentId, Mark]:
    late = timedelta(days=2 if unit.group == LATE and assignment == H1 else 0)
    at = STOCKHOLM.start(DATES[assignment].due or day("2020-01-01")) + late
    found = verdicts_of(unit, assignment, DATES[assignment], STOCKHOLM, at, EXTENSIONS)
    points = Fraction(30 + sum(map(ord, unit.group or "")) % 30)
    return {
        student: Mark(assignment, points, credit=exact(verdict.credit), because=verdict.trace)
        for student, verdict in found.items()
    }


def judged(allocation: Allocation, works: list[Work]) -> dict[StudentId, Fraction]:
    """Everybody writes; every group takes revenge with one star; staff mark every work 70 %."""
    reviews = [
        Review(pair, Fraction(6 + number % 3, 10), "word " * 30)
        for number, pair in enumerate(allocation.pairs)
    ]
    ratings = [Rating(pair, 1) for pair in allocation.pairs]
    staff = {work.id: Fraction(7, 10) for work in works}
    found = qualities(allocation.pairs, reviews, ratings, staff_marks=staff)
    return {student: quality.share for student, quality in found.items()}


@pytest.fixture(scope="module")
def term() -> tuple[Round, Round, dict[StudentId, FinalGrade]]:
    groups = formed()
    one = hold(H1, groups, frozenset())
    groups = leaves(groups, EventKind.LEFT, LEAVER)
    groups = leaves(groups, EventKind.DROPPED_OUT, DROPOUT)
    two = hold(H2, groups, met(one.allocation, [work_of(unit) for unit in one.units]))
    grades = {student: graded(student, one, two) for student in STUDENTS if student != DROPOUT}
    return one, two, grades


def graded(student: StudentId, one: Round, two: Round) -> FinalGrade:
    sessions = [Session(f"{n}", f"Session {n}", START + timedelta(days=7 * n)) for n in range(10)]
    notes = [Attendance(session.id, attended=True, engagement=2) for session in sessions]
    reviewed = [r.quality[student] for r in (one, two) if student in r.quality]
    appeal = Override(Fraction(50), "T. Teacher", "a test was wrong")
    h2 = two.marks[student]
    if student == APPEALER:
        h2 = Mark(H2, h2.automatic, override=appeal, because=h2.because)
    return final_grade(
        COLLEGE,
        [
            participation(COLLEGE.items["sessions"], sessions, notes, ParticipationRules()),
            Mark("reviews", 100 * sum(reviewed, Fraction(0)) / len(reviewed)),
            one.marks[student],
            h2,
            Mark("proposal", Fraction(15)),
            Mark("report", Fraction(80)),
        ],
    )


def test_everybody_who_stays_has_a_complete_grade(term):
    _, _, grades = term
    assert len(grades) == 59
    assert all(grade.complete and grade.passed for grade in grades.values())


def test_the_late_group_loses_credit_but_not_the_member_who_was_ill(term):
    one, _, _ = term
    assert {s: str(one.marks[s].credit) for s in STUDENTS[3:6]} == {
        ILL: "1",
        STUDENTS[4]: "4/5",
        STUDENTS[5]: "4/5",
    }


def test_who_left_hands_in_alone_and_who_dropped_out_not_at_all(term):
    one, two, _ = term
    assert LEAVER in {s for unit in one.units if unit.group for s in unit.students}
    assert [unit.students for unit in two.units if unit.group is None] == [(LEAVER,)]
    assert DROPOUT in one.marks
    assert DROPOUT not in two.marks


def test_reviews_are_even_in_both_rounds_and_nobody_meets_twice(term):
    one, two, _ = term
    for held in (one, two):
        assert not held.allocation.repeats
        loads = [len(held.allocation.works_of(s)) for unit in held.units for s in unit.students]
        assert max(loads) - min(loads) <= 1
        assert all(3 <= len(held.allocation.reviewers_of(work_of(u).id)) <= 4 for u in held.units)


def test_revenge_by_every_group_costs_nobody_anything(term):
    one, _, _ = term
    assert set(one.quality.values()) == {Fraction(7, 8)}  # neutral 3/4 and full agreement


def test_an_appeal_is_told_in_the_grade(term):
    _, _, grades = term
    assert "T. Teacher decided on 50 points: a test was wrong." in grades[APPEALER].words

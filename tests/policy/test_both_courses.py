"""The two courses' rules, read from their files: at least three cases for each rule.

A row of the first table is a course, an assignment, what was granted, when it was handed in, and
what comes of it.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from labhub.course.load import load_course
from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.allocations import Work, allocate
from labhub.policy.assignments import (
    budget_of,
    calendar_of,
    dates_of,
    seminar_deadline_of,
    timeline_of,
)
from labhub.policy.budgets import Claim, spend
from labhub.policy.errors import GroupChangeRefusedError, SeminarRefusedError
from labhub.policy.extensions import Extension, extended
from labhub.policy.grades import final_grade
from labhub.policy.groups import EventKind, GroupEvent, Groups, accept, replay
from labhub.policy.marks import ManualMark, Mark
from labhub.policy.rulebooks import (
    group_rules_of,
    participation_rules_of,
    quality_rules_of,
    review_rules_of,
    scheme_of,
    sessions_of,
    slots_of,
)
from labhub.policy.seminars import SeminarEvent, SeminarKind, Talk, check, places_of
from labhub.policy.sessions import Attendance, ReasonedZero, participation
from labhub.policy.units import units_of
from labhub.policy.verdicts import resolve
from tests.policy.courses import local

ROOT = Path(__file__).parents[2]
COURSES = {
    "2020": load_course(ROOT / "tests" / "course" / "phd_2020.toml"),
    "2027": load_course(ROOT / "course.toml"),
    "college": load_course(ROOT / "examples" / "college" / "course.toml"),
}
WEEK = {"days": 7}
NO: dict[str, int] = {}

TIMELINES = [
    # First due dates of autumn 2020, met before 08:00 on the next working day.
    ("2020", "lab1", NO, "2020-11-05 23:59", "on-time", "1"),
    ("2020", "lab1", NO, "2020-11-06 07:59:59", "on-time", "1"),
    ("2020", "lab1", NO, "2020-11-06 08:00", "late", "1"),
    ("2020", "lab2", NO, "2020-11-13 07:59:59", "on-time", "1"),
    ("2020", "lab2", NO, "2020-11-13 08:00", "late", "1"),
    ("2020", "lab3", NO, "2020-12-04 07:59:59", "on-time", "1"),
    ("2020", "lab3", NO, "2020-12-04 08:00", "late", "1"),
    ("2020", "lab1", NO, "2020-10-26 07:59", "before-release", "0"),
    # The late deadline: a Friday, met on Monday morning.
    ("2020", "lab1", NO, "2021-01-15 23:59", "late", "1"),
    ("2020", "lab1", NO, "2021-01-18 07:59:59", "late", "1"),
    ("2020", "lab1", NO, "2021-01-18 08:00", "closed", "0"),
    # An extension of a week: 12 November; of four weeks and five days: over St Lucia's weekend.
    ("2020", "lab1", WEEK, "2020-11-13 07:59:59", "on-time", "1"),
    ("2020", "lab1", WEEK, "2020-11-13 08:00", "late", "1"),
    ("2020", "lab1", {"days": 1}, "2020-11-09 07:59:59", "on-time", "1"),  # Friday -> Monday
    ("2020", "lab3", {"days": 20}, "2020-12-28 07:59:59", "on-time", "1"),  # over Christmas
    ("2020", "lab3", {"days": 20}, "2020-12-28 08:00", "late", "1"),
    # Spring 2027: the clocks go forward between the release and the due date of lab 3.
    ("2027", "lab3_vision", NO, "2027-04-13 07:59:59", "on-time", "1"),
    ("2027", "lab3_vision", NO, "2027-04-13 08:00", "late", "1"),
    ("2027", "lab3_vision", {"days": 23}, "2027-05-07 09:00", "on-time", "1"),  # a squeeze day
    ("2027", "lab3_vision", {"days": 23}, "2027-05-10 08:00", "closed", "0"),
    # The college: fifteen minutes of grace, then 10 % for every started day on the wall's clock.
    ("college", "handin1", NO, "2026-10-02 17:14:59", "on-time", "1"),
    ("college", "handin1", NO, "2026-10-02 17:15", "late", "0.9"),
    ("college", "handin1", NO, "2026-10-04 17:15", "late", "0.7"),
    ("college", "handin1", NO, "2026-10-07 17:15", "closed", "0"),
    ("college", "handin2", NO, "2026-10-31 17:14:59", "late", "0.9"),
    ("college", "handin2", NO, "2026-11-01 17:14:59", "late", "0.8"),  # a day of 25 hours
    ("college", "handin2", NO, "2026-11-01 17:15", "late", "0.7"),
    ("college", "handin2", {"days": 2}, "2026-11-01 17:14:59", "on-time", "1"),
]


@pytest.mark.parametrize(("name", "lab", "granted", "at", "phase", "credit"), TIMELINES)
def test_a_hand_in_gets_what_the_course_says(name, lab, granted, at, phase, credit):
    course, assignment = COURSES[name], AssignmentId(lab)
    given = (Extension(assignment, "ill", "E. Examiner", StudentId("ann"), **granted),)
    line = extended(dates_of(course, assignment), calendar_of(course), given if granted else ())
    verdict = resolve(line, local(at, course.zone.key))
    assert (verdict.phase, verdict.credit) == (phase, Decimal(credit))
    assert verdict.words


@pytest.mark.parametrize("lab", ["lab1", "lab2", "lab3"])
def test_what_comes_after_the_first_due_date_is_graded_after_the_late_deadline(lab):
    line = timeline_of(COURSES["2020"], AssignmentId(lab))
    verdict = resolve(line, local("2020-12-20 12:00"))
    assert verdict.graded_from == local("2021-01-18 08:00")
    assert "graded after Monday 18 January 2021 at 08:00 CET" in verdict.words


@pytest.mark.parametrize(
    ("days_late", "left", "on_time"), [(0, 3, True), (1, 2, True), (2, 1, True), (3, 3, False)]
)
def test_late_days_of_the_college_pay_for_lateness(days_late, left, on_time):
    course, assignment = COURSES["college"], AssignmentId("handin1")
    dates, calendar, ann = dates_of(course, assignment), calendar_of(course), StudentId("ann")
    at = local("2026-10-02 17:00", course.zone.key) + timedelta(days=days_late)
    budget = budget_of(course)
    assert budget is not None
    spent = spend(budget, [Claim(assignment, (ann,), dates, at)], calendar)
    line = extended(dates, calendar, spent.extensions)
    assert (spent.left[ann], line.at(at).phase == "on-time") == (left, on_time)


def college_group(*members: str) -> list[GroupEvent]:
    at, group = local("2026-09-15 12:00"), GroupId("g1")
    return [
        GroupEvent(
            EventKind.JOINED if place else EventKind.FORMED,
            at,
            "T. Teacher",
            group,
            StudentId(member),
            staff=True,
        )
        for place, member in enumerate(members)
    ]


@pytest.mark.parametrize(
    ("members", "event", "words"),
    [
        ("abc", GroupEvent(EventKind.JOINED, local("2026-09-16 12:00"), "d", GroupId("g1"),
                           StudentId("d")), "was not invited"),
        ("abcd", GroupEvent(EventKind.JOINED, local("2026-09-16 12:00"), "t", GroupId("g1"),
                            StudentId("e"), staff=True), "is full: it has 4 members"),
        ("abc", GroupEvent(EventKind.LEFT, local("2026-10-03 12:00", "America/New_York"), "a",
                           GroupId("g1"), StudentId("a")), "Groups are frozen"),
        ("abc", GroupEvent(EventKind.DROPPED_OUT, local("2026-10-03 12:00"), "a", GroupId("g1"),
                           StudentId("a")), "Only staff can take somebody off"),
    ],
)  # fmt: skip
def test_the_college_refuses_these_changes_of_groups(members, event, words):
    rules = group_rules_of(COURSES["college"], AssignmentId("handin1"))
    with pytest.raises(GroupChangeRefusedError, match=words):
        accept(replay(college_group(*members)), event, rules)


@pytest.mark.parametrize(
    ("left_at", "alone"),
    [("2026-09-20 12:00", True), ("2026-10-02 17:14", True), ("2026-10-02 17:16", False)],
)
def test_who_leaves_before_the_freeze_hands_in_alone(left_at, alone):
    course, assignment = COURSES["college"], AssignmentId("handin1")
    leaving = GroupEvent(
        EventKind.LEFT, local(left_at, course.zone.key), "t", GroupId("g1"), StudentId("c"),
        staff=True, reason="asked to",
    )  # fmt: skip
    frozen_at = group_rules_of(course, assignment).frozen_at
    groups = replay([*college_group("a", "b", "c"), leaving], until=frozen_at)
    units = units_of(assignment, groups, [StudentId(name) for name in "abc"])
    assert [unit.students for unit in units] == (
        [("a", "b"), ("c",)] if alone else [("a", "b", "c")]
    )


@pytest.mark.parametrize("number", [5, 8, 20])
def test_every_hand_in_of_the_college_gets_three_or_four_reviewers(number):
    people = [StudentId(f"s{place:02}") for place in range(3 * number)]
    works = [Work(f"w{n}", frozenset(people[3 * n : 3 * n + 3])) for n in range(number)]
    found = allocate(works, people, seed="x", rules=review_rules_of(COURSES["college"]))
    assert all(3 <= len(found.reviewers_of(work.id)) <= 4 for work in works)
    assert quality_rules_of(COURSES["college"]).tolerance == Fraction(1, 10)


LAB = {"automatic": Fraction(30), "manual": (ManualMark("a", Fraction(10), Fraction(20)),)}


@pytest.mark.parametrize(
    ("changed", "project", "grade", "credits_"),
    [
        ({}, None, "P", 3),
        ({}, 1, "P", 6),
        ({"automatic": Fraction(24)}, None, "P", 3),
        ({"automatic": Fraction(23)}, 1, "F", 3),  # the project's credits stand alone
        ({"manual": (ManualMark("a", Fraction(9), Fraction(20)),)}, None, "F", 0),
        ({"credit": Fraction(0)}, None, "F", 0),
    ],
)
def test_the_phd_course_gives_3_or_6_credits_by_its_pass_rules(changed, project, grade, credits_):
    marks = [Mark("lab1", **{**LAB, **changed}), Mark("lab2", **LAB), Mark("lab3", **LAB)]
    if project is not None:
        marks.append(Mark("project", Fraction(project)))
    found = final_grade(scheme_of(COURSES["2020"]), marks)
    assert (found.grade, found.credits) == (grade, credits_)


@pytest.mark.parametrize(
    ("shares", "percent", "grade"),
    [
        # By hand: 15 + 4 + 18 + 16 + 9 + 26.4 = 88.4
        ((100, 80, 90, 80, 90, 88), "88", "B+"),
        # By hand: 13.5 + 4 + 18 + 16 + 9 + 26.4 = 86.9, half-up
        ((90, 80, 90, 80, 90, 88), "87", "B+"),
        # By hand: 15 + 5 + 20 + 20 + 10 + 30 = 100
        ((100, 100, 100, 100, 100, 100), "100", "A"),
        # By hand: 0 + 0 + 20 + 20 + 10 + 9 = 59: a point too few
        ((0, 0, 100, 100, 100, 30), "59", "F"),
    ],
)
def test_the_college_weighs_as_it_says(shares, percent, grade):
    scheme = scheme_of(COURSES["college"])
    names = ("sessions", "reviews", "handin1", "handin2", "proposal", "report")
    given = [
        Mark(name, scheme.items[name].points * share / 100)
        for name, share in zip(names, shares, strict=True)
    ]
    found = final_grade(scheme, given)
    assert (str(found.percent), found.grade, found.complete) == (percent, grade, True)


@pytest.mark.parametrize(
    ("first", "points"),
    [
        (Attendance("week-01", attended=True, engagement=3), 100),
        (Attendance("week-01", attended=False), Fraction(1100, 12)),
        (Attendance("week-01", attended=False, excused=True), 100),
        (
            Attendance("week-01", True, 3, zero=ReasonedZero("T. Teacher", "left at once")),
            Fraction(1100, 12),
        ),
    ],
)
def test_participation_is_the_mean_over_the_sessions(first, points):
    course = COURSES["college"]
    rest = [Attendance(s.id, attended=True, engagement=3) for s in sessions_of(course)[1:]]
    item = scheme_of(course).items["sessions"]
    rules = participation_rules_of(course)
    assert participation(item, sessions_of(course), [first, *rest], rules).shown == points


TALK = Talk("On nets", "What nets are.", "S. Supervisor")


@pytest.mark.parametrize(
    ("at", "accepted"),
    [
        ("2020-12-08 23:58", True),
        ("2020-12-09 07:59:59", True),  # the grace of the course
        ("2020-12-09 08:00", False),
    ],
)
def test_one_registers_for_the_seminar_until_8_december(at, accepted):
    course = COURSES["2020"]
    until = seminar_deadline_of(course)
    assert until is not None
    event = SeminarEvent(
        SeminarKind.REGISTERED, local(at), StudentId("ann"), TALK, ("monday", "friday")
    )
    if accepted:
        check(event, slots_of(course), {}, until)
        return
    with pytest.raises(SeminarRefusedError, match="Registration is over"):
        check(event, slots_of(course), {}, until)


def test_the_seminars_lie_between_11_and_15_january_and_fill_up():
    slots = slots_of(COURSES["2020"])
    assert [str(slot.starts_at.date()) for slot in slots] == [
        "2021-01-11",
        "2021-01-13",
        "2021-01-15",
    ]
    first = SeminarEvent(
        SeminarKind.REGISTERED, local("2020-12-01 12:00"), StudentId("s0"), TALK, ("monday",)
    )
    events = [
        replace(first, at=first.at + timedelta(hours=n), student=StudentId(f"s{n}"))
        for n in range(4)
    ]
    places = places_of(slots, events)
    assert [(p.slot, p.queue) for p in places.values()] == [*[("monday", None)] * 3, (None, 1)]


@pytest.mark.parametrize(("group", "start"), [("a", "2020-11-24"), ("b", "2020-11-26")])
def test_lab_3_has_a_session_for_every_group(group, start):
    found = [s for s in COURSES["2020"].gpu_sessions if s.group == group]
    assert [str(session.start.date()) for session in found] == [start]


def test_groups_are_empty_before_anybody_formed_one():
    assert replay([]) == Groups()

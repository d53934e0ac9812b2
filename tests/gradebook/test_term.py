"""A term computed in memory: laws that hold whatever was handed in, granted and decided."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.course.load import load_course
from labhub.exchange.store.grants import Granted
from labhub.exchange.store.people import Person
from labhub.gradebook.term.cases import cases, late_days_left, units
from labhub.gradebook.term.finals import finals, if_instead
from labhub.gradebook.term.records import LabMark, Term
from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.extensions import Extension
from labhub.policy.groups import EventKind, GroupEvent
from labhub.policy.marks import ManualMark

COURSE = load_course(Path(__file__).parents[2] / "examples" / "college" / "course.toml")
LABS = [plan.id for plan in COURSE.assignments]
PEOPLE = [StudentId(name) for name in ("ann", "bo", "cia", "dan", "eva")]
END = datetime(2027, 3, 1, tzinfo=UTC)
HOURS = st.integers(-200, 200)
MARK = LabMark(Fraction(20), (ManualMark("essay", Fraction(8), Fraction(10)),), waits=False)


def formed(*teams: tuple[str, ...]) -> tuple[GroupEvent, ...]:
    at = COURSE.assignments[0].timeline.release
    return tuple(
        GroupEvent(
            EventKind.JOINED if place else EventKind.FORMED,
            at,
            "t",
            GroupId(f"g{number}"),
            StudentId(name),
            staff=True,
        )
        for number, team in enumerate(teams)
        for place, name in enumerate(team)
    )


def term_with(hours: dict[tuple[AssignmentId, StudentId], int], **more: object) -> Term:
    """A term in which these hand-ins came so many hours after the due date."""
    handed_in = {
        (lab, who): COURSE.assignment(lab).timeline.due + timedelta(hours=late)
        for (lab, who), late in hours.items()
    }
    return Term(
        COURSE,
        END,
        people={name: Person(name) for name in PEOPLE},
        handed_in=handed_in,
        lab_marks=dict.fromkeys(handed_in, MARK),
        group_events=formed(("ann", "bo"), ("cia", "dan")),
        **more,  # type: ignore[arg-type]
    )


PLACES = st.tuples(st.sampled_from(LABS), st.sampled_from(PEOPLE))
HAND_INS = st.dictionaries(PLACES, HOURS, max_size=8)
EXTENSIONS = st.builds(
    Extension,
    st.sampled_from(LABS),
    st.just("ill"),
    st.just("t"),
    student=st.sampled_from(PEOPLE),
    days=st.integers(1, 6),
)


@settings(deadline=None, max_examples=60)
@given(HAND_INS)
def test_every_student_is_in_one_unit_and_members_share_a_hand_in(hours) -> None:
    term = term_with(hours)
    for lab in LABS:
        together = [student for unit in units(term, lab) for student in unit.students]
        assert sorted(together) == sorted(PEOPLE)
        found = cases(term, lab)
        assert found[PEOPLE[0]].handed_in_by == found[PEOPLE[1]].handed_in_by


@settings(deadline=None, max_examples=60)
@given(HAND_INS, st.lists(EXTENSIONS, max_size=3))
def test_an_extension_never_lowers_the_credit_of_a_case(hours, given_to) -> None:
    """Without late days: spending them is the students' own gain and loss."""
    rules = replace(COURSE.rules, late_budget=None)
    plain = replace(term_with(hours), course=replace(COURSE, rules=rules))
    granted = tuple(Granted(n, each, END) for n, each in enumerate(given_to))
    more = replace(plain, granted=granted)
    for lab in LABS:
        before, after = cases(plain, lab), cases(more, lab)
        assert all(after[s].verdict.credit >= before[s].verdict.credit for s in PEOPLE)


@settings(deadline=None, max_examples=60)
@given(HAND_INS)
def test_nobody_spends_more_late_days_than_there_are(hours) -> None:
    term = term_with(hours)
    assert COURSE.rules.late_budget is not None
    for student in PEOPLE:
        left = late_days_left(term, student)
        assert left is not None
        assert 0 <= left <= COURSE.rules.late_budget.days


@settings(deadline=None, max_examples=30)
@given(HAND_INS, st.sampled_from(PEOPLE), st.sampled_from(LABS))
def test_what_if_with_all_points_is_never_worse(hours, student, lab) -> None:
    term = term_with(hours)
    found = if_instead(term, student, {lab: term.scheme.items[lab].points})
    assert found.after.exact_percent >= found.before.exact_percent
    assert found.before == finals(term, student)[student].grade

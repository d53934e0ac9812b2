"""What is written about people, groups, grants, marks, reviews and projects comes back the same."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from labhub.exchange.store import (
    Store,
    grants,
    groups,
    marks,
    projects,
    reviewing,
    sittings,
)
from labhub.exchange.store import people as persons
from labhub.exchange.store.errors import BadIdError, UnknownRecordError
from labhub.exchange.store.events import Author, history
from labhub.exchange.store.people import Person
from labhub.ids import AssignmentId, GroupId, StudentId
from labhub.policy.allocations import Pair
from labhub.policy.calibrations import Calibration
from labhub.policy.errors import GroupChangeRefusedError
from labhub.policy.extensions import Extension
from labhub.policy.groups import EventKind, GroupEvent, GroupRules
from labhub.policy.marks import Override
from labhub.policy.reviews import Review
from labhub.policy.seminars import SeminarEvent, SeminarKind, Talk
from labhub.policy.sessions import Attendance, ReasonedZero
from labhub.policy.units import Arrangement, GroupException
from labhub.policy.verdicts import Decision

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TEACHER = Author("teacher", NOW)
LAB, ANN, BO = AssignmentId("lab1"), StudentId("ann"), StudentId("bo")
PAIR = Pair(ANN, "g2")


@pytest.fixture
def db(store: Store):
    with store.writing() as connection:
        yield connection


def test_people_are_renewed_when_they_differ(db) -> None:
    ann = Person(ANN, "Ann", "ann@example.org", lms_id="17")
    staff = Person(StudentId("t"), "T", role="staff")
    assert persons.put_people(db, TEACHER, [ann, staff]) == 2
    assert persons.put_people(db, TEACHER, [ann]) == 0
    assert persons.people(db) == {"ann": ann, "t": staff}
    assert persons.people(db, "student") == {"ann": ann}
    assert len(history(db, "person/ann")) == 1


@pytest.mark.parametrize("name", ["../ann", "a/b", "", ".hidden", "-x", "x" * 65, "a b", "a\n"])
def test_an_id_that_is_no_name_of_a_folder_is_refused(db, name: str) -> None:
    with pytest.raises(BadIdError, match="is no id"):
        persons.put_people(db, TEACHER, [Person(StudentId(name), "Ann")])
    founds = GroupEvent(EventKind.FORMED, NOW, "ann", GroupId(name), ANN)
    with pytest.raises(BadIdError, match="is no id"):
        groups.change_groups(db, [founds], GroupRules())


def test_the_last_place_of_a_group_goes_to_one(store: Store) -> None:
    """Twenty students want to join at once; every transaction sees those before it."""
    rules = GroupRules(largest=4, by_invitation=False)

    def join(number: int) -> bool:
        student = StudentId(f"s{number}")
        kind = EventKind.FORMED if number == 0 else EventKind.JOINED
        event = GroupEvent(kind, NOW, student, GroupId("g1"), student)
        try:
            with store.writing() as connection:
                groups.change_groups(connection, [event], rules)
        except GroupChangeRefusedError:
            return False
        return True

    assert join(0)
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(join, range(1, 21))) == 3
    with store.reading() as connection:
        assert len(groups.require_group(connection, "g1")) == 4


def test_the_history_of_groups_is_kept_in_order(db) -> None:
    events = [
        GroupEvent(EventKind.FORMED, NOW, "ann", GroupId("g1"), ANN),
        GroupEvent(EventKind.LEFT, LATER, "t", GroupId("g1"), ANN, staff=True, reason="asked"),
    ]
    groups.add_group_events(db, events)
    assert groups.group_events(db) == tuple(events)
    assert [event.what for event in history(db, "group/g1")] == ["group-formed", "group-left"]


def test_the_last_exception_holds(db) -> None:
    alone = GroupException(LAB, ANN, Arrangement.ALONE, "t", "asked")
    other = GroupException(LAB, ANN, Arrangement.WITH_GROUP, "t", "asked", GroupId("g1"))
    for each in (alone, other):
        groups.add_group_exception(db, TEACHER, each)
    assert groups.group_exceptions(db) == (other,)


def test_an_extension_holds_until_it_is_withdrawn(db) -> None:
    given = Extension(LAB, "ill", "teacher", ANN, days=2, late_until=LATER)
    number = grants.add_extension(db, TEACHER, given)
    assert [each.extension for each in grants.extensions(db)] == [given]
    assert grants.withdraw_extension(db, TEACHER, number).extension == given
    assert grants.extensions(db) == ()
    with pytest.raises(UnknownRecordError, match=f"no extension number {number}"):
        grants.withdraw_extension(db, TEACHER, number)
    assert [event.what for event in history(db, "extension/lab1/ann")] == [
        "extension",
        "extension-withdrawn",
    ]


def test_the_last_decision_on_credit_holds(db) -> None:
    for credit in ("0.5", "0.8"):
        grants.decide_credit(db, TEACHER, LAB, ANN, Decision(Decimal(credit), "t", "agreed"))
    assert grants.decisions(db) == {(LAB, ANN): Decision(Decimal("0.8"), "t", "agreed")}


def test_marks_of_the_staff_are_kept_once_each(db) -> None:
    mark = marks.StaffMark("report", ANN, Fraction(88), "t")
    excused = marks.StaffMark("report", BO, None, "t", "ill")
    assert marks.put_staff_marks(db, TEACHER, [mark, excused]) == 2
    assert marks.put_staff_marks(db, TEACHER, [mark]) == 0
    assert marks.staff_marks(db) == {("report", ANN): mark, ("report", BO): excused}
    assert excused.excused


def test_an_appeal_is_answered_once(db) -> None:
    number = marks.add_appeal(db, TEACHER, "lab1", ANN, "Test 3 is wrong.")
    marks.answer_appeal(db, TEACHER, number, "So it is.")
    marks.decide_points(db, TEACHER, "lab1", ANN, Override(Fraction(50), "t", "test 3"))
    (appeal,) = marks.appeals(db)
    assert (appeal.text, appeal.answer, appeal.answered_at) == (
        "Test 3 is wrong.",
        "So it is.",
        NOW,
    )
    assert marks.overrides(db) == {("lab1", ANN): Override(Fraction(50), "t", "test 3")}
    with pytest.raises(UnknownRecordError, match="no open appeal"):
        marks.answer_appeal(db, TEACHER, number, "Again.")


def test_attendance_is_renewed_when_it_differs(db) -> None:
    note = Attendance("w1", attended=True, engagement=2)
    zero = Attendance("w2", attended=True, zero=ReasonedZero("t", "left at once"))
    assert sittings.put_attendance(db, TEACHER, {ANN: [note, zero]}) == 2
    assert sittings.put_attendance(db, TEACHER, {ANN: [note]}) == 0
    assert sittings.attendance(db) == {ANN: [note, zero]}


def test_a_peer_review_comes_back_whole(db) -> None:
    work = reviewing.ReviewedWork("g2", "work-7", frozenset({BO}))
    pair = reviewing.ReviewPair(PAIR, "reviewer-3", repeat=True)
    review = Review(PAIR, Fraction(3, 4), "Good.")
    reply = reviewing.Reply(PAIR, 4, "Thank you.", BO)
    assert reviewing.rounds(db) == {}
    reviewing.put_allocation(db, TEACHER, LAB, [work], [pair])
    for mark in (Fraction(1, 4), Fraction(3, 4)):
        again = Review(PAIR, mark, "Good.")
        reviewing.put_review(db, TEACHER, LAB, again, {"method": Fraction(6)})
    reviewing.put_reply(db, TEACHER, LAB, reply)
    reviewing.put_spot_check(db, TEACHER, LAB, PAIR, Fraction(1, 2))
    near = Calibration(Fraction(0), Fraction(1, 10), passed=True, trace=())
    reviewing.put_calibration(db, TEACHER, LAB, ANN, near)
    found = reviewing.rounds(db)[LAB]
    assert (found.works, found.pairs, found.replies) == ((work,), (pair,), (reply,))
    assert found.reviews == (reviewing.WrittenReview(review, {"method": "6"}, NOW),)
    assert (found.checks, found.calibrated) == ({PAIR: Fraction(1, 2)}, {ANN: True})
    assert found.work("work-7") == found.work("g2") == work
    assert found.work("g9") is None


def test_project_parts_and_registrations_come_back(db) -> None:
    part = projects.ProjectHandIn("report", ANN, NOW, link="https://example.org", sha256="0" * 64)
    talk = SeminarEvent(SeminarKind.REGISTERED, NOW, ANN, Talk("T", "A", "S"), ("s1", "s2"))
    gone = SeminarEvent(SeminarKind.WITHDRAWN, LATER, ANN)
    projects.add_project_hand_in(db, TEACHER, part)
    for event in (talk, gone):
        projects.add_seminar_event(db, TEACHER, event)
    assert projects.project_hand_ins(db) == (part,)
    assert projects.seminar_events(db) == (talk, gone)

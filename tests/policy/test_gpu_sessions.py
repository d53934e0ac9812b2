"""Who gets a GPU now, who waits, and who is told when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from labhub.ids import AssignmentId, CourseId, GroupId, StudentId
from labhub.policy.gpu_sessions import (
    Ask,
    Booking,
    GpuRules,
    Gpus,
    Grant,
    Holding,
    Reason,
    Refusal,
    Wait,
    answer,
    answers,
)

START = datetime(2026, 12, 3, 12, 15, tzinfo=UTC)
END = START + timedelta(hours=4)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def booking(group: str, members: str, seats: int = 2, start: datetime = START) -> Booking:
    return Booking(
        CourseId("dl"),
        AssignmentId("lab3"),
        GroupId(group),
        group,
        "GPU lab",
        start,
        start + (END - START),
        seats,
        frozenset(map(StudentId, members.split())),
    )


MONDAY = booking("monday", "ada alan")
WEDNESDAY = booking("wednesday", "bob", start=START + timedelta(days=2))
BOOKED = Gpus(2, bookings=(MONDAY, WEDNESDAY))


def ask(who: str, at: datetime = START, lab: str = "lab3") -> Ask:
    return Ask(StudentId(who), CourseId("dl"), AssignmentId(lab), at)


def held(*names: str, until: datetime = END) -> tuple[Holding, ...]:
    return tuple(Holding(ask(name), until) for name in names)


def test_a_member_has_a_seat_until_the_session_ends() -> None:
    assert answer(ask("ada"), BOOKED, START) == Grant(END, MONDAY)


def test_the_session_is_on_from_its_first_moment_and_over_at_its_last() -> None:
    assert answer(ask("ada"), BOOKED, END - MINUTE) == Grant(END, MONDAY)
    assert answer(ask("ada"), BOOKED, END) == Grant(END + 4 * HOUR)


def test_another_group_is_told_which_session_is_in_the_way_and_when_its_own_is() -> None:
    assert answer(ask("bob"), BOOKED, START) == Refusal(Reason.BOOKED, MONDAY, WEDNESDAY)


def test_a_member_who_asks_for_another_lab_is_no_member() -> None:
    assert answer(ask("ada", lab="lab4"), BOOKED, START) == Refusal(Reason.BOOKED, MONDAY, None)


def test_members_wait_when_all_seats_are_taken() -> None:
    full = replace(BOOKED, holdings=held("alan", "ann"))
    assert answer(ask("ada"), full, START) == Wait(Grant(END, MONDAY))


def test_seats_that_no_session_booked_are_for_everybody() -> None:
    assert answer(ask("bob"), replace(BOOKED, seats=3), START) == Grant(START + 4 * HOUR)


def test_seats_of_members_who_do_not_come_are_free_after_a_while() -> None:
    keep = GpuRules().keep
    assert isinstance(answer(ask("bob"), BOOKED, START + keep - MINUTE), Refusal)
    assert isinstance(answer(ask("bob"), BOOKED, START + keep), Grant)


def test_a_member_who_comes_late_goes_before_those_who_wait() -> None:
    full = replace(BOOKED, holdings=held("alan", "eve"))
    now = START + HOUR
    queue = [ask("bob", START), ask("ada", now)]
    assert list(answers(queue, full, now)) == [queue[1], queue[0]]
    one_left = replace(full, holdings=held("alan"))
    assert answers(queue, one_left, now) == {
        queue[1]: Grant(END, MONDAY),
        queue[0]: Refusal(Reason.BOOKED, MONDAY, WEDNESDAY),
    }


def test_outside_sessions_the_first_to_come_is_the_first_served() -> None:
    gpus = Gpus(2, holdings=held("eve"))
    queue = [ask("bob", START + MINUTE), ask("ada", START)]
    given = answers(queue, gpus, START + 2 * MINUTE)
    until = START + 2 * MINUTE + 4 * HOUR
    assert list(given.items()) == [(queue[1], Grant(until)), (queue[0], Wait(Grant(until)))]


def test_a_seat_outside_sessions_ends_when_a_session_needs_it() -> None:
    assert answer(ask("eve"), BOOKED, START - HOUR) == Grant(START)
    spare = replace(BOOKED, seats=3)
    assert answer(ask("eve"), spare, START - HOUR) == Grant(START + 3 * HOUR)
    taken = replace(spare, holdings=held("bob"))
    assert answer(ask("eve"), taken, START - HOUR) == Grant(START)


def test_nobody_gets_a_seat_for_a_moment() -> None:
    now = START - GpuRules().shortest + MINUTE
    assert answer(ask("bob"), BOOKED, now) == Refusal(Reason.TOO_SHORT, MONDAY, WEDNESDAY)


@pytest.mark.parametrize("name", ["ada", "bob"])
def test_two_sessions_at_once_keep_their_own_seats(name: str) -> None:
    other = booking("wednesday", "bob", seats=1)
    gpus = Gpus(3, held("alan", "ann"), (MONDAY, other))
    gpus = replace(gpus, bookings=(replace(MONDAY, members=MONDAY.members | {"ann"}), other))
    given = answer(ask(name), gpus, START)
    assert isinstance(given, Grant if name == "bob" else Wait)


def test_without_any_gpu_everybody_waits() -> None:
    assert isinstance(answer(ask("ada"), Gpus(0), START), Wait)

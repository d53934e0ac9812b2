from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.ids import StudentId
from labhub.policy.deadlines import deadline
from labhub.policy.errors import SeminarRefusedError
from labhub.policy.seminars import SeminarEvent, SeminarKind, Slot, Talk, check, places_of
from tests.policy.courses import STOCKHOLM, day, local, utc

UNTIL = deadline("Registration is open until", day("2020-12-08"), None, STOCKHOLM)
TALK = Talk("Graph networks", "What they are good for.", "P. Professor")
SLOTS = [
    Slot(name, local(f"2021-01-{date} 13:15"), 45, "Zoom", capacity)
    for name, date, capacity in (("mon", 11, 1), ("wed", 13, 1), ("fri", 15, 2))
]


def registers(student: str, *wishes: str, after: int = 0, **more: object) -> SeminarEvent:
    at = utc("2020-12-01 12:00") + timedelta(minutes=after)
    talk = more.pop("talk", TALK)
    return SeminarEvent(SeminarKind.REGISTERED, at, StudentId(student), talk, wishes, **more)


def withdraws(student: str, after: int) -> SeminarEvent:
    at = utc("2020-12-01 12:00") + timedelta(minutes=after)
    return SeminarEvent(SeminarKind.WITHDRAWN, at, StudentId(student))


def board(*events: SeminarEvent) -> dict[str, str | int | None]:
    """Everybody's slot, or number in the waiting list."""
    return {name: place.slot or place.queue for name, place in places_of(SLOTS, events).items()}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([registers("ada", "mon")], {"ada": "mon"}),
        (
            [registers("ada", "mon"), registers("bo", "mon", "wed", after=1)],
            {"ada": "mon", "bo": "wed"},
        ),
        ([registers("bo", "mon", after=1), registers("ada", "mon")], {"ada": "mon", "bo": 1}),
        (
            [registers(name, "mon", after=n) for n, name in enumerate(["cy", "ada", "bo"])],
            {"cy": "mon", "ada": 1, "bo": 2},
        ),
        (
            [registers("ada", "mon"), registers("bo", "mon", after=1), withdraws("ada", 2)],
            {"bo": "mon"},
        ),
        (
            [
                registers("ada", "mon"),
                registers("bo", "wed", after=1),
                registers("cy", "wed", after=2),
                registers("di", "mon", "wed", after=3),
                withdraws("ada", 4),
            ],
            {"bo": "wed", "cy": 1, "di": "mon"},
        ),
        (
            [registers("ada", "mon"), withdraws("ada", 1), registers("ada", "mon", after=2)],
            {"ada": "mon"},
        ),
        ([withdraws("ada", 1), registers("bo", "mon", after=2)], {"bo": "mon"}),
        (
            [registers(name, "fri", after=n) for n, name in enumerate("abc")],
            {"a": "fri", "b": "fri", "c": 1},
        ),
    ],
)
def test_places_go_by_the_order_of_registration(events, expected):
    assert board(*events) == expected


def test_a_new_title_keeps_the_place_and_new_wishes_queue_again():
    first, waiting = registers("ada", "mon"), registers("bo", "mon", after=1)
    better = Talk("Equivariant graph networks", "More.", "P. Professor")
    found = places_of(SLOTS, [first, waiting, registers("ada", "mon", after=2, talk=better)])
    assert (found[StudentId("ada")].slot, found[StudentId("ada")].talk) == ("mon", better)
    assert board(first, waiting, registers("ada", "wed", "mon", after=2)) == {
        "ada": "wed",
        "bo": "mon",
    }


AT_MIDNIGHT = local("2020-12-09 00:00")


@pytest.mark.parametrize(
    ("minutes", "staff", "allowed"),
    [(-1, False, True), (0, False, False), (600, False, False), (600, True, True)],
)
def test_registration_for_january_ends_with_the_eighth_of_december(minutes, staff, allowed):
    at = AT_MIDNIGHT + timedelta(minutes=minutes)
    event = SeminarEvent(SeminarKind.REGISTERED, at, StudentId("ada"), TALK, ("mon",), staff)
    if allowed:
        check(event, SLOTS, {}, UNTIL)
    else:
        with pytest.raises(SeminarRefusedError, match="until Tuesday 8 December 2020"):
            check(event, SLOTS, {}, UNTIL)


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        (registers("ada", "mon", talk=None), "missing"),
        (registers("ada", "mon", talk=Talk(" ", "Abstract", "Supervisor")), "missing"),
        (registers("ada", "mon", talk=Talk("Title", "", "Supervisor")), "missing"),
        (registers("ada", "mon", talk=Talk("Title", "Abstract", "")), "missing"),
        (registers("ada"), "names no slot"),
        (registers("ada", "mon", "sun"), "names no slot"),
        (withdraws("ada", 0), "ada is not registered"),
    ],
)
def test_an_incomplete_registration_is_refused(event, complaint):
    with pytest.raises(SeminarRefusedError, match=complaint):
        check(event, SLOTS, {}, UNTIL)


def test_who_is_registered_may_withdraw():
    check(withdraws("ada", 1), SLOTS, places_of(SLOTS, [registers("ada", "mon")]), UNTIL)


def test_a_slot_knows_its_end():
    assert SLOTS[0].ends_at == local("2021-01-11 14:00")


wishes = st.lists(st.sampled_from(["mon", "wed", "fri"]), min_size=1, unique=True)
steps = st.tuples(st.sampled_from("abcdef"), st.none() | wishes)


@given(st.lists(steps, max_size=15))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_no_slot_is_overfull_and_nobody_waits_for_a_free_place(tried):
    events = [
        withdraws(name, n) if wanted is None else registers(name, *wanted, after=n)
        for n, (name, wanted) in enumerate(tried)
    ]
    places = places_of(SLOTS, events).values()
    for slot in SLOTS:
        taken = sum(place.slot == slot.id for place in places)
        assert taken <= slot.capacity
        waiting = any(place.slot is None and slot.id in place.wishes for place in places)
        assert not waiting or taken == slot.capacity
    assert sorted(p.queue for p in places if p.queue) == list(
        range(1, 1 + sum(p.slot is None for p in places))
    )

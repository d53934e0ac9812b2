from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labhub.ids import StudentId
from labhub.policy.errors import TimeWithoutZoneError
from labhub.policy.invitations import (
    Appointment,
    calendar_file,
    email_text,
    fold,
    seminar_appointment,
)
from labhub.policy.seminars import Place, Slot, Talk
from tests.policy.courses import STOCKHOLM, local, utc

SLOT = Slot("mon", local("2021-01-11 13:15"), 45, "Room B; upstairs", 2)
TALK = Talk("Graphs,\nand more", "First line.\nSecond: a, b; c\\d.", "P. Professor")
PLACE = Place(StudentId("ada"), TALK, ("mon",), "mon")
STAMP = utc("2020-12-09 08:00")


def lines_of(text: str) -> list[str]:
    """The unfolded lines of a calendar file."""
    return text.replace("\r\n ", "").split("\r\n")


def appointment(starts: str, ends: str, zone: str = "Europe/Stockholm") -> Appointment:
    return Appointment("a@b", local(starts, zone), local(ends, zone), "Talk", "Room")


def test_a_calendar_file_has_the_talk_in_local_time_with_its_zone():
    entry = seminar_appointment("dl2020", SLOT, PLACE, "course.example")
    text = calendar_file([entry], STOCKHOLM.zone, STAMP)
    assert text.endswith("END:VCALENDAR\r\n")
    assert lines_of(text)[-12:-2] == [
        "BEGIN:VEVENT",
        "UID:seminar-dl2020-ada@course.example",
        "DTSTAMP:20201209T080000Z",
        "SEQUENCE:0",
        "DTSTART;TZID=Europe/Stockholm:20210111T131500",
        "DTEND;TZID=Europe/Stockholm:20210111T140000",
        "SUMMARY:Graphs\\,\\nand more",
        "LOCATION:Room B\\; upstairs",
        "DESCRIPTION:First line.\\nSecond: a\\, b\\; c\\\\d.\\nSupervisor: P. Professor",
        "END:VEVENT",
    ]


@pytest.mark.parametrize(
    ("zone", "kinds"),
    [
        (
            "Europe/Stockholm",
            ["20201201T010000 +0100", "20210328T020000 +0200", "20211031T030000 +0100"],
        ),
        (
            "America/New_York",
            ["20201130T190000 -0500", "20210314T020000 -0400", "20211107T020000 -0500"],
        ),
        ("UTC", ["20201201T000000 +0000"]),
        ("Asia/Tokyo", ["20201201T090000 +0900"]),
    ],
)
def test_a_calendar_file_tells_when_the_clocks_change(zone, kinds):
    text = calendar_file(
        [appointment("2021-01-11 13:15", "2021-01-11 14:00", zone)], ZoneInfo(zone), STAMP
    )
    lines = lines_of(text)
    starts = [line.removeprefix("DTSTART:") for line in lines if line.startswith("DTSTART:")]
    offsets = [line.removeprefix("TZOFFSETTO:") for line in lines if line.startswith("TZOFFSETTO")]
    assert [" ".join(both) for both in zip(starts, offsets, strict=True)] == kinds


def test_summer_and_winter_have_their_names():
    text = calendar_file(
        [appointment("2021-01-11 13:15", "2021-01-11 14:00")], STOCKHOLM.zone, STAMP
    )
    names = [line for line in lines_of(text) if line.startswith(("BEGIN:D", "BEGIN:S", "TZNAME"))]
    assert names == [
        *("BEGIN:STANDARD", "TZNAME:CET"),
        *("BEGIN:DAYLIGHT", "TZNAME:CEST"),
        *("BEGIN:STANDARD", "TZNAME:CET"),
    ]


def test_a_talk_at_midnight_of_new_year_is_covered_by_the_zone():
    text = calendar_file(
        [appointment("2021-01-01 00:30", "2021-01-01 01:00")], STOCKHOLM.zone, STAMP
    )
    assert "DTSTART:20191201T010000" in text  # in UTC it is still 2020


def test_a_calendar_without_entries_is_one_all_the_same():
    assert lines_of(calendar_file([], STOCKHOLM.zone, STAMP))[-2:] == ["END:VCALENDAR", ""]


@pytest.mark.parametrize(
    ("line", "lengths"),
    [
        ("", [0]),
        ("a" * 75, [75]),
        ("a" * 76, [75, 2]),
        ("é" * 40, [74, 7]),
        ("a" * 150, [75, 75, 2]),
    ],
)
def test_a_line_is_folded_at_75_octets_and_never_inside_a_character(line, lengths):
    assert [len(piece.encode()) for piece in fold(line)] == lengths


@given(st.text(min_size=1, max_size=20), st.integers(1, 40))
@settings(deadline=None, derandomize=True)
def test_folded_lines_are_short_and_lose_nothing(text, times):
    pieces = list(fold(text * times))
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == text * times


@given(st.text(max_size=200))
@settings(deadline=None, derandomize=True)
def test_no_title_can_add_a_line_of_its_own(title):
    entry = Appointment("a@b", SLOT.starts_at, SLOT.ends_at, title, "Room")
    lines = lines_of(calendar_file([entry], STOCKHOLM.zone, STAMP))
    assert sum(line.startswith("SUMMARY:") for line in lines) == 1
    assert all(line.partition(":")[1] for line in lines[:-1])
    assert all(line.isprintable() or "\t" in line for line in lines)


def test_an_email_tells_where_and_when():
    subject, body = email_text("Deep Learning", "Dear Ada,", PLACE, SLOT, STOCKHOLM.zone)
    assert subject == "Deep Learning: your seminar on Monday 11 January 2021 at 13:15 CET"
    assert "“Graphs, and more”" in body
    assert "lasts 45 minutes. Room: Room B; upstairs." in body


def test_an_email_tells_the_place_in_the_waiting_list():
    waiting = Place(StudentId("ada"), TALK, ("mon",), None, 2)
    subject, body = email_text("Deep Learning", "Dear Ada,", waiting, None, STOCKHOLM.zone)
    assert subject == "Deep Learning: you are in the waiting list for the seminar"
    assert "You are number 2 in the waiting list" in body


def test_the_stamp_needs_a_zone():
    entry = appointment("2021-01-11 13:15", "2021-01-11 14:00")
    with pytest.raises(TimeWithoutZoneError):
        calendar_file([entry], STOCKHOLM.zone, datetime(2021, 1, 1))

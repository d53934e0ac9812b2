"""Invitations: a calendar file (RFC 5545) and an e-mail text for a seminar slot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from labhub.policy.seminars import Place, Slot
from labhub.policy.words import say_moment
from labhub.policy.workdays import ensure_zone

OCTETS = 75
"""The longest line of a calendar file, without its line break (RFC 5545, 3.1)."""


@dataclass(frozen=True)
class Appointment:
    """One entry of a calendar. `uid` stays the same when the entry changes; `sequence` grows."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    place: str
    text: str = ""
    sequence: int = 0


def seminar_appointment(course: str, slot: Slot, place: Place, domain: str) -> Appointment:
    """The appointment of a talk; one uid per course and student, so that moves replace it."""
    text = f"{place.talk.abstract}\nSupervisor: {place.talk.supervisor}"
    uid = f"seminar-{course}-{place.student}@{domain}"
    return Appointment(uid, slot.starts_at, slot.ends_at, place.talk.title, slot.room, text)


def calendar_file(appointments: Iterable[Appointment], zone: ZoneInfo, stamped_at: datetime) -> str:
    """The text of an .ics file, with the zone's own rules for the years concerned.

    Write it with `newline=""`: lines end in CR LF already.
    """
    entries = list(appointments)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//labhub//seminars//EN"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if entries:
        years = [ensure_zone(at).year for e in entries for at in (e.starts_at, e.ends_at)]
        lines += _zone_lines(zone, min(years), max(years))
    for entry in entries:
        lines += _entry_lines(entry, zone, stamped_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in fold(line))


def fold(line: str) -> Iterator[str]:
    """The line in pieces of at most 75 octets, the later ones begun with a space.

    No character is cut in two: pieces are measured in UTF-8.
    """
    piece, length = "", 0
    for character in line:
        width = len(character.encode())
        if length + width > OCTETS:
            yield piece
            piece, length = " ", 1
        piece += character
        length += width
    yield piece


def email_text(
    course: str, greeting: str, place: Place, slot: Slot | None, zone: ZoneInfo
) -> tuple[str, str]:
    """Subject and body for somebody who registered, with a slot or in the waiting list."""
    title = " ".join(place.talk.title.split())
    if slot is None:
        subject = f"{course}: you are in the waiting list for the seminar"
        news = (
            f"All slots you wished for are full. You are number {place.queue} in the waiting list\n"
            "and get the first of them that becomes free."
        )
    else:
        subject = f"{course}: your seminar on {say_moment(slot.starts_at, zone)}"
        news = (
            f"Your talk takes place on {say_moment(slot.starts_at, zone)}\n"
            f"and lasts {slot.minutes} minutes. Room: {slot.room}."
        )
    body = (
        f"{greeting}\n\nthank you for registering “{title}”.\n\n{news}\n\n"
        f"Supervisor: {place.talk.supervisor}\nIf you cannot come, withdraw in good time: "
        "somebody may be waiting.\n"
    )
    return subject, body


def _entry_lines(entry: Appointment, zone: ZoneInfo, stamped_at: datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_escape(entry.uid)}",
        f"DTSTAMP:{ensure_zone(stamped_at):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTART;TZID={zone.key}:{_local(entry.starts_at, zone)}",
        f"DTEND;TZID={zone.key}:{_local(entry.ends_at, zone)}",
        f"SUMMARY:{_escape(entry.title)}",
        f"LOCATION:{_escape(entry.place)}",
    ]
    if entry.text:
        lines.append(f"DESCRIPTION:{_escape(entry.text)}")
    return [*lines, "END:VEVENT"]


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return f"{ensure_zone(moment).astimezone(zone):%Y%m%dT%H%M%S}"


def _escape(text: str) -> str:
    """TEXT of RFC 5545, 3.3.11: the four characters with a meaning, and no control characters."""
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\\n".join("".join(c for c in line if c.isprintable() or c == "\t") for line in lines)


def _zone_lines(zone: ZoneInfo, first: int, last: int) -> list[str]:
    """A VTIMEZONE: what holds at the beginning, and every change of the clocks until the end."""
    start = datetime(first - 1, 12, 1, tzinfo=UTC)
    changes = [start, *_changes(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC))]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    for moment in changes:
        lines += _observance(zone, moment)
    return [*lines, "END:VTIMEZONE"]


def _observance(zone: ZoneInfo, moment: datetime) -> list[str]:
    """What holds from a moment on. Its start is written in the local time that ended there."""
    local = moment.astimezone(zone)
    before = (moment - timedelta(seconds=1)).astimezone(zone)
    kind = "DAYLIGHT" if local.dst() else "STANDARD"
    start = (moment + (before.utcoffset() or timedelta())).replace(tzinfo=None)
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{start:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{before:%z}",
        f"TZOFFSETTO:{local:%z}",
        f"TZNAME:{local:%Z}",
        f"END:{kind}",
    ]


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The instants, to the second, at which the offset from UTC changes."""
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    for before, after in pairwise(days):
        if _offset(zone, before) != _offset(zone, after):
            yield _change_between(zone, before, after)


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        before, after = (middle, after) if _offset(zone, middle) == old else (before, middle)
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()

"""Rules between the values of course.toml that no single value can break.

Those of the tables that hold the course's rules stand in `rule_checks`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from math import isclose
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from labhub.course.outcomes import OutcomeTable
from labhub.course.rule_tables import SessionTable
from labhub.course.schema import (
    AssignmentTable,
    CourseFile,
    GpuSessionTable,
    GroupTable,
)

KeyPath = tuple[str | int, ...]
"""Where in the file: table, place in a list of tables, key."""


@dataclass(frozen=True)
class Finding:
    """Something course.toml cannot say, and what was expected."""

    path: KeyPath
    sentence: str


def broken_rules(file: CourseFile) -> list[Finding]:
    """Every rule between values that the file breaks."""
    return [finding for rule in RULES for finding in rule(file)]


def _zone_exists(file: CourseFile) -> Iterator[Finding]:
    if zone_of(file.course.zone) is None:
        yield Finding(
            ("course", "zone"),
            f"'{file.course.zone}' is no time zone; expected a name such as 'Europe/Stockholm'",
        )


def _ids_are_unique(file: CourseFile) -> Iterator[Finding]:
    lists: dict[str, Sequence[AssignmentTable | GroupTable | OutcomeTable]] = {
        "assignments": file.assignments,
        "groups": file.groups,
        "outcomes": file.outcomes,
    }
    for table, entries in lists.items():
        yield from used_twice((table,), [entry.id for entry in entries])


def used_twice(table: KeyPath, ids: Iterable[str], taken: Iterable[str] = ()) -> Iterator[Finding]:
    """The entries of a list of tables whose id is taken, by one above or from the beginning."""
    seen = set(taken)
    for place, name in enumerate(ids):
        if name in seen:
            yield Finding((*table, place, "id"), f"'{name}' is used twice; expected a new id")
        seen.add(name)


def _dates_are_in_order(file: CourseFile) -> Iterator[Finding]:
    for place, entry in enumerate(file.assignments):
        if entry.due <= entry.release:
            yield Finding(
                ("assignments", place, "due"),
                f"{entry.due} is not after the release; expected a time after {entry.release}",
            )
        if entry.late_until < entry.due:
            yield Finding(
                ("assignments", place, "late_until"),
                f"{entry.late_until} is before the due date; expected {entry.due} or later",
            )
    yield from ended_too_early("gpu_sessions", file.gpu_sessions)


def ended_too_early(
    table: str, sessions: Sequence[GpuSessionTable | SessionTable]
) -> Iterator[Finding]:
    """Sessions that end before they begin."""
    for place, session in enumerate(sessions):
        if session.end <= session.start:
            yield Finding(
                (table, place, "end"),
                f"{session.end} is not after the start; expected a time after {session.start}",
            )


def _offsets_fit_the_zone(file: CourseFile) -> Iterator[Finding]:
    return wrong_offsets(file, _moments(file))


def wrong_offsets(
    file: CourseFile, moments: Iterable[tuple[KeyPath, datetime]]
) -> Iterator[Finding]:
    """A date with the summer's offset in winter would move a deadline by an hour, unseen."""
    zone = zone_of(file.course.zone)
    if zone is None:
        return
    for path, moment in moments:
        if moment.astimezone(zone).utcoffset() != moment.utcoffset():
            wall = moment.replace(tzinfo=None).replace(tzinfo=zone)
            yield Finding(
                path,
                f"{moment} has an offset that {zone.key} does not have on that day; "
                f"expected {wall}",
            )


def _weights_make_the_whole(file: CourseFile) -> Iterator[Finding]:
    total = sum(entry.weight_percent for entry in file.assignments)
    total += sum(entry.weight_percent for entry in file.items)
    what = "assignments and items" if file.items else "assignments"
    if not isclose(total, 100, abs_tol=1e-6):
        yield Finding(
            ("assignments", 0, "weight_percent"),
            f"the weights of all {what} sum to {total:g}; expected 100",
        )


def _credits_make_the_whole(file: CourseFile) -> Iterator[Finding]:
    whose = "modules" if file.modules else "assignments"
    total = sum(entry.credits for entry in file.modules)
    total += sum(entry.credits for entry in file.assignments)
    if not isclose(total, file.course.credits, abs_tol=1e-6):
        yield Finding(
            ("course", "credits"),
            f"the {whose}' credits sum to {total:g}; expected {file.course.credits:g}",
        )


def _students_are_in_one_group(file: CourseFile) -> Iterator[Finding]:
    home: dict[str, str] = {}
    for place, group in enumerate(file.groups):
        for student in group.students:
            if student in home:
                yield Finding(
                    ("groups", place, "students"),
                    f"'{student}' is already in group '{home[student]}'; expected one group each",
                )
            home.setdefault(student, group.id)


def _sessions_name_what_exists(file: CourseFile) -> Iterator[Finding]:
    gpu_labs = {entry.id for entry in file.assignments if entry.gpu}
    groups = {group.id for group in file.groups}
    for place, session in enumerate(file.gpu_sessions):
        if session.assignment not in gpu_labs:
            yield Finding(
                ("gpu_sessions", place, "assignment"),
                f"'{session.assignment}' is no assignment with gpu = true; "
                f"expected one of: {_listed(gpu_labs)}",
            )
        if session.group not in groups:
            yield Finding(
                ("gpu_sessions", place, "group"),
                f"'{session.group}' is no group; expected one of: {_listed(groups)}",
            )


def _sessions_do_not_overlap(file: CourseFile) -> Iterator[Finding]:
    for (_, early), (place, late) in combinations(enumerate(file.gpu_sessions), 2):
        shared = _shared(early, late)
        if shared and early.start < late.end and late.start < early.end:
            yield Finding(
                ("gpu_sessions", place, "start"),
                f"the session overlaps another one of {shared} "
                f"({early.start} to {early.end}); expected a free time",
            )


def _shared(one: GpuSessionTable, other: GpuSessionTable) -> str:
    if one.room == other.room:
        return f"room '{one.room}'"
    return f"group '{one.group}'" if one.group == other.group else ""


def _moments(file: CourseFile) -> Iterator[tuple[KeyPath, datetime]]:
    for place, entry in enumerate(file.assignments):
        for key in ("release", "due", "late_until"):
            yield ("assignments", place, key), getattr(entry, key)
    for place, session in enumerate(file.gpu_sessions):
        for key in ("start", "end"):
            yield ("gpu_sessions", place, key), getattr(session, key)


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that name, None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "(none)"


RULES: tuple[Callable[[CourseFile], Iterator[Finding]], ...] = (
    _zone_exists,
    _ids_are_unique,
    _dates_are_in_order,
    _offsets_fit_the_zone,
    _weights_make_the_whole,
    _credits_make_the_whole,
    _students_are_in_one_group,
    _sessions_name_what_exists,
    _sessions_do_not_overlap,
)

"""Grades to a platform: only what differs there is sent, and every refusal is told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import isclose
from typing import Literal

from labhub.exchange.lti.errors import LtiRefusedError, LtiSettingsError
from labhub.exchange.lti.grades import GradeService, Score


@dataclass(frozen=True)
class Entry:
    """A student's points for one item, with the id that the platform has for the student."""

    student: str
    user_id: str
    item: str
    title: str
    points: float
    maximum: float


@dataclass(frozen=True)
class Outcome:
    """What came of an entry."""

    entry: Entry
    what: Literal["sent", "to send", "unchanged", "refused"]
    why: str = ""


def pass_back(
    service: GradeService, entries: Iterable[Entry], at: datetime, *, dry_run: bool = False
) -> Iterator[Outcome]:
    """Send entries, those of an item one after the other; a dry run only looks.

    Raises `LtiSettingsError` for an item without a column, or as `Web.call` does where the
    platform does not answer, or refuses more than a single score.
    """
    for _, group in groupby(entries, key=lambda entry: entry.item):
        members = list(group)
        url = _line_item(service, members[0], dry_run=dry_run)
        known = service.results(url) if url else {}
        for entry in members:
            yield _outcome(service, url, entry, known, None if dry_run else at)


def _line_item(service: GradeService, entry: Entry, *, dry_run: bool) -> str:
    """The column of an item; empty where a dry run would have to make it."""
    platform = service.platform
    if entry.item in platform.line_items:
        return platform.line_items[entry.item]
    if not platform.line_items_url:
        raise LtiSettingsError(
            f"course.toml names no column of the learning system for '{entry.item}'.",
            hint="Add a table [[lti.line_items]] for it, or the key line_items_url.",
        )
    if dry_run:
        return service.find_line_item(entry.item)
    return service.ensure_line_item(entry.item, entry.title, entry.maximum)


def _outcome(
    service: GradeService, url: str, entry: Entry, known: dict[str, float], at: datetime | None
) -> Outcome:
    if not entry.user_id:
        return Outcome(entry, "refused", "the platform's id of the student is not known")
    before, share = known.get(entry.user_id), entry.points / (entry.maximum or 1)
    if before is not None and isclose(before, share, abs_tol=1e-6):
        return Outcome(entry, "unchanged")
    if at is None:
        return Outcome(entry, "to send")
    try:
        service.put_score(url, Score(entry.user_id, entry.points, entry.maximum, at))
    except LtiRefusedError as error:
        return Outcome(entry, "refused", error.message)
    return Outcome(entry, "sent")

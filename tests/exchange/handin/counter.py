"""A small course, open for hand-ins, and students who hand in."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from labhub.clock import FixedClock
from labhub.course.folder import CourseFolder, course_in
from labhub.exchange.handin import HandedIn, HandInDesk, hand_in, open_desk, receiving
from labhub.exchange.store.events import Author
from labhub.exchange.store.groups import add_group_events
from labhub.exchange.store.submissions import Place
from labhub.ids import GroupId, StudentId
from labhub.policy.groups import EventKind, GroupEvent

RELEASE = datetime(2027, 1, 18, 7, tzinfo=UTC)
DUE = datetime(2027, 2, 8, 7, tzinfo=UTC)
LATE = DUE + timedelta(days=1)
CLOSED = datetime(2027, 2, 15, 7, tzinfo=UTC)
NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TEACHER = "teacher"
ANN, BO, CLEO = StudentId("ann"), StudentId("bo"), StudentId("cleo")

COURSE = """\
[course]
id = "dl"
title = "Deep learning"
zone = "Europe/Stockholm"

[deadlines]
late_credit_percent = 80.0

[[assignments]]
id = "lab1"
title = "Lab 1"
release = 2027-01-18T08:00:00+01:00
due = 2027-02-08T08:00:00+01:00
late_until = 2027-02-15T08:00:00+01:00
weight_percent = 50
{lab1}
[[assignments]]
id = "lab2"
title = "Lab 2"
release = 2027-01-18T08:00:00+01:00
due = 2027-02-08T08:00:00+01:00
late_until = 2027-02-15T08:00:00+01:00
weight_percent = 50
"""


def notebook(lab: str, answer: str = "# your code", **more: Any) -> bytes:
    """A notebook with one exercise and its test."""
    cells = [
        _cell("import math", {}),
        _cell(answer, {"grade_id": f"{lab}-a", "solution": True, "grade": False, "locked": False}),
        _cell(
            "assert a(1) == 1",
            {
                "grade_id": f"{lab}-t1",
                "solution": False,
                "grade": True,
                "locked": True,
                "points": 2,
            },
        ),
    ]
    return json.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}
    ).encode()


def _cell(source: str, marks: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": f"c{abs(hash((source, str(marks)))) % 10**8}",
        "source": source,
        "metadata": {"nbgrader": {"schema_version": 3, **marks}} if marks else {},
        "outputs": [],
        "execution_count": None,
    }


def write_course(root: Path, lab1: str = "", more: str = "") -> Path:
    """A course folder with two labs that can be released."""
    root.mkdir(exist_ok=True)
    (root / "course.toml").write_text(COURSE.replace("{lab1}", lab1) + more)
    for lab in ("lab1", "lab2"):
        (root / "release" / lab).mkdir(parents=True, exist_ok=True)
        (root / "release" / lab / f"{lab}.ipynb").write_bytes(notebook(lab))
    (root / "release" / "lab1" / "data.txt").write_text("1 2 3")
    return root


def desk_of(root: Path, url: str = "", at: datetime = NOW) -> HandInDesk:
    """The course, open for hand-ins at a moment."""
    folder = CourseFolder(root, "dl", f"sqlite:///{root}/gradebook.db", course_in(root))
    return open_desk(folder, FixedClock(at), url=url)


def at(desk: HandInDesk, moment: datetime) -> HandInDesk:
    """The same course at another moment."""
    return replace(desk, clock=FixedClock(moment))


def give(
    desk: HandInDesk,
    student: str,
    files: Mapping[str, bytes] | bytes = b"",
    assignment: str = "lab1",
    begun_at: datetime | None = None,
    **more: Any,
) -> HandedIn:
    """Hand in these files, or one notebook with this answer."""
    if isinstance(files, bytes):
        files = {f"{assignment}.ipynb": notebook(assignment, files.decode() or "a = abs")}
    with receiving(desk.blobs, desk.course.hand_in_limits, begun_at) as upload:
        for name, content in files.items():
            part = upload.begin(name)
            for start in range(0, len(content), 1000):
                part.write(content[start : start + 1000])
        return hand_in(desk, StudentId(student), assignment, upload, **{"place": Place.HUB, **more})


def form_group(desk: HandInDesk, group: str, *members: str, at: datetime = RELEASE) -> None:
    """Let these students be a group from a moment on."""
    kinds = [EventKind.FORMED, *[EventKind.JOINED] * (len(members) - 1)]
    events = [
        GroupEvent(kind, at, member, GroupId(group), StudentId(member))
        for kind, member in zip(kinds, members, strict=True)
    ]
    with desk.store.writing() as db:
        add_group_events(db, events)


def leave_group(desk: HandInDesk, group: str, member: str, at: datetime) -> None:
    """Let a student leave a group."""
    event = GroupEvent(EventKind.LEFT, at, member, GroupId(group), StudentId(member))
    with desk.store.writing() as db:
        add_group_events(db, [event])


def author(at: datetime = NOW) -> Author:
    """The teacher."""
    return Author(TEACHER, at)


def kept_files(desk: HandInDesk) -> list[Path]:
    """Every file of the store's bytes, whole or in part."""
    return [path for path in desk.blobs.root.rglob("*") if path.is_file() and _is_bytes(path)]


def _is_bytes(path: Path) -> bool:
    return "blobs" in path.parts or "partial" in path.parts

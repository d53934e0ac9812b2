"""What staff do with the service from a course folder: release, collect, give feedback back.

Where the folder is the service's own (its `store/` lies in it and can be read), the use cases of
`labhub.exchange.handin` work on it directly, as the service does. Elsewhere, on a copy of the
folder on another machine, the same is done over the network with a token of the staff.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from labhub.authoring.folders import replaced
from labhub.course.folder import CourseFolder
from labhub.course.timestamps import TIMESTAMP
from labhub.exchange.client.answers import SubmissionEntry
from labhub.exchange.client.service import Service
from labhub.ids import AssignmentId, StudentId

if TYPE_CHECKING:
    from labhub.exchange.handin.desk import HandInDesk

Reach = Callable[[], Service]
"""Gives the service where it is needed: no token is needed in the service's own folder."""
KEY = Path("store") / "receipt-key.pem"


@dataclass(frozen=True)
class Order:
    """What is to be collected."""

    assignment: str
    student: str = "*"
    update: bool = True
    """Whether a newer hand-in takes the place of one that lies there."""
    before_due: bool = False
    """Only what came in before the due date, where there is such a hand-in."""


@dataclass(frozen=True)
class Placed:
    """A hand-in in a folder of `submitted/`."""

    student: StudentId
    """Whose folder it is."""
    number: int
    is_new: bool
    is_update: bool = False
    """Whether an older hand-in lay there."""


@contextmanager
def own_desk(folder: CourseFolder) -> Iterator["HandInDesk | None"]:
    """The desk of a folder that is the service's own; None for any other."""
    if folder.course is None or not os.access(folder.root / KEY, os.R_OK):
        yield None
        return
    from labhub.exchange.handin.desk import open_desk

    desk = open_desk(folder)
    try:
        yield desk
    finally:
        desk.close()


def release(reach: Reach, folder: CourseFolder, assignment: str, by: str) -> int:
    """Release what lies in `release/<assignment>/`; the number of the version.

    Raises `NothingToReleaseError` and what the service refuses.
    """
    with own_desk(folder) as desk:
        if desk is not None:
            from labhub.exchange.handin.releasing import release_version

            return release_version(desk, by, assignment).number
    return reach().release(folder.course_id, assignment, _released(folder, assignment)).number


def collect(reach: Reach, folder: CourseFolder, order: Order) -> list[Placed]:
    """Put the hand-ins that count into `submitted/`, one folder for those who work together."""
    with own_desk(folder) as desk:
        if desk is not None:
            return _collect_here(desk, order)
    service = reach()
    entries = service.submissions(folder.course_id, order.assignment)
    return [placed for unit in _units(entries) if (placed := _place(service, folder, unit, order))]


def release_feedback(
    reach: Reach,
    folder: CourseFolder,
    assignment: str,
    by: str,
    student: str = "*",
    excluded: Collection[str] = (),
) -> tuple[list[StudentId], list[StudentId]]:
    """Let students see the pages in `feedback/`: of whom, and whose belong to no hand-in."""
    name = AssignmentId(assignment)
    chosen = [
        each
        for each in folder.students_with_feedback(name)
        if fnmatchcase(each, student) and each not in excluded
    ]
    with own_desk(folder) as desk:
        if desk is not None:
            return _release_here(desk, assignment, by, chosen)
    service = reach()
    entries = service.submissions(folder.course_id, assignment)
    by_time = {(member, each.timestamp): each for each in entries for member in each.members}
    released, without = [], []
    for each in chosen:
        pages = folder.feedback(name, each)
        entry = by_time.get((each, _time(pages)))
        if entry is None:
            without.append(each)
            continue
        files = {path.name: path for path in sorted(pages.glob("*.html"))}
        service.release_feedback(folder.course_id, entry.id, files)
        released.append(each)
    return released, without


def _released(folder: CourseFolder, assignment: str) -> dict[str, Path]:
    from labhub.exchange.handin.errors import NothingToReleaseError

    root = folder.release(AssignmentId(assignment))
    files = {
        path.relative_to(root).as_posix(): path
        for path in sorted(root.rglob("*"))
        if path.is_file() and not _ignored(folder, path.relative_to(root))
    }
    if not any(name.endswith(".ipynb") for name in files):
        raise NothingToReleaseError(
            f"There is no notebook in {root}.",
            hint=f"Run `labhub generate-assignment {assignment}` first.",
        )
    return files


def _ignored(folder: CourseFolder, path: Path) -> bool:
    return any(fnmatchcase(step, mask) for step in path.parts for mask in folder.ignore)


def _collect_here(desk: "HandInDesk", order: Order) -> list[Placed]:
    from labhub.exchange.handin.collecting import collect as collect_into
    from labhub.exchange.store.submissions import submissions

    name = AssignmentId(order.assignment)
    with desk.store.reading() as db:
        units = {each.members for each in submissions(db, name)}
    lay = set(desk.folder.students_with_submission(name))
    wanted = {
        member
        for members in units
        if order.update or not lay.intersection(members)
        for member in members
        if fnmatchcase(member, order.student)
    }
    due = desk.course.assignment(name).timeline.due if order.before_due else None
    found = collect_into(desk, name, students=wanted, before=due)
    return [
        Placed(each.student, each.submission.id, each.is_new, each.student in lay) for each in found
    ]


def _release_here(
    desk: "HandInDesk", assignment: str, by: str, chosen: list[StudentId]
) -> tuple[list[StudentId], list[StudentId]]:
    from labhub.exchange.handin.returning import keep_pages, release_pages
    from labhub.exchange.store.collected import collected

    keep_pages(desk, by, assignment, chosen)
    with desk.store.reading() as db:
        lies = collected(db, assignment)
    released = [each for each in chosen if each in lies]
    release_pages(desk, by, assignment, [lies[each] for each in released])
    return released, [each for each in chosen if each not in lies]


def _units(entries: list[SubmissionEntry]) -> Iterator[list[SubmissionEntry]]:
    """The hand-ins of those who work together, the newest last."""
    units: dict[tuple[str, ...], list[SubmissionEntry]] = defaultdict(list)
    for each in sorted(entries, key=lambda entry: entry.at):
        units[each.members or (each.student,)].append(each)
    yield from units.values()


def _place(
    service: Service, folder: CourseFolder, unit: list[SubmissionEntry], order: Order
) -> Placed | None:
    """Lay the last hand-in of a unit down, in the folder that an earlier one has."""
    in_time = [each for each in unit if not each.late] if order.before_due else []
    last = (in_time or unit)[-1]
    name = AssignmentId(last.assignment)
    members = [StudentId(member) for member in last.members or (last.student,)]
    if not any(fnmatchcase(member, order.student) for member in members):
        return None
    there = [member for member in members if folder.submitted(name, member).is_dir()]
    home = there[0] if there else StudentId(last.student)
    target = folder.submitted(name, home)
    if there and (not order.update or _time(target) == last.timestamp):
        return Placed(home, last.id, is_new=False)
    _lay(service.submission_files(folder.course_id, last.id), target, last.timestamp)
    return Placed(home, last.id, is_new=True, is_update=bool(there))


def _lay(files: dict[str, bytes], target: Path, timestamp: str) -> None:
    with replaced(target) as made:
        for name, content in files.items():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            (made / name).write_bytes(content)
        (made / TIMESTAMP).write_text(timestamp, encoding="utf-8")


def _time(folder: Path) -> str:
    """The time of the hand-in that a folder comes from; empty where none is noted."""
    path = folder / TIMESTAMP
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""

"""What a student does with the service from a folder: hand in, fetch feedback, list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from labhub.exchange.client.answers import AssignmentEntry, CourseEntry, SubmissionEntry
from labhub.exchange.client.errors import (
    CourseNotSaidError,
    NotebooksMissingError,
    NotFetchedError,
)
from labhub.exchange.client.service import GivenReceipt, Service
from labhub.exchange.client.workfolder import WorkFolder, write


@dataclass(frozen=True)
class HandedOver:
    """A hand-in and its receipt."""

    given: GivenReceipt
    saved: Path
    """Where the receipt lies."""
    left_out: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Released notebooks that are not among the files."""


@dataclass(frozen=True)
class FetchedFeedback:
    """Feedback that lies in the folder now."""

    timestamp: str
    files: tuple[Path, ...]


def course_of(service: Service, wanted: str, folder: WorkFolder | None = None) -> str:
    """The course that is meant: the one named, the folder's, or the only one there is.

    Raises `CourseNotSaidError`.
    """
    if wanted:
        return wanted
    state = folder.fetched() if folder else None
    if state:
        return state.course
    courses = service.courses()
    if len(courses) == 1:
        return courses[0].id
    raise CourseNotSaidError(
        "You have a part in no course of this service."
        if not courses
        else f"You have a part in several courses: {', '.join(each.id for each in courses)}.",
        hint="Say which one with --course.",
    )


def hand_in(
    service: Service,
    course: str,
    assignment: str,
    folder: WorkFolder,
    *,
    place: str,
    strict: bool = False,
) -> HandedOver:
    """Hand in what lies in the folder; the receipt is kept in its `receipts/`.

    Raises `NotFetchedError`, `TwoCopiesError`, with `strict` `NotebooksMissingError`, and what
    the service refuses.
    """
    if not folder.exists():
        raise NotFetchedError(
            f"Assignment not found at: {folder.root}",
            hint="Call it beside the folder of the assignment, or say where with --assignment-dir.",
        )
    state = folder.fetched()
    version = state.version if state and state.course == course else None
    sendable = folder.sendable()
    released = folder.version(version) or {}
    notebooks = [name for name in released if name.endswith(".ipynb")]
    missing = tuple(name for name in notebooks if name not in sendable.files)
    if strict and missing:
        raise NotebooksMissingError(
            f"Assignment {assignment} not submitted. Missing: {', '.join(missing)}.",
            hint="Fetch them again with `labhub fetch-assignment --replace`.",
        )
    given = service.hand_in(course, assignment, sendable.files, place=place, version=version)
    return HandedOver(given, folder.put_receipt(given), sendable.left_out, missing)


def fetch_feedback(
    service: Service, course: str, assignment: str, folder: WorkFolder
) -> list[FetchedFeedback]:
    """Lay all released feedback on one's hand-ins beside them, in `feedback/<time>/`."""
    found = []
    for entry in service.submissions(course, assignment):
        if entry.feedback is None:
            continue
        target = folder.feedback(entry.timestamp)
        contents = service.feedback_files(course, entry.id)
        for name, content in contents.items():
            write(target / name, content)
        found.append(FetchedFeedback(entry.timestamp, tuple(target / name for name in contents)))
    return found


def has_feedback(entry: SubmissionEntry, folder: WorkFolder) -> tuple[bool, bool]:
    """Whether feedback on a hand-in lies in the folder, and whether the service's is newer."""
    target = folder.feedback(entry.timestamp)
    here = target.is_dir() and any(target.iterdir())
    if not here or entry.feedback is None:
        return here, False
    pages = {file.path: file.sha256 for file in entry.feedback.files}
    changed = any(
        not (target / name).is_file() or sha256((target / name).read_bytes()).hexdigest() != digest
        for name, digest in pages.items()
    )
    return here, changed


@dataclass(frozen=True)
class Row:
    """One line of a list of assignments."""

    course: str
    assignment: str
    title: str
    version: int
    status: str
    """`released`, `fetched`, or `newer` for a fetched one with a newer version."""
    due: datetime | None
    words: tuple[str, ...]
    path: str = ""


def listed(
    service: Service, courses: Sequence[str], place_of: "PlaceOf", wanted: str = "*"
) -> list[Row]:
    """The assignments that can be fetched or were."""
    return [
        _row(course, entry, place_of(course, entry.id))
        for course in courses
        for entry in service.assignments(course)
        if entry.is_out and wanted in ("", "*", entry.id)
    ]


class PlaceOf:
    """Where the folder of an assignment is, as nbgrader lays folders."""

    def __init__(self, root: Path, *, with_course: bool = False) -> None:
        """`with_course`: `course/assignment` instead of `assignment`, below `root`."""
        self._root = root
        self._with_course = with_course

    def __call__(self, course: str, assignment: str) -> WorkFolder:
        """The folder of an assignment."""
        base = self._root / course if self._with_course else self._root
        return WorkFolder(base / assignment)


def _row(course: str, entry: AssignmentEntry, folder: WorkFolder) -> Row:
    assert entry.version is not None
    state = folder.fetched()
    status = "released"
    if folder.exists():
        newer = state is None or entry.version > max(state.seen, state.version or 0)
        status = "newer" if newer and state is not None else "fetched"
    path = str(folder.root.resolve()) if folder.exists() else ""
    return Row(
        course, entry.id, entry.title, entry.version, status, entry.due, entry.late_words, path
    )


def courses_of(service: Service, wanted: str = "*") -> list[CourseEntry]:
    """The courses of a list: the one named, or all in which one has a part."""
    return [each for each in service.courses() if wanted in ("", "*", each.id)]

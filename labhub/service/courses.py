"""The courses of the service: each opened once, its course.toml read again when it changes."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from labhub.clock import Clock
from labhub.course.folder import COURSE_FILE, CourseFolder
from labhub.course.model import Course
from labhub.errors import LabhubError
from labhub.exchange.handin.desk import HandInDesk, open_desk
from labhub.exchange.store import Store
from labhub.gradebook.opening import OpenCourse, open_course
from labhub.ids import CourseId
from labhub.service.errors import CourseUnavailableError, NothingHereError, ServiceSettingsError
from labhub.service.settings import CoursePlace

log = logging.getLogger("labhub.service")


@dataclass(frozen=True)
class OpenedCourse:
    """One course: its folder and rules as read last, and its desk for hand-ins."""

    id: CourseId
    """What the Hub's groups call it."""
    opened: OpenCourse
    desk: HandInDesk
    read_at: float
    """When course.toml had changed last, as it was read; seconds of the file system."""

    @property
    def folder(self) -> CourseFolder:
        """Where everything of the course lies."""
        return self.desk.folder

    @property
    def course(self) -> Course:
        """What course.toml says."""
        return self.desk.course

    @property
    def store(self) -> Store:
        """The database."""
        return self.desk.store

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        return self.desk.clock

    @property
    def title(self) -> str:
        """What people call the course."""
        return self.course.title


class Courses:
    """The courses by their ids.

    One that cannot be opened does not keep the others from working: it is tried again whenever
    somebody asks for it.
    """

    def __init__(self, places: Sequence[CoursePlace], clock: Clock) -> None:
        self._places = dict(zip(ids_of(places), places, strict=True))
        if len(self._places) < len(places):
            raise ServiceSettingsError(
                f"Two courses have the same id; there are: {', '.join(self._places)}.",
                hint="Name one of them differently: --course NAME=DIR.",
            )
        self._clock = clock
        self._opened: dict[CourseId, OpenedCourse] = {}
        self._lock = Lock()

    @property
    def ids(self) -> frozenset[CourseId]:
        """The ids of all courses, of those that cannot be opened too."""
        return frozenset(self._places)

    def __iter__(self) -> Iterator[OpenedCourse]:
        """The courses that are open, in order of their ids."""
        for course in sorted(self._places):
            try:
                yield self[course]
            except CourseUnavailableError:
                continue

    def __getitem__(self, course: CourseId) -> OpenedCourse:
        """A course, as its course.toml is now.

        Raises `NothingHereError` or `CourseUnavailableError`.
        """
        if course not in self._places:
            raise NothingHereError(f"There is no course '{course[:64]}'.")
        with self._lock:
            known = self._opened.get(course)
            try:
                found = self._open(course) if known is None else _renewed(known)
            except LabhubError as error:
                log.error("course %s: %s: %s", course, error.code, error.message)  # noqa: TRY400
                if known is not None:
                    return known
                raise CourseUnavailableError(
                    f"The course '{course}' cannot be opened at the moment.",
                    hint="The operator finds the reason in the log of the service.",
                ) from error
            self._opened[course] = found
            return found

    def _open(self, course: CourseId) -> OpenedCourse:
        opened = open_course(self._places[course].root, course_id=course)
        changed = _changed_at(opened.folder)
        return OpenedCourse(course, opened, open_desk(opened.folder, self._clock), changed)

    def close(self) -> None:
        """Give back the databases."""
        for each in self._opened.values():
            each.desk.close()
        self._opened.clear()


def ids_of(places: Iterable[CoursePlace]) -> tuple[CourseId, ...]:
    """The ids of courses: what the Hub calls them, or else the folder's own."""
    return tuple(place.id or CourseId(open_course(place.root).folder.course_id) for place in places)


def _renewed(known: OpenedCourse) -> OpenedCourse:
    """The course with what course.toml says now; the desk's database stays open."""
    changed = _changed_at(known.folder)
    if changed == known.read_at:
        return known
    opened = open_course(known.folder.root, course_id=known.id)
    course = opened.folder.course
    if course is None:  # it is being written just now, or was taken away
        return known
    desk = replace(known.desk, folder=opened.folder, course=course)
    log.info("course %s: course.toml read again", known.id)
    return OpenedCourse(known.id, opened, desk, changed)


def _changed_at(folder: CourseFolder) -> float:
    try:
        return (folder.root / COURSE_FILE).stat().st_mtime
    except FileNotFoundError:
        return 0.0

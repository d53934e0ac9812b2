"""The courses of the service: each opened once, its course.toml read again when it changes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from labhub.clock import Clock
from labhub.course.folder import COURSE_FILE, CourseFolder
from labhub.exchange.store import Store, open_store
from labhub.gradebook.opening import open_course
from labhub.ids import CourseId
from labhub.service.errors import NothingHereError, ServiceSettingsError
from labhub.service.settings import CoursePlace


@dataclass(frozen=True)
class OpenedCourse:
    """One course: its folder as read last, its store, and the time."""

    id: CourseId
    folder: CourseFolder
    store: Store
    clock: Clock
    read_at: float = 0.0
    """When course.toml had changed last, as it was read; seconds of the file system."""

    @property
    def title(self) -> str:
        """What people call the course."""
        return self.folder.course.title if self.folder.course is not None else self.id


class Courses:
    """The courses by their ids; none before `open`."""

    def __init__(self, places: Sequence[CoursePlace], clock: Clock) -> None:
        self._places = places
        self._clock = clock
        self._opened: dict[CourseId, OpenedCourse] = {}
        self._lock = Lock()

    @property
    def ids(self) -> frozenset[CourseId]:
        """The ids of all courses."""
        return frozenset(self._opened)

    def __iter__(self) -> Iterator[OpenedCourse]:
        return (self[course] for course in sorted(self._opened))

    def __getitem__(self, course: CourseId) -> OpenedCourse:
        """A course, as its course.toml is now. Raises `NothingHereError`."""
        if course not in self._opened:
            raise NothingHereError(f"There is no course '{course[:64]}'.")
        with self._lock:
            known = self._opened[course]
            changed = _changed_at(known.folder)
            if changed != known.read_at:
                folder = open_course(known.folder.root, course_id=course).folder
                known = replace(known, folder=folder, read_at=changed)
                self._opened[course] = known
            return known

    def open(self) -> None:
        """Open every course.

        Raises `ServiceSettingsError` for two with the same id, and the errors of the courses.
        """
        for place in self._places:
            course = open_at(place, self._clock)
            if course.id in self._opened:
                other = self._opened[course.id].folder.root
                course.store.close()
                raise ServiceSettingsError(
                    f"Two courses are called '{course.id}': {other} and {course.folder.root}.",
                    hint="Name one of them differently: --course NAME=DIR.",
                )
            self._opened[course.id] = course

    def close(self) -> None:
        """Give back the databases."""
        for each in self._opened.values():
            each.store.close()
        self._opened.clear()


def ids_of(places: Iterable[CoursePlace]) -> tuple[CourseId, ...]:
    """The ids of courses that are not opened."""
    return tuple(place.id or CourseId(open_course(place.root).folder.course_id) for place in places)


def open_at(place: CoursePlace, clock: Clock) -> OpenedCourse:
    """Open one course. Raises the errors of `labhub.course` and of the store."""
    folder = open_course(place.root, course_id=place.id or "").folder
    name = CourseId(place.id or folder.course_id)
    return OpenedCourse(name, folder, open_store(folder.root), clock, _changed_at(folder))


def _changed_at(folder: CourseFolder) -> float:
    try:
        return (folder.root / COURSE_FILE).stat().st_mtime
    except FileNotFoundError:
        return 0.0

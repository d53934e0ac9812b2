"""The courses of the Hub, read anew when a course.toml has changed: a term goes on meanwhile."""

from dataclasses import dataclass, field
from pathlib import Path

from labhub.course.errors import CourseFileInvalidError, CourseFileSyntaxError
from labhub.course.folder import COURSE_FILE
from labhub.course.load import load_course
from labhub.course.model import Course, Group
from labhub.exchange.store import open_store
from labhub.exchange.store.engine import FILE
from labhub.exchange.store.groups import group_events
from labhub.hub.settings import HubSettings
from labhub.hub.tables import CourseSettings
from labhub.ids import CourseId, StudentId
from labhub.policy.gpu_sessions import Booking
from labhub.policy.groups import Groups, replay


@dataclass
class Courses:
    """What course.toml and the groups of each course say at the moment."""

    settings: HubSettings
    _read: dict[Path, tuple[int, Course]] = field(default_factory=dict)
    _formed: dict[Path, tuple[tuple[int, ...], Groups]] = field(default_factory=dict)

    def all(self) -> dict[CourseId, Course]:
        """The courses that have a course.toml, by their names on the Hub."""
        found = {
            CourseId(name): self._course(each.course_dir / COURSE_FILE)
            for name, each in self.settings.courses.items()
        }
        return {name: course for name, course in found.items() if course is not None}

    def of(self, who: str) -> dict[CourseId, Course]:
        """The courses of somebody: student or staff."""
        mine = self.settings.courses
        return {
            name: course
            for name, course in self.all().items()
            if who in mine[name].staff or who in mine[name].students
        }

    def is_staff(self, who: str, course: CourseId) -> bool:
        """Whether somebody teaches in a course."""
        return who in self.settings.courses[course].staff

    def bookings(self) -> tuple[Booking, ...]:
        """The sessions with GPUs of all courses."""
        return tuple(
            each for name, course in self.all().items() for each in self._bookings(name, course)
        )

    def own_group(self, who: str, course: CourseId | None = None) -> str:
        """The group that a student hands in with; empty for one in none, or in two of two courses.

        Labs whose numbers differ from group to group draw them from this id (`NNLAB_GROUP`).
        """
        names = [course] if course else list(map(CourseId, self.settings.courses))
        mine = [each for each in map(self._settings_of, names) if who in each.students]
        found = {group for each in mine if (group := self._groups(each).group_of(StudentId(who)))}
        return found.pop() if len(found) == 1 else ""

    def _settings_of(self, name: CourseId) -> CourseSettings:
        return self.settings.courses[name]

    def _course(self, file: Path) -> Course | None:
        if not file.is_file():
            return None
        changed = file.stat().st_mtime_ns
        known = self._read.get(file)
        if known is None or known[0] != changed:
            try:
                known = (changed, load_course(file))
            except (CourseFileInvalidError, CourseFileSyntaxError):
                if known is None:
                    raise
                known = (changed, known[1])  # half-edited: what held before holds on
            self._read[file] = known
        return known[1]

    def _groups(self, course: CourseSettings) -> Groups:
        """The groups of a course, read anew when its database has changed."""
        file = course.course_dir / FILE
        changed = changes(file)
        known = self._formed.get(file)
        if known is None or known[0] != changed:
            known = self._formed[file] = (changed, groups_of(course))
        return known[1]

    def _bookings(self, name: CourseId, course: Course) -> list[Booking]:
        if not course.gpu_sessions:
            return []
        formed = self._groups(self._settings_of(name))
        members = {each.id: _members(each, formed) for each in course.groups}
        titles = {each.id: each.title for each in course.groups}
        return [
            Booking(
                course=name,
                assignment=each.assignment,
                group=each.group,
                title=titles[each.group],
                room=each.room,
                start=each.start,
                end=each.end,
                seats=each.gpus * self.settings.gpus.per_gpu,
                members=members[each.group],
            )
            for each in course.gpu_sessions
        ]


def changes(file: Path) -> tuple[int, ...]:
    """When a database was last written to: its file, or its write-ahead log."""
    log = file.with_name(f"{file.name}-wal")
    return tuple(each.stat().st_mtime_ns if each.exists() else 0 for each in (file, log))


def groups_of(course: CourseSettings) -> Groups:
    """The groups that students have formed in a course."""
    if not (course.course_dir / FILE).exists():
        return Groups()  # to ask is no reason to make a database
    store = open_store(course.course_dir)
    try:
        with store.reading() as db:
            return replay(group_events(db))
    finally:
        store.close()


def _members(group: Group, formed: Groups) -> frozenset[StudentId]:
    return frozenset(group.students) | formed.members.get(group.id, frozenset())

"""The bench: a course open for hand-ins and for grading, renewed when course.toml changes."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from labhub.course.folder import COURSE_FILE
from labhub.errors import LabhubError
from labhub.exchange.handin import HandInDesk
from labhub.exchange.handin.desk import open_desk
from labhub.gradebook.opening import CONFIG_NAME, OpenCourse, open_course
from labhub.gradebook.reference import ExamEngine
from labhub.ids import AssignmentId, StudentId

Pages = Callable[[OpenCourse, AssignmentId, Collection[StudentId]], None]
"""Writes the feedback pages of these students' graded hand-ins (`labhub.feedback`)."""


@dataclass(frozen=True)
class Bench:
    """All that a task works with."""

    desk: HandInDesk
    course: OpenCourse
    engine: ExamEngine
    pages: Pages
    at_once: int = 2
    """Hand-ins graded between two looks at what is more urgent."""
    sandboxed: bool = True


class Benches:
    """Gives the bench of a course, with its files as they are now; one engine and one store."""

    def __init__(
        self,
        root: Path,
        engine: ExamEngine,
        pages: Pages,
        *,
        at_once: int = 2,
        sandboxed: bool = True,
    ) -> None:
        course = open_course(root)
        desk = open_desk(course.folder)
        self._bench = Bench(desk, course, engine, pages, at_once, sandboxed)
        self._root, self._seen = root, _stamps(root)

    def __call__(self) -> Bench:
        """The bench. A course.toml that cannot be read leaves the last one that could."""
        stamps = _stamps(self._root)
        if stamps != self._seen:
            with suppress(LabhubError):
                self._bench = _renewed(self._bench, self._root)
            self._seen = stamps
        return self._bench

    def close(self) -> None:
        """Give the store back."""
        self._bench.desk.close()


def _renewed(bench: Bench, root: Path) -> Bench:
    course = open_course(root)
    if course.folder.course is None:
        return bench
    desk = replace(bench.desk, folder=course.folder, course=course.folder.course)
    return replace(bench, course=course, desk=desk)


def _stamps(root: Path) -> tuple[int, ...]:
    """When the files that describe the course were last written."""
    paths = (root / COURSE_FILE, root / f"{CONFIG_NAME}.py")
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)

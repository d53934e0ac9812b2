"""Workers of the service: where a job waits and nobody is at work, one is started.

A worker keeps a warm engine, half a gigabyte; so it is there only while there is something to
do, and ends by itself a while afterwards.
"""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from labhub.errors import LabhubError
from labhub.exchange.store.jobs import ORDINARY, next_waiting
from labhub.gradebook.worker import is_at_work
from labhub.ids import CourseId
from labhub.service.courses import Courses, OpenedCourse

log = logging.getLogger("labhub.service")

LOOK_S = 1.0
IDLE_MINUTES = 10
AGAIN_S = 20.0
"""After a worker ended, until the next is started: one that cannot start does not fill the log."""
GRACE_S = 15.0
"""How long a worker may go on with the hand-in at hand when the service ends."""


class Workers:
    """The workers that this service has started, one per course at most."""

    def __init__(self, courses: Courses) -> None:
        self._courses = courses
        self._children: dict[CourseId, subprocess.Popen[bytes]] = {}
        self._ended: dict[CourseId, float] = {}

    def look(self) -> None:
        """Start a worker for every course that needs one."""
        for course in self._courses:
            try:
                if self._is_needed(course):
                    self._start(course)
            except (LabhubError, OSError) as error:
                log.warning("course %s: no worker can be started: %s", course.id, error)

    def close(self) -> None:
        """Have all of them finish the hand-in at hand, and end."""
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _is_needed(self, course: OpenedCourse) -> bool:
        child = self._children.get(course.id)
        if child is not None:
            if child.poll() is None:
                return False
            log.info("course %s: the worker ended with %s", course.id, child.returncode)
            del self._children[course.id]
            self._ended[course.id] = time.monotonic()
        if time.monotonic() - self._ended.get(course.id, -AGAIN_S) < AGAIN_S:
            return False
        with course.store.reading() as db:
            waits = next_waiting(db, ORDINARY) is not None
        return waits and not is_at_work(course.folder.root)

    def _start(self, course: OpenedCourse) -> None:
        log.info("course %s: a job waits, a worker is started", course.id)
        command = [sys.executable, "-m", "labhub.cli", "work"]
        options = ["--course-dir", str(course.folder.root), "--idle-minutes", str(IDLE_MINUTES)]
        self._children[course.id] = subprocess.Popen([*command, *options], stdin=subprocess.DEVNULL)


@contextmanager
def workers(courses: Courses) -> Iterator[None]:
    """Look after the workers of these courses for the length of a `with` block."""
    over = Event()
    found = Workers(courses)

    def watch() -> None:
        while not over.wait(LOOK_S):
            found.look()

    thread = Thread(target=watch, name="workers", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        found.close()

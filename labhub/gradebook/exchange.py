"""nbgrader's exchange, driven in this process: true results instead of log lines."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from glob import escape
from pathlib import Path
from typing import Any

from nbgrader.auth import Authenticator
from nbgrader.exchange import ExchangeError, ExchangeFactory

from labhub.gradebook.errors import ExchangeFailedError
from labhub.gradebook.opening import OpenCourse, log
from labhub.ids import AssignmentId, StudentId

SECRET = "submission_secret.txt"  # noqa: S105 - a file's name


@dataclass(frozen=True)
class Listed:
    """One line of `labhub list`."""

    course_id: str
    assignment_id: str
    student_id: str
    status: str
    """`released`, `fetched`, `submitted` or `removed`."""
    timestamp: str
    path: str


class Exchange:
    """The exchange of one course; each method returns what nbgrader said about it."""

    def __init__(self, course: OpenCourse, *, work_dir: Path = Path()) -> None:
        """`work_dir` is the student's folder: fetched into, submitted from."""
        self._course = course
        course.config.Exchange.assignment_dir = str(work_dir.resolve())
        self._factory = ExchangeFactory(parent=course.parent)
        self._authenticator = Authenticator(parent=course.parent)

    def release_assignment(self, assignment: str, *, force: bool = False) -> list[str]:
        """Put the student version where students fetch it."""
        return self._run(self._factory.ReleaseAssignment, assignment, force=force)

    def fetch_assignment(self, assignment: str, *, replace: bool = False) -> list[str]:
        """Copy a released assignment into the student's folder."""
        return self._run(self._factory.FetchAssignment, assignment, replace_missing_files=replace)

    def submit(self, assignment: str, *, student: str = "*", strict: bool = False) -> list[str]:
        """Hand in from the student's folder."""
        return self._run(self._factory.Submit, assignment, student=student, strict=strict)

    def collect(
        self,
        assignment: str,
        *,
        student: str = "*",
        update: bool = False,
        before_duedate: bool = False,
        check_owner: bool = True,
    ) -> list[str]:
        """Copy the newest hand-ins into `submitted/`."""
        return self._run(
            self._factory.Collect,
            assignment,
            student=student,
            update=update,
            before_duedate=before_duedate,
            check_owner=check_owner,
        )

    def release_feedback(
        self, assignment: str, *, student: str = "*"
    ) -> tuple[list[StudentId], list[StudentId]]:
        """Put the feedback pages where students fetch them: whose were released, whose could not.

        A page is found by the secret that `submit` puts beside a hand-in. What came into the
        folder by another way has none, and nbgrader would stop at it.
        """
        name = AssignmentId(assignment)
        released, without_secret = [], []
        for each in self._course.folder.students_with_feedback(name):
            if not fnmatchcase(each, student):
                continue
            if (self._course.folder.feedback(name, each) / SECRET).is_file():
                self._run(self._factory.ReleaseFeedback, assignment, student=escape(each))
                released.append(each)
            else:
                without_secret.append(each)
        return released, without_secret

    def fetch_feedback(self, assignment: str, *, student: str = "*") -> list[str]:
        """Copy the feedback of the student's own hand-ins beside them."""
        return self._run(self._factory.FetchFeedback, assignment, student=student)

    def listed(
        self,
        assignment: str = "*",
        *,
        student: str = "*",
        inbound: bool = False,
        cached: bool = False,
    ) -> list[Listed]:
        """What is released, or (inbound, cached) what is handed in."""
        lister = self._factory.List(
            coursedir=self._course.directory(assignment, student=student),
            authenticator=self._authenticator,
            parent=self._course.parent,
        )
        lister.inbound, lister.cached = inbound, cached
        with _words():
            found = lister.start()
        return [_listed(entry) for info in found for entry in info.get("submissions", [info])]

    def _run(
        self, make: Callable[..., Any], assignment: str, *, student: str = "*", **traits: bool
    ) -> list[str]:
        action = make(
            coursedir=self._course.directory(assignment, student=student),
            authenticator=self._authenticator,
            parent=self._course.parent,
        )
        for name, value in traits.items():
            setattr(action, name, value)
        with _words() as words:
            action.start()
        return words


def _listed(info: dict[str, Any]) -> Listed:
    return Listed(
        course_id=info["course_id"],
        assignment_id=info["assignment_id"],
        student_id=info.get("student_id", ""),
        status=info["status"],
        timestamp=info.get("timestamp", ""),
        path=info["path"],
    )


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(record.getMessage().strip())


@contextmanager
def _words() -> Iterator[list[str]]:
    """What nbgrader logs meanwhile; its refusal becomes our error."""
    listener = _Listener()
    log.addHandler(listener)
    log.setLevel(logging.INFO)
    try:
        yield listener.words
    except ExchangeError as error:
        said = [word for word in listener.words if word != str(error)]
        raise ExchangeFailedError(
            f"The exchange refused: {error}", hint="\n".join(said[-3:])
        ) from error
    except PermissionError as error:
        raise ExchangeFailedError(
            f"The exchange refused: no permission for {error.filename}.",
            hint="The exchange directory must be writable for everyone (mode 0777).",
        ) from error
    finally:
        log.removeHandler(listener)

"""What the hand-in service answers, as frozen objects. Keys that a client does not know pass."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from labhub.course.timestamps import nbgrader_time
from labhub.exchange.client.errors import ServiceFailedError

T = TypeVar("T")


@dataclass(frozen=True)
class FileEntry:
    """A file of a version, a hand-in or a feedback."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True)
class CourseEntry:
    """A course that the one who asks has a part in."""

    id: str
    title: str = ""
    role: str = ""
    """`student`, `ta` or `instructor`."""

    @property
    def is_staff(self) -> bool:
        """Whether one sees what others handed in."""
        return self.role in ("ta", "instructor")


@dataclass(frozen=True)
class AssignmentEntry:
    """An assignment as the one who asks sees it."""

    id: str
    title: str = ""
    version: int | None = None
    """The newest version; None before it is released."""
    due: datetime | None = None
    late_until: datetime | None = None
    late_words: tuple[str, ...] = ()
    """What a hand-in gets at which time."""
    status: str = ""
    """`before-release`, `on-time`, `late`, `closed` or `excused`."""

    @property
    def is_out(self) -> bool:
        """Whether it can be fetched."""
        return self.version is not None and self.status != "before-release"


@dataclass(frozen=True)
class VersionEntry:
    """A released version."""

    number: int
    digest: str = ""
    at: datetime | None = None
    note: str = ""
    withdrawn: bool = False
    files: tuple[FileEntry, ...] = ()


@dataclass(frozen=True)
class FeedbackEntry:
    """Feedback that was released."""

    released_at: datetime | None = None
    files: tuple[FileEntry, ...] = ()


@dataclass(frozen=True)
class SubmissionEntry:
    """A hand-in."""

    id: int
    assignment: str
    student: str
    """In whose name it came."""
    at: datetime
    members: tuple[str, ...] = ()
    """For whom it counts."""
    version: int = 1
    place: str = ""
    attempt: int = 1
    late: bool = False
    words: str = ""
    files: tuple[FileEntry, ...] = ()
    feedback: FeedbackEntry | None = None

    @property
    def timestamp(self) -> str:
        """The time of the hand-in as nbgrader writes it."""
        return nbgrader_time(self.at)


def read_as(kind: type[T], data: object) -> T:
    """The answer as `kind`. Raises `ServiceFailedError` when it is something else."""
    from pydantic import TypeAdapter

    try:
        return TypeAdapter(kind).validate_python(data)
    except ValueError as error:  # pydantic's
        raise ServiceFailedError(
            f"The hand-in service answers what this labhub does not understand: {error}.",
            hint="The service may be newer: update labhub.",
        ) from error

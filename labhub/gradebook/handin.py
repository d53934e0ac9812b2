"""One hand-in on its way through grading: what lies in `submitted/`, and what it becomes."""

import hashlib
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from labhub.course.folder import CourseFolder
from labhub.course.timestamps import TIMESTAMP
from labhub.exchange.intake import Intake, IntakeProblem
from labhub.gradebook.plan import AssignmentPlan
from labhub.grading.model import Problem
from labhub.ids import StudentId

NUMERIC_OFFSET = re.compile(r"(\S+ \S+) ([+-]\d\d:?\d\d)")


@dataclass(frozen=True)
class HandIn:
    """What one student handed in, found but not read yet."""

    student: StudentId
    folder: Path
    target: Path
    """Where the graded notebooks go."""
    fingerprint: str
    """SHA-256 of the hand-in and of all else that its marks depend on."""

    @property
    def staging(self) -> Path:
        """Where the graded notebooks are made ready; beside the target, hidden from nbgrader."""
        return self.target.with_name(f".{self.target.name}.grading")


def find_hand_in(
    folder: CourseFolder, plan: AssignmentPlan, student: StudentId, variant_id: str = ""
) -> HandIn:
    """The hand-in of a student, with its fingerprint.

    `variant_id` is the id from which the student's own numbers are drawn, where there are any.
    """
    place = folder.submitted(plan.assignment, student)
    return HandIn(
        student=student,
        folder=place,
        target=folder.autograded(plan.assignment, student),
        fingerprint=_fingerprint(place, plan, variant_id),
    )


def handed_in_at(folder: Path) -> tuple[datetime | None, Problem | None]:
    """When it was handed in, as naive UTC; a problem where `timestamp.txt` cannot be read."""
    path = folder / TIMESTAMP
    if not path.is_file():
        return None, None
    try:
        stamp = path.read_text(encoding="utf-8").strip()
        return (parse_time(stamp) if stamp else None), None
    except (ValueError, OverflowError, OSError, AttributeError):
        sentence = "The time of handing in cannot be read; it does not count as late."
        return None, Problem("bad-timestamp", sentence)


def parse_time(stamp: str) -> datetime:
    """A timestamp of nbgrader's, as naive UTC.

    A numeric offset is read here, because nbgrader takes "+0100" for a hundred seconds.

    >>> parse_time("2027-02-01 12:00:00 +0100")
    datetime.datetime(2027, 2, 1, 11, 0)
    """
    if offset := NUMERIC_OFFSET.fullmatch(stamp):
        moment = datetime.fromisoformat("".join(offset.groups()))
        return moment.astimezone(UTC).replace(tzinfo=None)
    parsed: datetime = parse_utc(stamp)
    return parsed


def lay_out_files(
    hand_in: HandIn, plan: AssignmentPlan, intake: Intake, kept: frozenset[str]
) -> Path:
    """A fresh staging folder with the hand-in's extra files and, over them, the release's.

    `kept` names released files that the student may change.
    """
    staging = hand_in.staging
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)
    for extra in intake.files:
        _copy(extra.path, staging / extra.relative)
    for name in plan.release.files:
        if name not in kept or not (staging / name).exists():
            _copy(plan.files / name, staging / name)
    return staging


def clear_staging(hand_in: HandIn) -> None:
    """Remove what was made ready and did not take its place."""
    shutil.rmtree(hand_in.staging, ignore_errors=True)
    with suppress(OSError):  # of a student with nothing else graded
        hand_in.staging.parent.rmdir()


def problem_of(problem: IntakeProblem) -> Problem:
    """The intake's reason as one of the grader's problems."""
    return Problem(problem.code, problem.sentence)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copyfile(source, target)


def _fingerprint(folder: Path, plan: AssignmentPlan, variant_id: str) -> str:
    digest = hashlib.sha256(f"{plan.digest}{variant_id}".encode())
    for path in sorted(folder.rglob("*")):
        digest.update(f"\0{path.relative_to(folder).as_posix()}\0".encode())
        if path.is_symlink():
            digest.update(str(path.readlink()).encode())
        elif path.is_file():
            digest.update(_content(path))
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        return f"unreadable: {error.errno}".encode()

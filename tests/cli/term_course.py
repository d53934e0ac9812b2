"""A course folder with the rules of autumn 2020, for tests of the verbs."""

import json
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning
from typer.testing import CliRunner, Result

from labhub.cli.main import app

ROOT = Path(__file__).parents[2]
PHD = ROOT / "tests" / "course" / "phd_2020.toml"
COLLEGE = ROOT / "examples" / "college" / "course.toml"


def course_in(folder: Path, file: Path = PHD) -> Path:
    """A folder with a course file and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "course.toml").write_bytes(file.read_bytes())
    return folder


def hand_in(course: Path, student: str, assignment: str, at: str) -> None:
    """A hand-in as nbgrader's collect leaves it, at a time in UTC."""
    folder = course / "submitted" / student / assignment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "timestamp.txt").write_text(f"{at}.000000 UTC\n", encoding="utf-8")


def record_marks(
    course: Path,
    assignment: str,
    marks: Mapping[str, tuple[float, float | None]],
    at: datetime,
    most: tuple[float, float] = (40, 20),
) -> None:
    """Graded hand-ins in nbgrader's gradebook: points of the tests and of one written question.

    None as points of the question: a person has still to read it.
    """
    with (
        warnings.catch_warnings(),
        Gradebook(f"sqlite:///{course / 'gradebook.db'}", "any") as gradebook,
    ):
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's own, and harmless
        gradebook.update_or_create_assignment(assignment)
        gradebook.update_or_create_notebook("lab", assignment)
        for name, points, kind in (("tests", most[0], "code"), ("essay", most[1], "markdown")):
            gradebook.update_or_create_grade_cell(
                name, "lab", assignment, max_score=points, cell_type=kind
            )
        for student, (automatic, manual) in marks.items():
            gradebook.update_or_create_student(student)
            naive = at.astimezone(UTC).replace(tzinfo=None)
            gradebook.update_or_create_submission(assignment, student, timestamp=naive)
            tests = gradebook.find_grade("tests", "lab", assignment, student)
            tests.auto_score, tests.needs_manual_grade = automatic, False
            essay = gradebook.find_grade("essay", "lab", assignment, student)
            essay.manual_score, essay.needs_manual_grade = manual, manual is None
        gradebook.db.commit()


def invoke(course: Path, *arguments: object) -> Result:
    """`labhub ARGUMENTS --course-dir COURSE` in this process."""
    words = [str(each) for each in arguments]
    return CliRunner().invoke(app, [*words, "--course-dir", str(course)])


def run(course: Path, *arguments: object) -> str:
    """What the verb says; it must succeed."""
    result = invoke(course, *arguments)
    assert result.exit_code == 0, f"{arguments}: {result.output}"
    return result.stdout


def refused(course: Path, *arguments: object) -> tuple[int, str]:
    """The exit code and the words of a verb that must fail."""
    result = invoke(course, *arguments)
    assert result.exit_code != 0, result.output
    return result.exit_code, result.output


def data(course: Path, *arguments: object) -> Any:
    """What the verb prints with --json."""
    return json.loads(run(course, *arguments, "--json"))


def lines(text: str) -> Sequence[str]:
    """The lines of a text, without their indent."""
    return [line.strip() for line in text.splitlines()]

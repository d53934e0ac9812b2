"""A course folder with the rules of autumn 2020, for tests of the verbs."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from labhub.cli.main import app

ROOT = Path(__file__).parents[2]
PHD = ROOT / "tests" / "course" / "phd_2020.toml"
COLLEGE = ROOT / "examples" / "college" / "course.toml"

Run = Callable[..., str]


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

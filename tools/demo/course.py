"""The demo's own copy of the course: its sources, with dates around today and short limits."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from labhub.course.load import parse_course
from labhub.course.model import Course, Timeline
from labhub.ids import AssignmentId
from tools.demo.lab import Lab, read_lab

REPOSITORY = Path(__file__).parents[2]
LAB1 = AssignmentId("lab1_feedforward")
COPIED = ("nbgrader_config.py", f"source/{LAB1}", f"checks/{LAB1}")
DAYS_AFTER_DUE = 2
"""The demo plays that many days after the due date of lab 1: what is handed in now is late."""
# Shorter than a course would have them, so that the endless loop is soon over.
LIMITS = (
    "limits = { submission_timeout_s = 120, cell_timeout_s = 30, test_timeout_s = 20, "
    "memory_mib = 1024 }"
)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_LIMITS = re.compile(r"^limits = \{.*\}$", re.MULTILINE)


def set_up_course(root: Path, now: datetime) -> Course:
    """Make or renew the copy; hand-ins, marks and what was built stay."""
    root.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        _copy(REPOSITORY / name, root / name)
    text = for_today((REPOSITORY / "course.toml").read_text(encoding="utf-8"), now)
    (root / "course.toml").write_text(text, encoding="utf-8")
    return parse_course(text)


def lab_of(root: Path, assignment: AssignmentId = LAB1) -> Lab:
    """The lab of a course folder in which it has been built."""
    name = Path(assignment) / f"{assignment}.ipynb"
    return read_lab(root / "source" / name, root / "release" / name)


def for_today(text: str, now: datetime) -> str:
    """course.toml with all dates moved, so that lab 1 was due two days ago, and short limits."""
    course = parse_course(text)
    due = timeline_of(course).due
    days = (now - due).days - DAYS_AFTER_DUE + 1

    def moved(match: re.Match[str]) -> str:
        wall = datetime.fromisoformat(match[0]).replace(tzinfo=course.zone)
        return (wall + timedelta(days=days)).isoformat()  # same time of day, summer or winter

    return _LIMITS.sub(LIMITS, _TIME.sub(moved, text), count=1)


def timeline_of(course: Course) -> Timeline:
    """The dates of lab 1."""
    return course.assignment(LAB1).timeline


def in_time(course: Course) -> datetime:
    """When the class hands in: the day before the due date."""
    return (timeline_of(course).due - timedelta(days=1)).astimezone(UTC)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    else:
        shutil.copy(source, target)

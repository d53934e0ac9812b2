"""Changes a date in course.toml and leaves every other character as it is."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from labhub.course.errors import CourseFileInvalidError
from labhub.course.load import load_course, parse_course
from labhub.course.places import line_of
from labhub.ids import AssignmentId

VALUE = re.compile(r"^(\s*[\w\"'-]+\s*=\s*)(\S+)(.*)$", re.DOTALL)


def change_dates(path: Path, assignment: AssignmentId, new: Mapping[str, datetime]) -> str:
    """The text of the file with other dates for an assignment; the file itself stays.

    Raises `UnknownAssignmentError`, and `CourseFileInvalidError` where the new dates contradict
    the rest, or where a date does not stand on a line of its own.
    """
    course = load_course(path)
    place = course.assignments.index(course.assignment(assignment))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for key, moment in new.items():
        number = line_of("".join(lines), ("assignments", place, key)) - 1
        found = VALUE.match(lines[number])
        if found is None or found.group(1).partition("=")[0].strip().strip("\"'") != key:
            raise CourseFileInvalidError(
                f"{path}:{number + 1}: '{key}' does not stand on a line of its own.",
                hint="Change the date by hand.",
            )
        lines[number] = f"{found.group(1)}{moment.isoformat()}{found.group(3)}"
    text = "".join(lines)
    parse_course(text, name=str(path))
    return text


def replace_text(path: Path, text: str) -> None:
    """Write the file so that at every moment it is the old one or the new one, whole."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)

"""The verb that grades."""

from pathlib import Path

from labhub.cli.common import AssignmentName, CourseDir


def autograde(assignment: AssignmentName, course_dir: CourseDir = Path()) -> None:
    """Grade hand-ins."""
    raise NotImplementedError

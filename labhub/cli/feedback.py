"""The verb that makes feedback pages."""

from pathlib import Path

from labhub.cli.common import AssignmentName, CourseDir


def generate_feedback(assignment: AssignmentName, course_dir: CourseDir = Path()) -> None:
    """Write the feedback pages of graded hand-ins."""
    raise NotImplementedError

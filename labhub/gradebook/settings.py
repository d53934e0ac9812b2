"""What course.toml means in nbgrader's configuration."""

import os
from pathlib import Path

from traitlets.config import Config

from labhub.course.model import Course

NEVER_COPIED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "checks")
"""nbgrader's own list, and the mutants and alternates of the exercises: they hold solutions."""

EXCHANGE = "LABHUB_EXCHANGE"
"""Environment variable: the exchange directory, for a demo or a machine without a shared one."""

EXCHANGE_CACHE = "LABHUB_EXCHANGE_CACHE"
"""Environment variable: the directory of the student's own copies."""


def apply_course(config: Config, course: Course, root: Path) -> None:
    """Write the course's id, zone, folders and exchange into nbgrader's configuration."""
    config.CourseDirectory.course_id = str(course.id)
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.ignore = list(NEVER_COPIED)
    # For display only: hand-ins are recorded in UTC, because nbgrader cannot read back the
    # abbreviation of a summer time ("CEST") and would take it for UTC.
    config.NbGraderAPI.timezone = course.zone.key
    if exchange := os.environ.get(EXCHANGE):
        config.Exchange.root = exchange
    if cache := os.environ.get(EXCHANGE_CACHE):
        config.Exchange.cache = cache

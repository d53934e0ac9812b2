"""What course.toml means in nbgrader's configuration."""

import os

from traitlets.config import Config

from labhub.course.model import Course

NEVER_COPIED = (".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "checks")
"""nbgrader's own list, and the mutants and alternates of the exercises: they hold solutions."""

EXCHANGE = "LABHUB_EXCHANGE"
"""Environment variable: the exchange directory, for a demo or a machine without a shared one."""

EXCHANGE_CACHE = "LABHUB_EXCHANGE_CACHE"
"""Environment variable: the directory of the student's own copies."""


def apply_course(config: Config, course: Course) -> None:
    """Write the course's id, zone and exchange into nbgrader's configuration.

    The root is left out: nbgrader also reads the file in the current directory, and a root in it
    would win over `--course-dir`.
    """
    config.CourseDirectory.course_id = str(course.id)
    config.CourseDirectory.ignore = list(NEVER_COPIED)
    # For display only: hand-ins are recorded in UTC, because nbgrader cannot read back the
    # abbreviation of a summer time ("CEST") and would take it for UTC.
    config.NbGraderAPI.timezone = course.zone.key
    if exchange := os.environ.get(EXCHANGE):
        config.Exchange.root = exchange
    if cache := os.environ.get(EXCHANGE_CACHE):
        config.Exchange.cache = cache

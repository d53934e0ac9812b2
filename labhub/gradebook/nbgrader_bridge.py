"""What a course's nbgrader_config.py calls: course.toml for nbgrader, labhub's engine behind it.

nbgrader makes an `Autograde` converter for its command and for the formgrader's button alike and
calls `start`. Where the configuration says `c.Labhub.autograde = True`, `start` grades with
labhub's engine; any other course of the same process keeps nbgrader's own way.
"""

import functools
import os
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde, NbGraderException
from traitlets.config import Config

from labhub.course.folder import course_in
from labhub.errors import LabhubError
from labhub.gradebook.settings import apply_course


def configure(config: Config, root: Path) -> None:
    """Tell nbgrader what course.toml says, and let it grade with labhub's engine.

    `c.Labhub.sandbox = "none"` after this call grades without a sandbox.
    """
    course = course_in(root)
    if course is not None:
        apply_course(config, course)
    use_engine(config)


def use_engine(config: Config) -> None:
    """Let nbgrader's autograding of the folders of this configuration use labhub's engine."""
    config.Labhub.autograde = True
    if not hasattr(Autograde.start, "__wrapped__"):
        Autograde.start = _with_engine(Autograde.start)


def _with_engine(start: Any) -> Any:  # noqa: ANN401 - nbgrader is untyped
    @functools.wraps(start)
    def start_with_engine(converter: Autograde) -> None:
        if converter.config.get("Labhub", {}).get("autograde"):
            grade(converter)
        else:
            start(converter)

    return start_with_engine


def grade(converter: Autograde) -> None:
    """Grade what an nbgrader command asks for, and say it in nbgrader's log.

    Raises `NbGraderException`, as nbgrader does, where a hand-in could not be graded.
    """
    try:
        failed = _grade(converter)
    except LabhubError as error:
        converter.log.critical("%s", error)
        raise NbGraderException(error.message) from error
    if failed:
        raise NbGraderException(f"Not graded: {', '.join(failed)}")


def _grade(converter: Autograde) -> list[str]:
    # Only here: most nbgrader commands load the configuration and never grade.
    from labhub.gradebook.autograding import Order, autograde
    from labhub.gradebook.opening import course_of
    from labhub.grading.engine import Engine
    from labhub.ids import AssignmentId

    directory, log = converter.coursedir, converter.log
    if directory.notebook_id != "*":
        log.warning("labhub grades whole hand-ins; '%s' is left aside", directory.notebook_id)
    sandbox = converter.config.Labhub.get("sandbox", "bubblewrap")
    order = Order(
        assignment=AssignmentId(directory.assignment_id),
        student=directory.student_id,
        exclude=frozenset(directory.student_id_exclude.split(",")),
        force=converter.force,
        sandboxed=sandbox != "none",
    )
    jobs = len(os.sched_getaffinity(0))
    failed = []
    with (
        Engine(sandbox=sandbox, jobs=jobs) as engine,
        autograde(course_of(directory, converter.config), engine, order) as batch,
    ):
        for outcome in batch.outcomes:
            points = f"{outcome.score:g} of {outcome.max_score:g}"
            log.info("%s: %s, %s", outcome.student, outcome.state, points)
            for problem in outcome.problems:
                log.warning("%s: %s: %s", outcome.student, problem.code, problem.sentence)
            if not outcome.ended_well:
                log.error("%s: %s", outcome.student, outcome.detail or outcome.state)
                failed.append(str(outcome.student))
    return failed

"""How nbgrader's own commands and buttons come to do labhub's work.

nbgrader makes a converter for its command and for the formgrader's button alike and calls its
`start`. Where the configuration of the course says so (`c.Labhub.autograde = True`), `start`
does labhub's work; any other course of the same process keeps nbgrader's own way.
"""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.converters import Autograde, NbGraderException
from nbgrader.converters.base import BaseConverter
from traitlets.config import Config

from labhub.course.folder import course_in
from labhub.errors import LabhubError
from labhub.gradebook.autograding import Order, autograde
from labhub.gradebook.opening import OpenCourse, course_of
from labhub.gradebook.settings import apply_course
from labhub.grading.engine import Engine
from labhub.ids import AssignmentId

Work = Callable[[BaseConverter, OpenCourse], None]
"""What is done in place of a converter's own `start`; what it refuses is a `LabhubError`."""


def describe_course(config: Config, root: Path) -> None:
    """Tell nbgrader what course.toml says, where there is one."""
    course = course_in(root)
    if course is not None:
        apply_course(config, course)


def put_to_work(config: Config, name: str, converter: type[BaseConverter], work: Work) -> None:
    """Let `converter` do `work` for the courses whose configuration has `c.Labhub.<name>`."""
    config.Labhub[name] = True
    if not hasattr(converter.start, "__wrapped__"):
        converter.start = _start_with(converter.start, name, work)


def _start_with(start: Callable[[Any], None], name: str, work: Work) -> Callable[[Any], None]:
    @functools.wraps(start)
    def start_with(converter: BaseConverter) -> None:
        if not converter.config.get("Labhub", {}).get(name):
            start(converter)
            return
        try:
            work(converter, course_of(converter.coursedir, converter.config))
        except LabhubError as error:
            converter.log.critical("%s", error)
            raise NbGraderException(error.message) from error

    return start_with


def grade(converter: Autograde, course: OpenCourse) -> None:
    """Grade what an nbgrader command asks for, and say it in nbgrader's log.

    Raises `NbGraderException`, as nbgrader does, where a hand-in could not be graded.
    """
    directory, log = converter.coursedir, converter.log
    if directory.notebook_id != "*":
        log.warning("labhub grades whole hand-ins; '%s' is left aside", directory.notebook_id)
    sandbox = course.config.Labhub.get("sandbox", "bubblewrap")
    order = Order(
        assignment=AssignmentId(directory.assignment_id),
        student=directory.student_id,
        exclude=frozenset(directory.student_id_exclude.split(",")),
        force=converter.force,
        sandboxed=sandbox != "none",
    )
    data = os.environ.get("NNLAB_DATA")
    failed = []
    with (
        Engine(sandbox=sandbox, data_dir=Path(data) if data else None) as engine,
        autograde(course, engine, order) as batch,
    ):
        for outcome in batch.outcomes:
            points = f"{outcome.score:g} of {outcome.max_score:g}"
            log.info("%s: %s, %s", outcome.student, outcome.state, points)
            for problem in outcome.problems:
                log.warning("%s: %s: %s", outcome.student, problem.code, problem.sentence)
            if not outcome.ended_well:
                log.error("%s: %s", outcome.student, outcome.detail or outcome.state)
                failed.append(str(outcome.student))
    if failed:
        raise NbGraderException(f"Not graded: {', '.join(failed)}")

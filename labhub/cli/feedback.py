"""The verb that makes feedback pages."""

from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.common import (
    FAILED,
    AssignmentName,
    CourseDir,
    StudentName,
    note,
    open_course,
    say,
    warn,
)


def generate_feedback(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    student: StudentName = "*",
    show: Annotated[bool, typer.Option("--show", help="Also print the points as tables.")] = False,
) -> None:
    """Write the feedback pages of graded hand-ins.

    A page holds points, the laws that failed and a person's comments; never a hidden test, its
    expected value or its traceback. Pages are made anew each time.
    """
    from labhub.feedback import render_table
    from labhub.feedback.writing import write_feedback
    from labhub.ids import AssignmentId

    count = failed = 0
    for written in write_feedback(open_course(course_dir), AssignmentId(assignment), student):
        if written.problem:
            failed += 1
            warn(f"{written.student}: no feedback: {written.problem}")
            continue
        count += 1
        note(f"{written.student}: {', '.join(path.name for path in written.files)}")
        if show:
            for page in written.pages:
                say(render_table(page))
    say(f"{assignment}: feedback for {count} hand-ins")
    if failed:
        raise typer.Exit(FAILED)

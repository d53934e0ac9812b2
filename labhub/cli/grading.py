"""The verb that grades."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import (
    FAILED,
    AsJson,
    AssignmentName,
    CourseDir,
    DataDir,
    Jobs,
    SandboxName,
    StudentName,
    note,
    open_course,
    say,
    say_json,
    say_table,
    warn,
)

if TYPE_CHECKING:
    from labhub.gradebook.autograding import Batch
    from labhub.gradebook.opening import OpenCourse
    from labhub.gradebook.outcome import Outcome
    from labhub.ids import AssignmentId


def autograde(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    student: StudentName = "*",
    jobs: Jobs = 0,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Grade again what has not changed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Grade and show what would change; write nothing.")
    ] = False,
    timeout_s: Annotated[
        float | None, typer.Option("--timeout", min=1, help="Seconds per notebook.")
    ] = None,
    sandbox: SandboxName = "bubblewrap",
    data_dir: DataDir = None,
    feedback: Annotated[
        bool, typer.Option("--feedback", help="Also write the feedback pages of what is graded.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Grade hand-ins into the gradebook.

    What is graded and has not changed is skipped: after Ctrl-C or a crash, the same command
    goes on. Marks and comments that a person gave are kept. Exit code 1 if the grader failed on
    a hand-in; one that cannot be read gets 0 and a name for what is wrong with it.
    """
    from labhub.grading.engine import Engine

    if sandbox == "none":
        warn("no sandbox: student code runs as you and can read and change your files.")
    with Engine(sandbox=sandbox, jobs=jobs or None, data_dir=data_dir) as engine:
        # Only now: the engine imports torch in another process while this one imports nbgrader.
        from labhub.gradebook.autograding import Order, autograde
        from labhub.ids import AssignmentId

        course = open_course(course_dir)
        order = Order(
            assignment=AssignmentId(assignment),
            student=student,
            force=force,
            dry_run=dry_run,
            timeout_s=timeout_s,
            sandboxed=sandbox != "none",
        )
        with autograde(course, engine, order) as batch:
            outcomes = list(_watched(batch, assignment))
    if feedback:
        _write_feedback(course, order.assignment, outcomes)
    outcomes.sort(key=lambda outcome: outcome.student)
    if as_json:
        say_json({"assignment": assignment, "unsplit": batch.unsplit, "outcomes": outcomes})
    else:
        _report(batch, outcomes, dry_run=dry_run)
    if not all(outcome.ended_well for outcome in outcomes):
        raise typer.Exit(FAILED)


def _watched(batch: "Batch", title: str) -> "Iterator[Outcome]":
    """The outcomes as each ends, with a live table on a terminal."""
    if not sys.stderr.isatty():
        yield from batch.outcomes
        return
    from labhub.cli.live import LiveTable

    with LiveTable(title, total=len(batch.students)) as table:
        for outcome in batch.outcomes:
            table.add(outcome)
            yield outcome


def _write_feedback(
    course: "OpenCourse", assignment: "AssignmentId", outcomes: "list[Outcome]"
) -> None:
    from labhub.feedback.writing import write_feedback

    graded = {outcome.student for outcome in outcomes if outcome.written}
    count = 0
    for each in write_feedback(course, assignment, only=graded) if graded else ():
        if each.problem:
            warn(f"{each.student}: no feedback: {each.problem}")
        else:
            count += 1
    note(f"feedback pages of {count} hand-ins written")


def _report(batch: "Batch", outcomes: "list[Outcome]", *, dry_run: bool) -> None:
    rows = [
        (
            each.student,
            each.state,
            f"{each.score:g}",
            f"{each.max_score:g}",
            f"-{each.late_penalty:g}" if each.late_penalty else "",
            "open" if each.needs_manual_grade else "",
        )
        for each in outcomes
    ]
    say_table(("student", "state", "points", "of", "late", "by hand"), rows)
    for each in outcomes:
        for change in each.changes:
            kept = f" (a person gave {change.manual:g})" if change.manual is not None else ""
            say(
                f"{each.student}: {change.grade_id} "
                f"{_points(change.before)} -> {_points(change.after)}{kept}"
            )
    for test in batch.unsplit:
        how = "runs beside the student's code" if test.in_process else "fails the reference"
        warn(f"{test.notebook_id}: {test.grade_id} {how}: {test.reason}")
    for each in outcomes:
        for problem in each.problems:
            warn(f"{each.student}: {problem.code}: {problem.sentence}")
    say(_summary(outcomes, dry_run=dry_run))


def _summary(outcomes: "list[Outcome]", *, dry_run: bool) -> str:
    """Counts by standing, e.g. `12 hand-ins: 10 graded, 2 refused`."""
    standings = [str(each.standing) for each in outcomes]
    counts = ", ".join(f"{standings.count(name)} {name}" for name in dict.fromkeys(standings))
    return f"{len(outcomes)} hand-ins: {counts}{'; nothing was written' if dry_run else ''}"


def _points(value: float | None) -> str:
    return "open" if value is None else f"{value:g}"

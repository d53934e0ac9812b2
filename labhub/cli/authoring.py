"""Verbs of the author: build the student version, check it, validate a notebook."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.check_report import say_check, watched_check
from labhub.cli.common import (
    FAILED,
    AsJson,
    AssignmentName,
    CourseDir,
    DataDir,
    Jobs,
    SandboxName,
    open_course,
    say,
    say_json,
    say_table,
    warn,
)


def generate_assignment(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Let graded cells come and go after hand-ins.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Only show what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build the student version of a lab.

    Its cells are recorded in the gradebook, as nbgrader does."""
    from labhub.authoring.release import generate_assignment
    from labhub.gradebook.due_dates import ensure_due_date
    from labhub.ids import AssignmentId

    course = open_course(course_dir)
    course.folder.require_source(AssignmentId(assignment))
    release = generate_assignment(course.folder.root, assignment, force=force, dry_run=dry_run)
    if release.written:
        ensure_due_date(course, AssignmentId(assignment))
    for line in release.log:
        warn(line)
    if as_json:
        say_json(release)
        return
    for change in release.changes:
        say(f"{change.kind:8} {change.path}")
    done = "built" if release.written else "would be built"
    count = len(release.changes)
    say(f"{assignment}: {done}, {count} {'file differs' if count == 1 else 'files differ'}")


def _known_stages(names: list[str] | None) -> list[str] | None:
    """The names as they are; anything that is no part of a check ends the command."""
    if names:
        from labhub.grading.check import Stage

        known = [stage.value for stage in Stage]
        if unknown := [name for name in names if name not in known]:
            raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(known)}.")
    return names


def check(
    assignments: Annotated[
        list[str] | None, typer.Argument(metavar="ASSIGNMENT", help="Labs; default: all.")
    ] = None,
    course_dir: CourseDir = Path(),
    exercise: Annotated[
        str, typer.Option(help="Only mutants and alternates of this exercise.")
    ] = "",
    seeds: Annotated[
        int,
        typer.Option(
            min=0,
            help="Run the reference with so many other seeds, and again with its own: "
            "thresholds hold, and results are always the same.",
        ),
    ] = 0,
    stage: Annotated[
        list[str] | None,
        typer.Option(
            callback=_known_stages,
            help="Only this part of the check, e.g. reference, seeds, repeat; may be repeated.",
        ),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Run every cell for every mutant and alternate.")
    ] = False,
    jobs: Jobs = 0,
    sandbox: SandboxName = "bubblewrap",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Prove that a lab is fair and leaks nothing.

    Runs the reference, the mutants, the alternates and the student version, and scans the
    release for leaks. Exit code 1 on a finding.
    """
    from labhub.gradebook.plan import limits_of
    from labhub.grading.check import CheckOptions, Stage, check_assignment
    from labhub.grading.engine import Engine
    from labhub.ids import AssignmentId

    folder = open_course(course_dir).folder
    chosen = [AssignmentId(name) for name in assignments or folder.written_assignments()]
    reports = []
    for assignment in chosen:
        options = CheckOptions(
            stages=frozenset(map(Stage, stage or Stage)),
            exercise=exercise,
            seeds=seeds,
            whole=whole,
            data_dir=data_dir,
            limits=limits_of(folder.plan_of(assignment)),
        )
        with watched_check(assignment) as progress:
            reports.append(
                check_assignment(
                    folder.root,
                    assignment,
                    lambda: Engine(sandbox=sandbox, jobs=jobs or None, data_dir=data_dir),
                    options,
                    progress,
                )
            )
    if as_json:
        say_json([report.as_dict() for report in reports])
    else:
        for report in reports:
            say_check(report)
    if not all(report.ok for report in reports):
        raise typer.Exit(FAILED)


def validate(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks to run and test.")],
    as_json: AsJson = False,
) -> None:
    """Run notebooks and their visible tests.

    Exit code 1 if a test fails or a locked cell was changed."""
    from labhub.gradebook.validation import validate_notebook

    reports = [validate_notebook(path) for path in notebooks]
    if as_json:
        say_json([asdict(report) for report in reports])
    else:
        for report in reports:
            say(f"{report.path}: {report.summary}")
            say_table(("cell", "what is wrong"), report.rows) if report.rows else None
    if not all(report.passed for report in reports):
        raise typer.Exit(FAILED)

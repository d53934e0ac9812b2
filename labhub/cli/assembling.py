"""Verbs about exercises: what they test, and hand-ins put together from them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import (
    FAILED,
    AsJson,
    AssignmentName,
    CourseDir,
    open_course,
    say,
    say_json,
    say_table,
    warn,
)

if TYPE_CHECKING:
    from labhub.authoring.coverage import Coverage
    from labhub.course.folder import CourseFolder
    from labhub.ids import AssignmentId


def coverage(
    assignment: Annotated[
        str, typer.Argument(metavar="[ASSIGNMENT]", help="Only this lab; default: all.")
    ] = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Show which learning outcomes the exercises test.

    The points of an exercise stand under every outcome that it names. Exit code 1 if an exercise
    names no outcome or an unknown one, or if nothing tests an outcome.
    """
    from labhub.authoring.coverage import coverage
    from labhub.authoring.notebook import read_notebook
    from labhub.ids import AssignmentId

    folder = open_course(course_dir).folder
    outcomes = folder.course.outcomes if folder.course else ()
    chosen = [AssignmentId(assignment)] if assignment else _written(folder)
    for each in chosen:
        folder.require_source(each)
    notebooks = [
        (each, read_notebook(path))
        for each in chosen
        for path in folder.source_notebooks(each).values()
    ]
    found = coverage(outcomes, notebooks, complete=not assignment)
    if as_json:
        say_json(found.as_dict())
    else:
        _say_matrix(found)
    for finding in found.findings:
        warn(f"{finding.place}: {finding.sentence} [{finding.code}]")
    if found.findings:
        raise typer.Exit(FAILED)


def _written(folder: "CourseFolder") -> "list[AssignmentId]":
    """The assignments that have notebooks."""
    return [each for each in folder.written_assignments() if folder.source_notebooks(each)]


def _say_matrix(found: "Coverage") -> None:
    names = [outcome.id for outcome in found.outcomes]
    rows = [
        (
            row.assignment,
            f"{row.exercise} {row.title}",
            f"{row.points:g}",
            *(f"{row.points:g}" if name in row.outcomes else "" for name in names),
        )
        for row in found.rows
    ]
    for assignment in dict.fromkeys(row.assignment for row in found.rows):
        points = sum(row.points for row in found.rows if row.assignment == assignment)
        totals = (f"{found.points(name, assignment):g}" for name in names)
        rows.append((assignment, "all", f"{points:g}", *totals))
    say_table(("lab", "exercise", "points", *names), rows)


def assemble(
    hand_in: AssignmentName,
    course_dir: CourseDir = Path(),
    dry_run: Annotated[bool, typer.Option(help="Only show what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a hand-in together from the labs' exercises.

    Writes source/HANDIN/ and checks/HANDIN/ as `exercises` in course.toml lists them; what they
    need comes in as given cells."""
    from labhub.authoring.handins.assemble import assemble
    from labhub.ids import AssignmentId

    made = assemble(open_course(course_dir).folder, AssignmentId(hand_in), dry_run=dry_run)
    for warning in made.warnings:
        warn(warning)
    if as_json:
        say_json(made)
        return
    rows = [
        (task.number, task.title, f"{task.points:g}", task.minutes, ", ".join(task.outcomes))
        for task in made.tasks
    ]
    say_table(("exercise", "title", "points", "minutes", "outcomes"), rows)
    say(f"given: {', '.join(made.given) or 'nothing'}")
    for change in made.changes:
        say(f"{change.kind:8} {change.path}")
    done = "written" if made.written else "would be written"
    scale = "" if made.scaled_to is None else f", scaled to {made.scaled_to:g}"
    say(
        f"{made.assignment}: {done}, {made.points:g} points{scale}, "
        f"{made.mutants} mutants, {made.alternates} alternates"
    )

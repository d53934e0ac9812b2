"""Verbs that tell: grades as CSV, and what this machine lacks."""

import csv
import sys
from contextlib import nullcontext
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.common import (
    FAILED,
    AsJson,
    CourseDir,
    StudentName,
    note,
    open_course,
    say,
    say_json,
    say_table,
)


def export(
    course_dir: CourseDir = Path(),
    assignment: Annotated[str, typer.Option(help="Only this lab; patterns work.")] = "*",
    student: StudentName = "*",
    to: Annotated[Path | None, typer.Option(help="File to write; default: stdout.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the grades as CSV.

    The columns are those of nbgrader's export, and whether a person has still to grade."""
    from labhub.gradebook.grades import GradeRow, grade_rows

    rows = grade_rows(open_course(course_dir), assignment, student)
    if as_json:
        say_json(rows)
        return
    columns = [field.name for field in fields(GradeRow)]
    with to.open("w", newline="", encoding="utf-8") if to else nullcontext(sys.stdout) as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    note(f"{len(rows)} grades written")


def doctor(as_json: AsJson = False) -> None:
    """Tell what this machine lacks.

    Says how to get it; exit code 1 if grading cannot work."""
    from labhub.cli.diagnosis import diagnose

    findings = diagnose()
    if as_json:
        say_json(findings)
    else:
        say_table(("", "what", "state"), [(each.sign, each.what, each.state) for each in findings])
        for each in findings:
            if not each.ok:
                say(f"{each.what}: {each.remedy}")
    if any(each.needed and not each.ok for each in findings):
        raise typer.Exit(FAILED)

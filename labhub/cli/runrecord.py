"""`labhub verify-run`: whether a hand-in was run on a GPU machine of the campus."""

from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.common import FAILED, AsJson, AssignmentName, CourseDir, say_json, say_table
from labhub.cli.errors import BadWordsError


def verify_run(
    assignment: AssignmentName,
    key: Annotated[
        Path,
        typer.Option(
            "--key", help="The Hub's public key: run-records/receipt-key.pub.pem in its state_dir."
        ),
    ],
    student: Annotated[str, typer.Option("--student", help="Only this student.")] = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Check the run records in the collected hand-ins of a lab.

    A record proves where a server ran, not who typed. Exit code 1 if one is missing, does not fit
    its hand-in, or was made without a GPU."""
    from labhub.hub.runrecord_check import look_at_run

    try:
        pem = key.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise BadWordsError(f"{key} cannot be read: {error.strerror}.") from None
    folders = sorted((course_dir / "submitted").glob(f"{student or '*'}/{assignment}"))
    found = {
        folder.parent.name: look_at_run(folder, assignment, [folder.parent.name], pem)
        for folder in folders
    }
    if as_json:
        say_json(found)
    else:
        rows = [
            (name, "yes" if each.on_campus else "no", each.words) for name, each in found.items()
        ]
        say_table(("student", "on campus", "what the record says"), rows)
    if not all(each.on_campus for each in found.values()):
        raise typer.Exit(FAILED)

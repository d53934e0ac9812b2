"""What the verbs share: their common options, and how they speak.

Data goes to stdout, progress to stderr and only on a terminal.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from labhub.gradebook.opening import OpenCourse

FAILED = 1

AssignmentName = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help="Name of the lab.")]
CourseDir = Annotated[
    Path,
    typer.Option(
        "--course-dir",
        envvar="LABHUB_COURSE_DIR",
        help="Folder of the course; with or without course.toml.",
    ),
]
CourseName = Annotated[
    str, typer.Option("--course", help="Id of the course; default: the folder's own.")
]
StudentName = Annotated[
    str, typer.Option("--student", help="Only this student; a pattern such as 'a*' works.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Force = Annotated[bool, typer.Option("--force", "-f", help="Replace what is there.")]

Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=0, help="Notebooks at once; 0: one per core.")
]
DataDir = Annotated[
    Path | None,
    typer.Option(envvar="NNLAB_DATA", help="Folder of data sets that student code may read."),
]

SandboxName = Annotated[
    Literal["bubblewrap", "none"],
    typer.Option("--sandbox", help="'none' runs student code as you. Said in every record."),
]


def open_course(course_dir: Path, course_id: str = "") -> "OpenCourse":
    """Open the course folder of a verb."""
    from labhub.gradebook.opening import open_course

    return open_course(course_dir, course_id=course_id)


def say(text: str) -> None:
    """Print a line of data."""
    typer.echo(text)


def note(text: str) -> None:
    """Print a line of progress: on stderr, and only where a person looks."""
    if sys.stderr.isatty():
        typer.echo(text, err=True)


def warn(text: str) -> None:
    """Print a line that matters, on stderr, whoever looks."""
    typer.echo(f"{typer.style('warning', fg='yellow')}: {text}", err=True)


def say_json(data: object) -> None:
    """Print data as JSON: dataclasses as objects, times as ISO 8601."""
    typer.echo(json.dumps(data, default=_plain, ensure_ascii=False, indent=2))


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)


def say_table(header: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Print a table on stdout: ruled on a terminal, tab-separated in a pipe."""
    if not sys.stdout.isatty():
        for row in [header, *rows]:
            typer.echo("\t".join(str(cell) for cell in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*header, title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console().print(table)

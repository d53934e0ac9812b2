"""Verbs that move files between the course and its students.

`way_of` decides, and nothing else does: through the hand-in service where one is named (with
`--service` or in the environment), else through nbgrader's exchange directory.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import (
    AsJson,
    AssignmentName,
    CourseDir,
    CourseName,
    Force,
    StudentName,
)

if TYPE_CHECKING:
    from labhub.cli.by_exchange import ByExchange
    from labhub.cli.by_service import ByService

WorkDir = Annotated[
    Path,
    typer.Option("--assignment-dir", help="Where the student's assignments lie; default: here."),
]
ServiceUrl = Annotated[
    str,
    typer.Option(
        "--service",
        help="Address of the hand-in service, or 'none' for nbgrader's exchange directory; "
        "default: $LABHUB_SERVICE_URL. The token comes from $LABHUB_TOKEN or the Hub.",
    ),
]


def way_of(
    service: str, course_dir: Path, course: str, work_dir: Path = Path()
) -> "ByService | ByExchange":
    """Through the service where one is named, else through nbgrader's exchange."""
    from labhub.exchange.client.configured import is_configured

    if service != "none" and (service or is_configured()):
        from labhub.cli.by_service import ByService

        return ByService(service, course_dir, course, work_dir)
    from labhub.cli.by_exchange import ByExchange

    return ByExchange(course_dir, course, work_dir)


def release_assignment(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    force: Force = False,
    service: ServiceUrl = "",
) -> None:
    """Put a lab where students fetch it."""
    way_of(service, course_dir, course).release(assignment, force=force)


def list_(
    assignment: Annotated[str, typer.Argument(help="Only this lab.")] = "*",
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: StudentName = "*",
    inbound: Annotated[bool, typer.Option(help="Hand-ins instead of released labs.")] = False,
    cached: Annotated[bool, typer.Option(help="The student's own copies of hand-ins.")] = False,
    work_dir: WorkDir = Path(),
    service: ServiceUrl = "",
    as_json: AsJson = False,
) -> None:
    """List released labs, or hand-ins."""
    way = way_of(service, course_dir, course, work_dir)
    if inbound or cached:
        way.handed_in(assignment, student, cached=cached, as_json=as_json)
    else:
        way.released(assignment, as_json=as_json)


def fetch_assignment(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    replace: Annotated[bool, typer.Option(help="Put back files that are missing.")] = False,
    merge: Annotated[
        bool, typer.Option(help="Merge a newer version into your notebook, cell by cell.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would be done.")] = False,
    work_dir: WorkDir = Path(),
    service: ServiceUrl = "",
    as_json: AsJson = False,
) -> None:
    """Copy a released lab into your folder.

    What you changed is never overwritten: a newer version is laid beside your work as
    'NAME (version N).ipynb', or merged into it. The file as it was then lies in backups/.
    """
    way = way_of(service, course_dir, course, work_dir)
    way.fetch(assignment, replace=replace, merge=merge, dry_run=dry_run, as_json=as_json)


def submit(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: Annotated[str, typer.Option(help="Hand in under this id.")] = "*",
    strict: Annotated[bool, typer.Option(help="Refuse when a notebook is missing.")] = False,
    work_dir: WorkDir = Path(),
    service: ServiceUrl = "",
    as_json: AsJson = False,
) -> None:
    """Hand in a lab from your folder.

    Through the hand-in service you get a receipt; it is kept in the folder's receipts/."""
    way = way_of(service, course_dir, course, work_dir)
    way.submit(assignment, student=student, strict=strict, as_json=as_json)


def collect(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: StudentName = "*",
    update: Annotated[bool, typer.Option(help="Replace older hand-ins by newer ones.")] = False,
    before_duedate: Annotated[
        bool, typer.Option(help="Take the last hand-in before the due date.")
    ] = False,
    check_owner: Annotated[
        bool, typer.Option(help="Warn when a hand-in's file owner is another user.")
    ] = True,
    service: ServiceUrl = "",
) -> None:
    """Copy the newest hand-ins into the course."""
    way_of(service, course_dir, course).collect(
        assignment,
        student=student,
        update=update,
        before_duedate=before_duedate,
        check_owner=check_owner,
    )


def release_feedback(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: StudentName = "*",
    service: ServiceUrl = "",
) -> None:
    """Put feedback pages where students fetch them."""
    way_of(service, course_dir, course).release_feedback(assignment, student=student)


def fetch_feedback(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: StudentName = "*",
    work_dir: WorkDir = Path(),
    service: ServiceUrl = "",
) -> None:
    """Copy feedback on the own hand-ins beside them."""
    way_of(service, course_dir, course, work_dir).fetch_feedback(assignment, student=student)

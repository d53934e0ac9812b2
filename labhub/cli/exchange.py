"""Verbs that move files between the course and its students, through nbgrader's exchange."""

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
    note,
    open_course,
    say,
    say_json,
    say_table,
    warn,
)

if TYPE_CHECKING:
    from labhub.gradebook.exchange import Exchange

WorkDir = Annotated[
    Path,
    typer.Option("--assignment-dir", help="Where the student's assignments lie; default: here."),
]


def release_assignment(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    force: Force = False,
) -> None:
    """Put a lab where students fetch it."""
    _report(_exchange(course_dir, course).release_assignment(assignment, force=force))
    say(f"{assignment}: released")


def list_(
    assignment: Annotated[str, typer.Argument(help="Only this lab.")] = "*",
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: StudentName = "*",
    inbound: Annotated[bool, typer.Option(help="Hand-ins instead of released labs.")] = False,
    cached: Annotated[bool, typer.Option(help="The student's own copies of hand-ins.")] = False,
    work_dir: WorkDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List released labs, or hand-ins."""
    found = _exchange(course_dir, course, work_dir).listed(
        assignment, student=student, inbound=inbound, cached=cached
    )
    if as_json:
        say_json(found)
        return
    rows = [
        (each.course_id, each.assignment_id, each.student_id, each.status, each.timestamp)
        for each in found
    ]
    say_table(("course", "assignment", "student", "status", "handed in"), rows)


def fetch_assignment(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    replace: Annotated[bool, typer.Option(help="Put back files that are missing.")] = False,
    work_dir: WorkDir = Path(),
) -> None:
    """Copy a released lab into your folder."""
    exchange = _exchange(course_dir, course, work_dir)
    _report(exchange.fetch_assignment(assignment, replace=replace))
    say(f"{assignment}: fetched")


def submit(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: Annotated[str, typer.Option(help="Hand in under this id.")] = "*",
    strict: Annotated[bool, typer.Option(help="Refuse when a notebook is missing.")] = False,
    work_dir: WorkDir = Path(),
) -> None:
    """Hand in a lab from your folder."""
    exchange = _exchange(course_dir, course, work_dir)
    _report(exchange.submit(assignment, student=student, strict=strict))
    say(f"{assignment}: submitted")


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
) -> None:
    """Copy the newest hand-ins into the course."""
    words = _exchange(course_dir, course).collect(
        assignment,
        student=student,
        update=update,
        before_duedate=before_duedate,
        check_owner=check_owner,
    )
    _report(words)
    new = sum(word.startswith(("Collecting", "Updating")) for word in words)
    say(f"{assignment}: {new} collected")


def release_feedback(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: StudentName = "*",
) -> None:
    """Put feedback pages where students fetch them."""
    exchange = _exchange(course_dir, course)
    released, without_secret = exchange.release_feedback(assignment, student=student)
    for each in without_secret:
        warn(f"{each}: did not come through the exchange; give the page to the student yourself")
    say(f"{assignment}: feedback of {len(released)} hand-ins released")


def fetch_feedback(
    assignment: AssignmentName,
    course_dir: CourseDir = Path(),
    course: CourseName = "",
    student: StudentName = "*",
    work_dir: WorkDir = Path(),
) -> None:
    """Copy feedback on the own hand-ins beside them."""
    exchange = _exchange(course_dir, course, work_dir)
    _report(exchange.fetch_feedback(assignment, student=student))
    say(f"{assignment}: feedback fetched")


def _exchange(course_dir: Path, course_id: str, work_dir: Path = Path()) -> "Exchange":
    from labhub.gradebook.exchange import Exchange

    return Exchange(open_course(course_dir, course_id), work_dir=work_dir)


def _report(words: list[str]) -> None:
    for word in words:
        note(word)

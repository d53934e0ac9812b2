"""`labhub extension`: more time for a student or a group."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import AsJson, AssignmentName, CourseDir, say, say_json, say_table
from labhub.cli.errors import BadWordsError
from labhub.cli.term import (
    At,
    By,
    Group,
    Reason,
    Student,
    author,
    course_of,
    moment,
    required,
    store_of,
    verbs,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = verbs("More time for a student or a group.\n\nAn extension never lowers credit.")


@app.command()
def add(
    assignment: AssignmentName,
    student: Student = "",
    group: Group = "",
    days: Annotated[int, typer.Option(min=0, help="So many days more.")] = 0,
    due: Annotated[str, typer.Option(help="Or this due date, with its offset.")] = "",
    late_until: Annotated[str, typer.Option(help="Another last late date.")] = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Grant an extension.

    Shows the timeline that holds with it."""
    from labhub.exchange.store.grants import add_extension
    from labhub.ids import GroupId, StudentId
    from labhub.policy.assignments import calendar_of, dates_of
    from labhub.policy.extensions import Extension, extended

    course = course_of(course_dir)
    lab = course.assignment(assignment)
    if bool(student) is bool(group) or not (days or due or late_until):
        raise BadWordsError(
            "An extension is for one student or one group, and gives days or a date.",
            hint="For example: labhub extension add lab1 --student ann --days 3 --reason ill",
        )
    grants = author(by, at)
    given = Extension(
        lab.id,
        required(reason, "--reason"),
        grants.by,
        StudentId(student) if student else None,
        GroupId(group) if group else None,
        days,
        moment(due).astimezone(course.zone) if due else None,
        moment(late_until).astimezone(course.zone) if late_until else None,
    )
    line = extended(dates_of(course, lab.id), calendar_of(course), (given,))
    with store_of(course_dir) as store, store.writing() as db:
        _ensure_known(db, student, group)
        number = add_extension(db, grants, given)
    say(f"extension {number} for {student or group} on {assignment}")
    for words in line.describe():
        say(f"  {words}")


def _ensure_known(db: "Connection", student: str, group: str) -> None:
    from labhub.exchange.store.groups import require_group
    from labhub.exchange.store.people import require_people

    if student:
        require_people(db, [student])
    else:
        require_group(db, group)


@app.command("list")
def list_(
    assignment: Annotated[str, typer.Argument(help="Only this lab.")] = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List the extensions that hold."""
    from labhub.exchange.store.grants import extensions

    zone = course_of(course_dir).zone
    with store_of(course_dir) as store, store.reading() as db:
        found = [e for e in extensions(db) if assignment in ("", e.extension.assignment)]
    if as_json:
        say_json(found)
        return
    rows = []
    for each in found:
        given = each.extension
        dates = [f"+{given.days} d"] if given.days else []
        for word, day in (("due", given.due), ("late until", given.late_until)):
            if isinstance(day, datetime):
                dates.append(f"{word} {day.astimezone(zone):%Y-%m-%d %H:%M}")
        whom = given.student or f"group {given.group}"
        rows.append(
            (each.number, given.assignment, whom, ", ".join(dates), given.granted_by, given.reason)
        )
    say_table(("number", "assignment", "for", "gives", "by", "reason"), rows)


@app.command()
def remove(
    number: Annotated[int, typer.Argument(help="Its number in the list.")],
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Withdraw an extension.

    That it was granted stays in the history."""
    from labhub.exchange.store.grants import withdraw_extension

    course_of(course_dir)
    with store_of(course_dir) as store, store.writing() as db:
        gone = withdraw_extension(db, author(by, at), number)
    given = gone.extension
    say(f"extension {number} for {given.student or given.group} on {given.assignment}: withdrawn")

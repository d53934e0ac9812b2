"""`labhub project`: parts of the project, by link, file or text."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import AsJson, CourseDir, say, say_json, say_table
from labhub.cli.term import At, Student, author, course_of, required, store_of, verbs

if TYPE_CHECKING:
    from labhub.course.model import Course
    from labhub.course.rule_model import GradedItem

app = verbs("Parts of the project, such as a proposal.")

ItemName = Annotated[str, typer.Argument(metavar="ITEM", help="Id of the item.")]


@app.command("hand-in")
def hand_in(
    item: ItemName,
    student: Student = "",
    link: Annotated[str, typer.Option(help="Where it is to be found.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="A file, or the archived copy of the link.")
    ] = None,
    text: Annotated[str, typer.Option(help="A text.")] = "",
    late: Annotated[bool, typer.Option("--late", help="Take it although it is late.")] = False,
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Hand in a part of the project.

    For group work, one of the group hands in. Earlier parts stay. A file is copied below
    projects/, with its SHA-256."""
    from labhub.exchange.projects.parts import Part, ensure_open, take
    from labhub.exchange.store.people import require_people
    from labhub.exchange.store.projects import add_project_hand_in
    from labhub.ids import StudentId
    from labhub.policy.assignments import item_deadline_of

    course = course_of(course_dir)
    found, who = _item(course, item), StudentId(required(student, "--student"))
    hands_in = author(student, at)
    if not late:
        ensure_open(found, item_deadline_of(course, found), hands_in.at)
    with store_of(course_dir) as store, store.writing() as db:
        require_people(db, [who])
        part = take(course_dir.resolve(), found, who, Part(link, file, text), hands_in.at)
        add_project_hand_in(db, hands_in, part)
    kept = f", {part.size_bytes} bytes, SHA-256 {part.sha256}" if part.file else ""
    say(f"{item} by {student}: handed in{kept}")


@app.command("list")
def list_(
    item: Annotated[str, typer.Argument(help="Only this item.")] = "",
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List the parts that were handed in."""
    from labhub.exchange.store.projects import project_hand_ins

    zone = course_of(course_dir).zone
    with store_of(course_dir) as store, store.reading() as db:
        found = [each for each in project_hand_ins(db) if item in ("", each.item)]
    if as_json:
        say_json(found)
        return
    rows = [
        (
            each.item,
            each.student,
            f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}",
            each.link or each.file or each.text,
        )
        for each in found
    ]
    say_table(("item", "student", "at", "what"), rows)


def _item(course: "Course", name: str) -> "GradedItem":
    from labhub.policy.errors import UnknownItemError

    for item in course.rules.items:
        if item.id == name:
            return item
    known = ", ".join(item.id for item in course.rules.items if item.accepts)
    raise UnknownItemError(f"The course has no item '{name}'.", hint=f"There are: {known}.")

"""`labhub marks`: what staff give outside the gradebook, decisions on points, and appeals."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import AsJson, CourseDir, say, say_json, say_table
from labhub.cli.errors import BadCsvError, BadWordsError
from labhub.cli.term import (
    At,
    By,
    FromFile,
    Group,
    Reason,
    Student,
    author,
    course_of,
    read_csv,
    required,
    store_of,
    verbs,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from labhub.ids import StudentId
    from labhub.policy.marks import Item

app = verbs(
    "Marks of the staff, and appeals.\n\nFor projects and other work that no notebook grades."
)

ItemName = Annotated[str, typer.Argument(metavar="ITEM", help="Id of an item or a lab.")]
Points = Annotated[str, typer.Option("--points", help="E.g. 18 or 17.5.")]


@app.command("set")
def set_(
    item: ItemName,
    student: Student = "",
    group: Group = "",
    points: Points = "",
    excused: Annotated[bool, typer.Option("--excused", help="It does not count.")] = False,
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Give points to a student or a group."""
    from labhub.exchange.store.marks import StaffMark, put_staff_marks

    if bool(points) is excused or bool(student) is bool(group):
        raise BadWordsError(
            "A mark is for one student or one group, and gives --points or is --excused."
        )
    found = None if excused else _points(item_of(course_dir, item), points)
    gives = author(by, at)
    with store_of(course_dir) as store, store.writing() as db:
        who = _students(db, student, group)
        marks = [StaffMark(item, each, found, gives.by, reason) for each in who]
        put_staff_marks(db, gives, marks)
    say(f"{item}: {'excused' if excused else f'{points} points'} for {', '.join(who)}")


@app.command("import")
def import_(file: FromFile, by: By = "", at: At = "", course_dir: CourseDir = Path()) -> None:
    """Give points from a CSV file.

    It has the columns student, item and points, and all of it is done or none. Points may be
    `excused`; a column reason may stand there."""
    from labhub.exchange.store.marks import StaffMark, put_staff_marks
    from labhub.exchange.store.people import require_people
    from labhub.ids import StudentId
    from labhub.policy.rulebooks import scheme_of

    items = scheme_of(course_of(course_dir)).items
    gives = author(by, at)
    rows = read_csv(file, ("student", "item", "points"), ("student", "item"))
    marks = []
    for number, row in enumerate(rows, start=2):
        item = items.get(row["item"])
        if item is None or not row["student"]:
            raise BadCsvError(
                f"{file}:{number}: '{row['item']}' is no item, or the student is missing.",
                hint=f"There are: {', '.join(items)}.",
            )
        points = None if row["points"] == "excused" else _points(item, row["points"])
        who, reason = StudentId(row["student"]), row.get("reason", "")
        marks.append(StaffMark(item.id, who, points, gives.by, reason))
    with store_of(course_dir) as store, store.writing() as db:
        require_people(db, [mark.student for mark in marks])
        changed = put_staff_marks(db, gives, marks)
    say(f"{len(marks)} marks read, {changed} new or changed")


@app.command()
def decide(
    item: ItemName,
    student: Student = "",
    points: Points = "",
    reason: Reason = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Decide on a student's points.

    The decision stands against tests and lateness, and after re-grading."""
    from labhub.exchange.store.marks import decide_points
    from labhub.policy.marks import Override

    found = _points(item_of(course_dir, item), required(points, "--points"))
    decides = author(by, at)
    override = Override(found, decides.by, required(reason, "--reason"))
    with store_of(course_dir) as store, store.writing() as db:
        (who,) = _students(db, required(student, "--student"), "")
        decide_points(db, decides, item, who, override)
    say(f"{item}: {points} points for {student}, decided by {decides.by}")


@app.command()
def appeal(
    item: ItemName,
    student: Student = "",
    text: Annotated[str, typer.Option(help="What should be looked at again.")] = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Keep a student's appeal against a mark."""
    from labhub.exchange.store.marks import add_appeal

    item_of(course_dir, item)
    with store_of(course_dir) as store, store.writing() as db:
        (who,) = _students(db, required(student, "--student"), "")
        appeals = author(student, at)
        number = add_appeal(db, appeals, item, who, required(text, "--text"))
    say(f"appeal {number} by {student} on {item}")


@app.command()
def answer(
    number: Annotated[int, typer.Argument(help="Number of the appeal.")],
    text: Annotated[str, typer.Option(help="What the student reads.")] = "",
    points: Annotated[str, typer.Option(help="New points; default: the mark stays.")] = "",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Answer an appeal, with new points if it was right."""
    from labhub.exchange.store.marks import answer_appeal, decide_points
    from labhub.policy.marks import Override

    course_of(course_dir)
    answers = author(by, at)
    with store_of(course_dir) as store, store.writing() as db:
        found = answer_appeal(db, answers, number, required(text, "--text"))
        if points:
            given = _points(item_of(course_dir, found.item), points)
            override = Override(given, answers.by, text)
            decide_points(db, answers, found.item, found.student, override)
    outcome = f"{points} points" if points else "the mark stays"
    say(f"appeal {number} by {found.student} on {found.item}: {outcome}")


@app.command("appeals")
def appeals_(
    open_: Annotated[bool, typer.Option("--open", help="Only those without an answer.")] = False,
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """List appeals and their answers."""
    from labhub.exchange.store.marks import appeals

    course_of(course_dir)
    with store_of(course_dir) as store, store.reading() as db:
        found = [each for each in appeals(db) if not (open_ and each.answer is not None)]
    if as_json:
        say_json(found)
        return
    rows = [(a.number, a.student, a.item, a.text, a.answer or "(open)") for a in found]
    say_table(("number", "student", "item", "appeal", "answer"), rows)


@app.command("list")
def list_(course_dir: CourseDir = Path(), as_json: AsJson = False) -> None:
    """List what staff gave and decided."""
    from labhub.exchange.store.marks import overrides, staff_marks
    from labhub.policy.roundings import say_number

    course_of(course_dir)
    with store_of(course_dir) as store, store.reading() as db:
        given, decided = staff_marks(db), overrides(db)
    rows = [
        (m.item, m.student, "excused" if m.points is None else say_number(m.points), m.by, m.reason)
        for m in given.values()
    ]
    rows += [
        (item, student, f"{say_number(o.points)} (decided)", o.by, o.reason)
        for (item, student), o in decided.items()
    ]
    columns = ("item", "student", "points", "by", "reason")
    if as_json:
        say_json([dict(zip(columns, row, strict=True)) for row in sorted(rows)])
    else:
        say_table(columns, sorted(rows))


def item_of(course_dir: Path, name: str) -> "Item":
    """The graded item of that id. Raises `UnknownItemError`."""
    from labhub.policy.errors import UnknownItemError
    from labhub.policy.rulebooks import scheme_of

    items = scheme_of(course_of(course_dir)).items
    if name not in items:
        raise UnknownItemError(
            f"The course has no graded item '{name}'.", hint=f"There are: {', '.join(items)}."
        )
    return items[name]


def _points(item: "Item", text: str) -> Fraction:
    """The points of an option. Raises `BadMarkError` for none, or more than there are."""
    from labhub.policy.errors import BadMarkError
    from labhub.policy.roundings import say_number

    try:
        points = Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        points = Fraction(-1)
    if not 0 <= points <= item.points:
        raise BadMarkError(
            f"{item.title}: '{text}' is no number from 0 to {say_number(item.points)}."
        )
    return points


def _students(db: "Connection", student: str, group: str) -> "list[StudentId]":
    from labhub.exchange.store.groups import require_group
    from labhub.exchange.store.people import require_people
    from labhub.ids import StudentId

    if group:
        return sorted(require_group(db, group))
    require_people(db, [student])
    return [StudentId(student)]

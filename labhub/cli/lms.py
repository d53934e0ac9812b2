"""`labhub lms`: grade tables of Canvas and Moodle, both ways, and grades sent back by LTI."""

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from labhub.cli.common import CourseDir, note, say
from labhub.cli.errors import BadCsvError, BadWordsError
from labhub.cli.lms_values import TOTAL, value_of
from labhub.cli.marks import item_of
from labhub.cli.passback import key, passback
from labhub.cli.term import At, By, ToFile, author, course_of, harmless, store_of, term_of, verbs

if TYPE_CHECKING:
    from labhub.exchange.lms.tables import GradeTable
    from labhub.gradebook.term import Term
    from labhub.policy.marks import Item

app = verbs(
    "Grade tables of Canvas and Moodle, and grades sent by LTI.\n\n"
    "People are matched by id or e-mail, never by name."
)

System = Annotated[
    Literal["canvas", "moodle"], typer.Argument(help="Whose table it is.", show_default=False)
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The exported table, CSV.")]
Skip = Annotated[
    bool, typer.Option("--skip-unknown", help="Leave rows out that fit nobody of the course.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="ITEM=TITLE", help="Column of an item; may be repeated."),
]


@app.command()
def people(system: System, file: File, by: By = "", course_dir: CourseDir = Path()) -> None:
    """Add or renew the people of a table.

    Names, addresses and the system's own ids are taken. Somebody who is known keeps the id;
    somebody new gets the part of the address before the @."""
    from labhub.exchange.lms.matching import match
    from labhub.exchange.lms.tables import person_name
    from labhub.exchange.store.people import Person, put_people
    from labhub.exchange.store.people import people as everybody
    from labhub.ids import StudentId

    course_of(course_dir)
    table = _read(system, file)
    with store_of(course_dir) as store, store.writing() as db:
        known = everybody(db)
        found = match(table, known, skip_unknown=True)
        renewed = {place: known[student] for student, place in found.rows.items()}
        persons: list[Person] = []
        taken = set(known)
        for place, row in table.people():
            email = next((v for v in table.values(row, table.dialect.emails) if "@" in v), "")
            own = next(iter(table.values(row, table.dialect.own)), "")
            before = renewed.get(place)
            name = person_name(table, row) or (before.name if before else "")
            new = before.id if before else StudentId(email.partition("@")[0] or own)
            if not new or (before is None and new in taken):
                raise BadCsvError(f"{file}:{place + 2}: no id can be made for {name or 'nobody'}.")
            taken.add(new)
            role = before.role if before else "student"
            old_email, old_own = (before.email, before.lms_id) if before else ("", "")
            persons.append(Person(new, name, email or old_email, role, own or old_own))
        changed = put_people(db, author(by, ""), persons)
    say(f"{len(persons)} people read, {changed} new or renewed")


@app.command()
def fill(
    system: System,
    file: File,
    column: Columns = None,
    to: ToFile = None,
    skip_unknown: Skip = False,
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Fill grades into an exported table.

    It can be imported into the system again. Without --column every item whose title is a
    column; ITEM may be `total`, the percentage. What is not marked yet is left as it is."""
    from labhub.exchange.lms.matching import match
    from labhub.gradebook.term.finals import finals

    term, table = term_of(course_dir, at), _read(system, file)
    found = match(table, term.people, skip_unknown=skip_unknown)
    columns = _columns(term, table, column)
    for student, final in finals(term).items():
        for item, place in columns.items():
            if student in found.rows and (value := value_of(final, item)):
                table.rows[found.rows[student]][place] = value
    _write(to, table)
    note(f"{len(found.rows)} rows, {len(columns)} columns filled in")


@app.command()
def export(system: System, to: ToFile = None, at: At = "", course_dir: CourseDir = Path()) -> None:
    """Write a new table with all items.

    And with the percentage, where a grade is complete."""
    from dataclasses import asdict

    from labhub.exchange.lms.tables import DIALECTS, new_table
    from labhub.gradebook.term.finals import finals

    term = term_of(course_dir, at)
    found = finals(term)
    items = [*term.scheme.items, TOTAL]
    titles = [*(item.title for item in term.scheme.items.values()), "Total (percent)"]
    people = [{k: str(harmless(v)) for k, v in asdict(term.people[s]).items()} for s in found]
    table = new_table(DIALECTS[system], people, titles)
    for row, final in zip(table.rows, found.values(), strict=True):
        row[-len(items) :] = [value_of(final, item) for item in items]
    _write(to, table)


@app.command("import")
def import_(
    system: System,
    file: File,
    column: Columns = None,
    skip_unknown: Skip = False,
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Take marks out of a table.

    For example those of a quiz held there; empty cells are left out."""
    from labhub.exchange.lms.matching import match
    from labhub.exchange.store.marks import StaffMark, put_staff_marks
    from labhub.exchange.store.people import people as everybody

    if not column:
        raise BadWordsError("Name the columns to take.", hint="For example --column quiz='Quiz 1'.")
    course_of(course_dir)
    table, gives = _read(system, file), author(by, at)
    wanted = {name: item_of(course_dir, name) for name in _wishes(column)}
    places = {name: table.column(title) for name, title in _wishes(column).items()}
    with store_of(course_dir) as store, store.writing() as db:
        found = match(table, everybody(db, "student"), skip_unknown=skip_unknown)
        marks = []
        for student, row in found.rows.items():
            for name, item in wanted.items():
                if text := table.rows[row][places[name]].strip():
                    points = _number(text, item, f"{file}:{row + 2}")
                    marks.append(StaffMark(name, student, points, gives.by, f"from {file.name}"))
        changed = put_staff_marks(db, gives, marks)
    say(f"{len(marks)} marks read, {changed} new or changed")


app.command()(passback)
app.command()(key)


def _read(system: str, file: Path) -> "GradeTable":
    from labhub.exchange.lms.tables import DIALECTS, read_table

    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadCsvError(f"{file} cannot be read: {error}.") from None
    return read_table(text, DIALECTS[system])


def _write(to: Path | None, table: "GradeTable") -> None:
    if to is None:
        typer.echo(table.text(), nl=False)
    else:
        to.write_text(table.text(), encoding="utf-8", newline="")


def _wishes(column: list[str]) -> dict[str, str]:
    """Items and column titles of the option. Raises `BadWordsError`."""
    found = {}
    for text in column:
        item, _, title = text.partition("=")
        if not (item and title):
            raise BadWordsError(f"'{text}' is no column.", hint="Write it as ITEM=TITLE.")
        found[item] = title
    return found


def _columns(term: "Term", table: "GradeTable", column: list[str] | None) -> dict[str, int]:
    """The place of every item's column. Raises `LmsColumnError`."""
    from labhub.exchange.lms.errors import LmsColumnError

    items = term.scheme.items
    if column:
        wishes = _wishes(column)
        for name in wishes:
            if name != TOTAL and name not in items:
                raise BadWordsError(f"The course has no graded item '{name}'.")
        found = {name: table.column(title) for name, title in wishes.items()}
    else:
        found = {}
        for name, item in items.items():
            try:
                found[name] = table.column(item.title)
            except LmsColumnError:
                continue
    if not found:
        raise LmsColumnError(
            "No column has the title of an item.",
            hint=f"Items: {', '.join(item.title for item in items.values())}.",
        )
    for name, place in found.items():
        _ensure_same_points(items.get(name), table, place)
    return found


def _ensure_same_points(item: "Item | None", table: "GradeTable", place: int) -> None:
    from labhub.exchange.lms.errors import LmsColumnError
    from labhub.policy.roundings import say_number

    most = Fraction(100) if item is None else item.points
    said = table.points_possible(place)
    try:
        differs = bool(said) and Fraction(said) != most
    except ValueError:
        differs = False
    if differs:
        raise LmsColumnError(
            f"'{table.header[place]}' gives {said} points there, {say_number(most)} here.",
            hint="Change the points in the learning system, or name another column.",
        )


def _number(text: str, item: "Item", where: str) -> Fraction:
    try:
        points = Fraction(text.replace(",", "."))
    except ValueError:
        points = Fraction(-1)
    if not 0 <= points <= item.points:
        raise BadCsvError(f"{where}: '{text}' is no number from 0 to {float(item.points):g}.")
    return points

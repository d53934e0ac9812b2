"""`labhub people`: who takes part, and the ids that a learning system has for them."""

from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.common import AsJson, CourseDir, say, say_json, say_table
from labhub.cli.errors import BadCsvError
from labhub.cli.term import By, FromFile, author, course_of, read_csv, store_of, verbs

app = verbs("Students and staff.")

ROLES = ("student", "staff")


@app.command("import")
def import_(file: FromFile, by: By = "", course_dir: CourseDir = Path()) -> None:
    """Add or renew people from a CSV file.

    The column id is needed; name, email, role (student or staff) and lms_id may stand there.
    Nobody is removed: who leaves the course is taken out with `labhub groups drop-out`."""
    from labhub.exchange.store.people import Person, put_people
    from labhub.ids import StudentId

    course_of(course_dir)
    found = []
    for number, row in enumerate(read_csv(file, ["id"], ["id"]), start=2):
        role = row.get("role") or "student"
        if not row["id"] or role not in ROLES:
            raise BadCsvError(
                f"{file}:{number}: an id is missing, or the role '{role}' is none.",
                hint=f"Roles are {' and '.join(ROLES)}.",
            )
        rest = (row.get("name", ""), row.get("email", ""), role, row.get("lms_id", ""))
        found.append(Person(StudentId(row["id"]), *rest))
    with store_of(course_dir) as store, store.writing() as db:
        changed = put_people(db, author(by, ""), found)
    say(f"{len(found)} people read, {changed} new or renewed")


@app.command()
def add(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As in the gradebook.")],
    name: Annotated[str, typer.Option(help="First and last name.")] = "",
    email: Annotated[str, typer.Option(help="For learning systems and letters.")] = "",
    staff: Annotated[bool, typer.Option("--staff", help="Not a student.")] = False,
    lms_id: Annotated[str, typer.Option(help="Id in the learning system.")] = "",
    by: By = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Add one person, or renew what is known."""
    from labhub.exchange.store.people import Person, put_people
    from labhub.ids import StudentId

    course_of(course_dir)
    person = Person(StudentId(id_), name, email, ROLES[staff], lms_id)
    with store_of(course_dir) as store, store.writing() as db:
        put_people(db, author(by, ""), [person])
    say(f"{id_}: {person.role}")


@app.command("list")
def list_(course_dir: CourseDir = Path(), as_json: AsJson = False) -> None:
    """List everybody."""
    from labhub.exchange.store.people import people

    course_of(course_dir)
    with store_of(course_dir) as store, store.reading() as db:
        found = list(people(db).values())
    if as_json:
        say_json(found)
        return
    rows = [(p.id, p.name, p.email, p.role, p.lms_id) for p in found]
    say_table(("id", "name", "email", "role", "lms id"), rows)

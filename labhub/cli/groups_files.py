"""Groups from a file, into one, and by lot."""

from pathlib import Path
from typing import Annotated

import typer

from labhub.cli.common import CourseDir, say, say_table
from labhub.cli.errors import BadCsvError
from labhub.cli.grouping import group_event, group_rules
from labhub.cli.term import (
    At,
    By,
    FromFile,
    Reason,
    ToFile,
    course_of,
    moment,
    read_csv,
    store_of,
    write_csv,
)

COLUMNS = ("group", "student")


def import_(
    file: FromFile, reason: Reason = "", by: By = "", at: At = "", course_dir: CourseDir = Path()
) -> None:
    """Make groups from a CSV file.

    It has the columns group and student, and all of it is done or none.
    Groups that exist get more members; nobody is taken out of one."""
    from labhub.exchange.store.groups import change_groups, group_events
    from labhub.exchange.store.people import require_people
    from labhub.ids import GroupId, StudentId
    from labhub.policy.groups import EventKind, replay

    _, rules = group_rules(course_dir)
    rows = read_csv(file, COLUMNS)
    for number, row in enumerate(rows, start=2):
        if not (row["group"] and row["student"]):
            raise BadCsvError(f"{file}:{number}: a group or a student is missing.")
    with store_of(course_dir) as store, store.writing() as db:
        require_people(db, [row["student"] for row in rows])
        groups = replay(group_events(db))
        known = set(groups.members)
        events = []
        for row in rows:
            group = GroupId(row["group"])
            if groups.group_of(StudentId(row["student"])) == group:
                continue
            kind = EventKind.JOINED if group in known else EventKind.FORMED
            known.add(group)
            events.append(group_event(kind, row["group"], row["student"], "", reason, by, at))
        change_groups(db, events, rules)
    say(f"{len(rows)} rows read, {len(events)} students joined a group")


def export(to: ToFile = None, at: At = "", course_dir: CourseDir = Path()) -> None:
    """Write the groups as CSV.

    As `import` reads them."""
    from labhub.exchange.store.groups import group_events
    from labhub.policy.groups import replay

    course_of(course_dir)
    with store_of(course_dir) as store, store.reading() as db:
        groups = replay(group_events(db), until=moment(at))
    rows = [
        {"group": name, "student": student}
        for name, there in sorted(groups.members.items())
        for student in sorted(there)
    ]
    write_csv(to, COLUMNS, rows)


def draw(
    size: Annotated[int, typer.Option(min=1, help="Members of a group.")] = 3,
    seed: Annotated[str, typer.Option(help="The same word draws the same groups.")] = "",
    prefix: Annotated[str, typer.Option(help="Groups are called so, with a number.")] = "group-",
    by: By = "",
    at: At = "",
    course_dir: CourseDir = Path(),
) -> None:
    """Draw groups by lot.

    For the students who are in none; those who do not fill a group are spread over the others."""
    from labhub.exchange.store.groups import change_groups, group_events
    from labhub.exchange.store.people import people
    from labhub.policy.groups import EventKind, drawn, replay

    course, rules = group_rules(course_dir)
    with store_of(course_dir) as store, store.writing() as db:
        groups = replay(group_events(db))
        teams = drawn(groups, people(db, "student"), size, seed or course.id, prefix)
        events = [
            group_event(EventKind.JOINED if place else EventKind.FORMED, name, who, "", "", by, at)
            for name, there in teams.items()
            for place, who in enumerate(there)
        ]
        change_groups(db, events, rules)
    say_table(("group", "who"), [(name, ", ".join(there)) for name, there in teams.items()])

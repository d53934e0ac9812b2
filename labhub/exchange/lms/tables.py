"""The grade tables of Canvas and Moodle: which columns name a person, and which hold a grade.

Canvas: https://community.canvaslms.com (Gradebook, "How do I import grades"): the columns Student,
ID, SIS User ID, SIS Login ID and Section, then one for every assignment as `Title (number)`; a row
"Points Possible" below the header. Moodle: https://docs.moodle.org (Grade import): First name, Last
name, ID number and Email address, then one for every grade item; any of them may be missing.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from labhub.exchange.lms.errors import LmsColumnError

POINTS_POSSIBLE = "Points Possible"
NUMBERED = re.compile(r"^(?P<title>.*?)(?: \((?P<number>\d+)\))?$")


@dataclass(frozen=True)
class Dialect:
    """How a learning system names what we look for. Names are compared without capitals."""

    name: str
    ids: tuple[str, ...]
    """Columns whose value may be an id of ours or the one that we know as `lms_id`."""
    emails: tuple[str, ...]
    """Columns whose value may be an e-mail address."""
    names: tuple[str, ...]
    """Columns with a name; Canvas writes the last name first."""
    own: tuple[str, ...]
    """The column that holds the system's own id, kept as `lms_id`."""


CANVAS = Dialect(
    "canvas",
    ids=("ID", "SIS User ID", "SIS Login ID", "Integration ID"),
    emails=("SIS Login ID", "Email", "Email address"),
    names=("Student",),
    own=("ID",),
)
MOODLE = Dialect(
    "moodle",
    ids=("ID number", "Username"),
    emails=("Email address", "Email"),
    names=("First name", "Last name"),
    own=("ID number",),
)
DIALECTS = {each.name: each for each in (CANVAS, MOODLE)}


@dataclass
class GradeTable:
    """A table as the learning system wrote it, cell for cell and in its order."""

    header: list[str]
    rows: list[list[str]]
    dialect: Dialect
    special: frozenset[int] = frozenset()
    """The places of rows that name nobody of the course."""

    def people(self) -> Iterator[tuple[int, list[str]]]:
        """The rows of people, each with its place."""
        return ((n, row) for n, row in enumerate(self.rows) if n not in self.special)

    def column(self, title: str) -> int:
        """The place of the column of that title; Canvas's number behind it may be left out.

        Raises `LmsColumnError` where there is none, or more than one.
        """
        wanted = title.strip().casefold()
        exact = [n for n, head in enumerate(self.header) if head.casefold() == wanted]
        loose = [n for n, head in enumerate(self.header) if _title(head).casefold() == wanted]
        found = exact or loose
        if len(found) != 1:
            what = "no column" if not found else f"{len(found)} columns"
            raise LmsColumnError(
                f"The table has {what} '{title}'.",
                hint=f"It has: {', '.join(self.header)}. Name one with --column ITEM=TITLE.",
            )
        return found[0]

    def values(self, row: Sequence[str], names: Iterable[str]) -> list[str]:
        """What a row says under these columns, where it has them and says something."""
        places = {head.casefold(): n for n, head in enumerate(self.header)}
        found = (row[places[n.casefold()]] for n in names if n.casefold() in places)
        return [value.strip() for value in found if value.strip()]

    def points_possible(self, column: int) -> str:
        """What the table says a column gives; empty where it does not."""
        for place in self.special:
            if self.rows[place][0].strip() == POINTS_POSSIBLE:
                return self.rows[place][column].strip()
        return ""

    def text(self) -> str:
        """The table as CSV."""
        file = StringIO(newline="")
        csv.writer(file, lineterminator="\r\n").writerows([self.header, *self.rows])
        return file.getvalue()


def read_table(text: str, dialect: Dialect) -> GradeTable:
    """A table from CSV, with a byte order mark or not; semicolons work as well.

    Raises `LmsColumnError` where no column names a person.
    """
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    rows = [row for row in csv.reader(StringIO(text, newline=""), delimiter=separator) if any(row)]
    header = [head.strip() for head in rows[0]] if rows else []
    known = {name.casefold() for name in (*dialect.ids, *dialect.emails)}
    if not known & {head.casefold() for head in header}:
        raise LmsColumnError(
            f"No column of the table names a person as {dialect.name.title()} does.",
            hint=f"Expected one of: {', '.join((*dialect.ids, *dialect.emails))}.",
        )
    body = [[*row, *[""] * (len(header) - len(row))][: len(header)] for row in rows[1:]]
    special = frozenset(n for n, row in enumerate(body) if _is_special(row, dialect))
    return GradeTable(header, body, dialect, special)


def new_table(
    dialect: Dialect, people: Iterable[Mapping[str, str]], titles: Sequence[str]
) -> GradeTable:
    """A table made from nothing, for a system that takes one. People have `id`, `name`, `email`
    and `lms_id`.
    """
    if dialect is CANVAS:
        header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
        rows = [[p["name"], p["lms_id"], p["id"], p["email"], ""] for p in people]
    else:
        header = ["First name", "Last name", "ID number", "Email address"]
        rows = [[*_first_last(p["name"]), p["lms_id"] or p["id"], p["email"]] for p in people]
    blank = [""] * len(titles)
    return GradeTable([*header, *titles], [[*row, *blank] for row in rows], dialect)


def person_name(table: GradeTable, row: Sequence[str]) -> str:
    """The name in a row, first name first."""
    found = table.values(row, table.dialect.names)
    if table.dialect is CANVAS and found:
        last, _, given = found[0].partition(",")
        return f"{given.strip()} {last.strip()}".strip()
    return " ".join(found)


def _first_last(name: str) -> tuple[str, str]:
    first, _, last = name.rpartition(" ")
    return first or last, last if first else ""


def _title(head: str) -> str:
    found = NUMBERED.match(head)
    return found["title"] if found else head


def _is_special(row: Sequence[str], dialect: Dialect) -> bool:
    """Canvas's rows with points and posting rules, and its test student."""
    first = row[0].strip()
    return dialect is CANVAS and (
        first in (POINTS_POSSIBLE, "Student, Test", "Test Student", "") or "Posting" in first
    )

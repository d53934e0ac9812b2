"""Who of the course stands in which row: by id or e-mail address, never by guessing."""

from collections.abc import Mapping
from dataclasses import dataclass

from labhub.exchange.lms.errors import AmbiguousPersonError, UnmatchedRowError
from labhub.exchange.lms.tables import GradeTable
from labhub.exchange.store.people import Person
from labhub.ids import StudentId


@dataclass(frozen=True)
class Matches:
    """The row of everybody who was found, and the rows that fit nobody."""

    rows: Mapping[StudentId, int]
    unmatched: tuple[int, ...]


def match(
    table: GradeTable, people: Mapping[StudentId, Person], *, skip_unknown: bool = False
) -> Matches:
    """Finds everybody's row.

    All ids and addresses of a row that anybody has must be the same person's, and no two rows may
    be one person's. Raises `AmbiguousPersonError`; and `UnmatchedRowError` for a row that fits
    nobody, unless such rows are to be skipped.
    """
    by_id, by_email = _index(people)
    rows: dict[StudentId, int] = {}
    unmatched: list[int] = []
    for place, row in table.people():
        found = {s for v in table.values(row, table.dialect.ids) for s in by_id.get(v, ())}
        emails = table.values(row, table.dialect.emails)
        found |= {s for value in emails for s in by_email.get(value.casefold(), ())}
        if len(found) > 1:
            raise AmbiguousPersonError(
                f"Row {place + 2} fits several people: {', '.join(sorted(found))}.",
                hint="Correct their ids or addresses: labhub people list.",
            )
        for student in found:
            if student in rows:
                raise AmbiguousPersonError(
                    f"Rows {rows[student] + 2} and {place + 2} are both {student}'s.",
                    hint="Take one of them out of the table.",
                )
            rows[student] = place
        if not found:
            unmatched.append(place)
    if unmatched and not skip_unknown:
        raise UnmatchedRowError(
            f"Nobody of the course fits {_rows(table, unmatched)}.",
            hint="Add them with labhub people, or leave them out with --skip-unknown.",
        )
    return Matches(rows, tuple(unmatched))


def _index(
    people: Mapping[StudentId, Person],
) -> tuple[dict[str, set[StudentId]], dict[str, set[StudentId]]]:
    by_id: dict[str, set[StudentId]] = {}
    by_email: dict[str, set[StudentId]] = {}
    for student, person in people.items():
        for name in {student, person.lms_id} - {""}:
            by_id.setdefault(name, set()).add(student)
        if person.email:
            by_email.setdefault(person.email.casefold(), set()).add(student)
    return by_id, by_email


def _rows(table: GradeTable, places: list[int]) -> str:
    shown = [f"row {place + 2} ({table.rows[place][0]})" for place in places[:5]]
    more = f" and {len(places) - 5} more" if len(places) > 5 else ""
    return f"{', '.join(shown)}{more}"

"""Learning outcomes: what a course promises that its students can do afterwards."""

from collections.abc import Sequence

from labhub.course.fields import Id, Table, Text
from labhub.course.model import Outcome


class OutcomeTable(Table):
    """Something that students can do after the course; exercises name what they test."""

    id: Id
    """Short, e.g. `D1`: exercises name it in their notebook's metadata."""
    text: Text
    """For people, e.g. `Compute gradients by hand`."""
    elsewhere: str = ""
    """Where it is assessed if no lab tests it, e.g. `the project`."""


def outcomes_of(tables: Sequence[OutcomeTable]) -> tuple[Outcome, ...]:
    """The outcomes of course.toml, in its order."""
    return tuple(Outcome(table.id, table.text, table.elsewhere) for table in tables)

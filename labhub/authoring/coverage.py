"""Which learning outcomes the exercises of a course test, and for how many points."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from labhub.authoring.findings import Finding
from labhub.authoring.notebook import Notebook
from labhub.authoring.units import ManualQuestion, Unit, parse_units
from labhub.course.model import Outcome
from labhub.ids import AssignmentId


@dataclass(frozen=True)
class Row:
    """One exercise or written question, and what it tests."""

    assignment: AssignmentId
    exercise: str
    title: str
    points: float
    outcomes: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """The outcomes of a course against its exercises."""

    outcomes: tuple[Outcome, ...]
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = ()

    def points(self, outcome: str, assignment: AssignmentId | None = None) -> float:
        """The points of the exercises that test an outcome; each may test several."""
        return sum(
            row.points
            for row in self.rows
            if outcome in row.outcomes and assignment in (None, row.assignment)
        )

    def as_dict(self) -> dict[str, Any]:
        """The matrix as plain JSON data."""
        return {
            "outcomes": [asdict(each) | {"points": self.points(each.id)} for each in self.outcomes],
            "exercises": [asdict(row) for row in self.rows],
            "findings": [finding.as_dict() for finding in self.findings],
        }


def coverage(
    outcomes: Sequence[Outcome],
    notebooks: Iterable[tuple[AssignmentId, Notebook]],
    *,
    complete: bool = True,
) -> Coverage:
    """Compare outcomes with the units of notebooks.

    `complete` says that these are all notebooks of the course: then an outcome without an
    exercise is a finding, unless it is assessed elsewhere.
    """
    rows: list[Row] = []
    findings: list[Finding] = []
    for assignment, notebook in notebooks:
        units, problems = parse_units(notebook.metadata)
        place = notebook.path.name
        findings += [Finding("unit-metadata", place, f"metadata nnlab: {p}") for p in problems]
        if units:
            rows += [_row(assignment, each) for each in units.units if each.points]
            rows += [_row(assignment, each) for each in units.manual]
    findings += _about_exercises(rows, {outcome.id for outcome in outcomes})
    if complete:
        findings += _untested(outcomes, rows)
    return Coverage(tuple(outcomes), tuple(rows), tuple(findings))


def _row(assignment: AssignmentId, item: Unit | ManualQuestion) -> Row:
    return Row(assignment, item.id, item.title, item.points, tuple(item.outcomes))


def _about_exercises(rows: Sequence[Row], known: set[str]) -> list[Finding]:
    found: list[Finding] = []
    for row in rows:
        place = f"{row.assignment}: {row.exercise}"
        if not row.outcomes:
            found.append(Finding("no-outcome", place, "It names no outcome that it tests."))
        found += [
            Finding(
                "unknown-outcome",
                place,
                f"It names the outcome {name}, which course.toml does not have.",
                f"course.toml has: {', '.join(sorted(known)) or 'no [[outcomes]]'}.",
            )
            for name in row.outcomes
            if name not in known
        ]
    return found


def _untested(outcomes: Sequence[Outcome], rows: Sequence[Row]) -> list[Finding]:
    tested = {name for row in rows for name in row.outcomes}
    return [
        Finding(
            "untested-outcome",
            outcome.id,
            f"No exercise tests it: {outcome.text}.",
            'Add an exercise that does, or say where it is assessed: elsewhere = "the project".',
        )
        for outcome in outcomes
        if outcome.id not in tested and not outcome.elsewhere
    ]

"""The instructor's notebook as frozen data: what each cell is for, and the units of the lab."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from labhub.authoring.errors import NotebookUnreadableError
from labhub.ids import GradeId, NotebookId


class Role(StrEnum):
    """What a cell is for; nbgrader's names."""

    SOLUTION = "solution"
    """An answer that test cells grade."""
    TEST = "test"
    MANUAL = "manual"
    """An answer that a person grades, in code or in words."""
    TASK = "task"
    """A task that a person grades; the answer stands in cells below it."""
    GIVEN = "given"
    """Locked: the course's own, put back before grading."""
    FREE = "free"


@dataclass(frozen=True)
class Cell:
    """One cell of an instructor notebook. `index` is its place, from 0."""

    index: int
    kind: str
    """`code`, `markdown` or `raw`."""
    role: Role
    source: str
    grade_id: GradeId | None = None
    points: float | None = None
    cell_id: str = ""
    """nbformat's id."""
    outputs: tuple[Mapping[str, Any], ...] = ()
    execution_count: int | None = None
    attachments: Mapping[str, Any] | None = None
    nbgrader: Mapping[str, Any] | None = None
    """nbgrader's metadata as it stands in the file."""

    @property
    def is_graded(self) -> bool:
        """Whether the cell carries points of the gradebook."""
        return self.role in (Role.TEST, Role.MANUAL, Role.TASK)

    @property
    def place(self) -> str:
        """How to name the cell to its author."""
        return self.grade_id or f"cell {self.index + 1}"


@dataclass(frozen=True)
class Notebook:
    """An instructor notebook, or a student version of one."""

    notebook_id: NotebookId
    path: Path
    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any]

    def code_cells(self) -> Iterator[Cell]:
        """The code cells, in order."""
        return (cell for cell in self.cells if cell.kind == "code")

    def with_role(self, *roles: Role) -> list[Cell]:
        """The cells of these roles, in order."""
        return [cell for cell in self.cells if cell.role in roles]

    def cell(self, grade_id: str) -> Cell | None:
        """The first cell of that grade id."""
        return next((cell for cell in self.cells if cell.grade_id == grade_id), None)

    @property
    def max_points(self) -> float:
        """The points that the test cells can give."""
        return sum(cell.points or 0.0 for cell in self.with_role(Role.TEST))


def read_notebook(path: Path) -> Notebook:
    """Read a notebook of format 4.

    Raises NotebookUnreadableError, which names the file and what is wrong with it.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotebookUnreadableError(f"{path}: cannot be read as JSON: {error}") from error
    return parse_notebook(content, path)


def parse_notebook(content: Any, path: Path) -> Notebook:  # noqa: ANN401 - JSON of anyone
    """Make a Notebook of JSON data; `path` is for messages and the id."""
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        raise NotebookUnreadableError(
            f"{path}: is not a notebook of format 4.",
            hint="Open it in JupyterLab and save it; that converts older formats.",
        )
    try:
        cells = tuple(_cell(index, cell) for index, cell in enumerate(content["cells"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise NotebookUnreadableError(f"{path}: a cell is malformed: {error!r}") from error
    return Notebook(NotebookId(path.stem), path, cells, content.get("metadata", {}))


def _cell(index: int, cell: Mapping[str, Any]) -> Cell:
    meta = cell.get("metadata", {}).get("nbgrader")
    source = cell["source"]
    return Cell(
        index=index,
        kind=cell["cell_type"],
        role=_role(meta or {}),
        source=source if isinstance(source, str) else "".join(source),
        grade_id=GradeId(meta["grade_id"]) if meta and meta.get("grade_id") else None,
        points=float(meta["points"]) if meta and "points" in meta else None,
        cell_id=cell.get("id", ""),
        outputs=tuple(cell.get("outputs", ())),
        execution_count=cell.get("execution_count"),
        attachments=cell.get("attachments"),
        nbgrader=meta,
    )


def _role(meta: Mapping[str, Any]) -> Role:
    match (bool(meta.get("grade")), bool(meta.get("solution")), bool(meta.get("task"))):
        case (_, _, True):
            return Role.TASK
        case (True, True, _):
            return Role.MANUAL
        case (True, False, _):
            return Role.TEST
        case (False, True, _):
            return Role.SOLUTION
    return Role.GIVEN if meta.get("locked") else Role.FREE


# --- the lines between markers ---------------------------------------------------------------


@dataclass(frozen=True)
class Marker:
    """A pair of nbgrader's markers, and the role of the cells where it may stand."""

    name: str
    roles: tuple[Role, ...]

    @property
    def begin(self) -> str:
        """The line that opens the region holds this text."""
        return f"BEGIN {self.name}"

    @property
    def end(self) -> str:
        """The line that closes the region holds this text."""
        return f"END {self.name}"


SOLUTION = Marker("SOLUTION", (Role.SOLUTION, Role.MANUAL))
HIDDEN_TESTS = Marker("HIDDEN TESTS", (Role.TEST,))
MARK_SCHEME = Marker("MARK SCHEME", (Role.TASK,))
MARKERS = (SOLUTION, HIDDEN_TESTS, MARK_SCHEME)


def split_lines(source: str, marker: Marker) -> tuple[list[str], list[str]]:
    """The lines outside and inside the regions of a marker; the marker lines are in neither.

    >>> split_lines("a\\n### BEGIN SOLUTION\\nb\\n### END SOLUTION", SOLUTION)
    (['a'], ['b'])
    """
    outside: list[str] = []
    inside: list[str] = []
    current = outside
    for line in source.split("\n"):
        if marker.begin in line:
            current = inside
        elif marker.end in line:
            current = outside
        else:
            current.append(line)
    return outside, inside


def visible_part(source: str) -> str:
    """A test cell's source without its hidden tests: what a student sees."""
    return "\n".join(split_lines(source, HIDDEN_TESTS)[0])

"""The course's own copy of an assignment: what intake puts back whatever a student changed.

Sources are the *released* ones. The hidden part of a test never comes near a handed-in file;
who grades looks it up by `grade_id`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from labhub.exchange.intake.errors import ReleaseOutOfStepError
from labhub.ids import AssignmentId, GradeId, NotebookId

_KERNELS = {"ir": "r", "julia": "julia", "octave": "octave", "matlab": "matlab", "bash": "bash"}
"""Kernels that Colab and others name without saying their language."""


@dataclass(frozen=True)
class CourseCell:
    """One row of the course's table of cells (nbgrader's gradebook)."""

    grade_id: GradeId
    cell_type: str
    """`code`, `markdown` or `raw`."""
    points: float = 0.0
    grade: bool = False
    solution: bool = False
    locked: bool = False
    task: bool = False
    checksum: str = ""
    """nbgrader's checksum of the released cell: tells an untouched answer."""


@dataclass(frozen=True)
class ReleaseCell:
    """A cell as students got it. `course` is None for text and code outside the grading."""

    cell_type: str
    source: str
    course: CourseCell | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Cell metadata but for nbgrader's (tags and the like)."""
    attachments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_answer(self) -> bool:
        """Whether the student writes in this cell."""
        return self.course is not None and self.course.solution

    @property
    def is_locked(self) -> bool:
        """Whether the source belongs to the course: a test, a task or a given cell.

        The rule is nbgrader's: what is graded and no solution counts as locked.
        """
        cell = self.course
        return cell is not None and not cell.solution

    @property
    def is_test(self) -> bool:
        """Whether an examiner runs this cell."""
        cell = self.course
        return cell is not None and cell.grade and not cell.solution


@dataclass(frozen=True)
class ReleaseNotebook:
    """One released notebook."""

    notebook_id: NotebookId
    cells: tuple[ReleaseCell, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Notebook metadata (kernelspec, language_info, `nnlab`)."""

    @property
    def language(self) -> str:
        """The language of the kernel, in lower case; `python` where the release is silent."""
        return language_of(self.metadata) or "python"

    def gives(self, source: str) -> bool:
        """Whether a cell outside the grading is the course's: its text is as released."""
        return " ".join(source.split()) in self._given_texts

    @cached_property
    def _given_texts(self) -> frozenset[str]:
        return frozenset(" ".join(cell.source.split()) for cell in self.cells if not cell.is_answer)


@dataclass(frozen=True)
class ReleaseVersion:
    """What students of one assignment were given."""

    assignment_id: AssignmentId
    notebooks: tuple[ReleaseNotebook, ...]
    files: frozenset[str] = frozenset()
    """Extra released files, as POSIX paths relative to the assignment's folder."""
    number: int = 1


def release_notebook(
    notebook_id: NotebookId, content: Mapping[str, Any], table: Iterable[CourseCell] = ()
) -> ReleaseNotebook:
    """The course's copy, from a released notebook (parsed JSON or `NotebookNode`) and the table.

    Where the table has a cell, its type, points and flags win over the file's metadata.

    Raises:
        ReleaseOutOfStepError: the table names a cell that the notebook lacks, or the notebook
            holds a grade id twice.
    """
    rows = {row.grade_id: row for row in table}
    cells = tuple(_release_cell(cell, rows) for cell in content["cells"])
    ids = [cell.course.grade_id for cell in cells if cell.course]
    wrong = sorted(rows.keys() - set(ids)) or sorted({name for name in ids if ids.count(name) > 1})
    if wrong:
        raise ReleaseOutOfStepError(
            f"The released notebook {notebook_id} does not fit the course's table of cells: "
            f"{', '.join(wrong)} should stand in it exactly once.",
            hint="Run `labhub generate-assignment` again.",
        )
    return ReleaseNotebook(notebook_id, cells, dict(content.get("metadata", {})))


def language_of(metadata: Mapping[str, Any]) -> str:
    """The language that notebook metadata name, in lower case; empty where they name none.

    The kernel decides: Colab leaves the old `language_info` when the runtime is changed to R.
    """
    kernel, info = (_text_values(metadata.get(key)) for key in ("kernelspec", "language_info"))
    by_name = _KERNELS.get(kernel.get("name", "").split("-")[0], "")
    named = kernel.get("language", "") or by_name or info.get("name", "")
    return {"ipython": "python"}.get(named, named)


def _text_values(block: object) -> dict[str, str]:
    if not isinstance(block, Mapping):
        return {}
    return {key: value.strip().lower() for key, value in block.items() if isinstance(value, str)}


def _release_cell(cell: Mapping[str, Any], rows: Mapping[GradeId, CourseCell]) -> ReleaseCell:
    metadata = dict(cell.get("metadata", {}))
    marks = metadata.pop("nbgrader", None)
    course = _course_cell(cell["cell_type"], marks) if marks else None
    if course is not None:
        course = rows.get(course.grade_id, course)
    source = cell["source"]
    return ReleaseCell(
        cell_type=course.cell_type if course else cell["cell_type"],
        source=source if isinstance(source, str) else "".join(source),
        course=course,
        metadata=metadata,
        attachments=dict(cell.get("attachments", {})),
    )


def _course_cell(cell_type: str, marks: Mapping[str, Any]) -> CourseCell | None:
    flags = {name: bool(marks.get(name)) for name in ("grade", "solution", "locked", "task")}
    grade_id = marks.get("grade_id")
    if not grade_id or not any(flags.values()):
        return None
    return CourseCell(
        grade_id=GradeId(str(grade_id)),
        cell_type=cell_type,
        points=float(marks.get("points") or 0.0),
        checksum=str(marks.get("checksum") or ""),
        **flags,
    )

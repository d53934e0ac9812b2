"""What an assignment asks and gives, from the course's own copy: gradebook, release, source.

Points, types and the full source of tests come from nbgrader's gradebook, where
`generate-assignment` put them; what the student saw comes from `release/`; the reference comes
from `source/`. Nothing here comes from a hand-in.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import BaseCell, Gradebook, MissingEntry, Notebook

from labhub.authoring.release import trial_build
from labhub.course.model import Assignment, GradingMode
from labhub.exchange.intake import CourseCell, ReleaseNotebook, ReleaseVersion, release_notebook
from labhub.gradebook.errors import NotGeneratedError
from labhub.gradebook.opening import OpenCourse
from labhub.grading.model import Limits
from labhub.ids import AssignmentId, GradeId, NotebookId


@dataclass(frozen=True)
class PlannedCell:
    """A cell of the course, with the source that only the course has."""

    course: CourseCell
    source: str
    """With hidden tests, where there are any."""
    visible: str
    """As released."""

    @property
    def is_test(self) -> bool:
        """Whether the examiner runs it."""
        cell = self.course
        return cell.grade and not cell.solution and cell.cell_type == "code"

    @property
    def is_graded(self) -> bool:
        """Whether it carries points, by machine or by a person."""
        return self.course.grade or self.course.task


@dataclass(frozen=True)
class NotebookPlan:
    """One notebook of an assignment."""

    notebook_id: NotebookId
    cells: Mapping[GradeId, PlannedCell]
    release: ReleaseNotebook
    reference: tuple[str, ...] = ()
    """The instructor's own code cells, tests left out; empty without a source notebook."""
    source: Path | None = None
    """The instructor's notebook."""

    @property
    def tests(self) -> tuple[PlannedCell, ...]:
        """The cells that the examiner runs."""
        return tuple(cell for cell in self.cells.values() if cell.is_test)

    @property
    def max_score(self) -> float:
        """What the notebook can give."""
        return sum(cell.course.points for cell in self.cells.values() if cell.is_graded)


@dataclass(frozen=True)
class AssignmentPlan:
    """An assignment, ready to be graded."""

    assignment: AssignmentId
    notebooks: Mapping[NotebookId, NotebookPlan]
    release: ReleaseVersion
    files: Path
    """Folder with the extra files of the release."""
    limits: Limits = field(default_factory=Limits)
    in_process: frozenset[tuple[NotebookId, GradeId]] = frozenset()
    """Test cells that run beside the student's code."""

    @property
    def max_score(self) -> float:
        """What the assignment can give."""
        return sum(notebook.max_score for notebook in self.notebooks.values())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that marks depend on beside the hand-in."""
        parts = [
            repr([(name, notebook.cells) for name, notebook in self.notebooks.items()]),
            repr([notebook.reference for notebook in self.notebooks.values()]),
            repr(self.limits),
            repr(sorted(self.in_process)),
            *((self.files / name).read_bytes().hex() for name in sorted(self.release.files)),
        ]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@contextmanager
def read_plan(
    course: OpenCourse, assignment: AssignmentId, *, timeout_s: float | None = None
) -> Iterator[AssignmentPlan]:
    """The plan of an assignment; where `release/` is gone, a fresh student version stands in.

    `timeout_s` replaces the time limit of a submission. Raises `NotGeneratedError` where the
    gradebook does not know the assignment, and what `CourseFolder.plan_of` raises.
    """
    chosen = course.folder.plan_of(assignment)
    tables = _tables(course, assignment)
    release = course.folder.release(assignment)
    if any(release.glob("*.ipynb")):
        yield _plan(course, assignment, chosen, tables, release, timeout_s)
        return
    with trial_build(course.folder.root, assignment) as trial:
        yield _plan(course, assignment, chosen, tables, trial.folder, timeout_s)


def _shortened(limits: Limits, timeout_s: float) -> Limits:
    """Other seconds for a submission, in which one endless cell leaves time for all the rest."""
    return replace(
        limits,
        submission_timeout_s=timeout_s,
        cell_timeout_s=min(limits.cell_timeout_s, timeout_s / 4),
        test_timeout_s=min(limits.test_timeout_s, timeout_s / 8),
    )


def _plan(
    course: OpenCourse,
    assignment: AssignmentId,
    chosen: Assignment | None,
    tables: Mapping[NotebookId, Mapping[GradeId, tuple[CourseCell, str]]],
    release: Path,
    timeout_s: float | None,
) -> AssignmentPlan:
    sources = course.folder.source_notebooks(assignment)
    notebooks = {
        name: _notebook(name, table, release / f"{name}.ipynb", sources.get(name))
        for name, table in tables.items()
    }
    files = frozenset(
        path.relative_to(release).as_posix()
        for path in release.rglob("*")
        if path.is_file() and path.suffix != ".ipynb"
        if not any(path.match(pattern) for pattern in course.folder.ignore)
    )
    limits = limits_of(chosen)
    return AssignmentPlan(
        assignment=assignment,
        notebooks=notebooks,
        release=ReleaseVersion(
            assignment, tuple(notebook.release for notebook in notebooks.values()), files
        ),
        files=release,
        limits=_shortened(limits, timeout_s) if timeout_s else limits,
        in_process=_in_process(chosen, notebooks),
    )


def limits_of(chosen: Assignment | None) -> Limits:
    """The engine's limits with what course.toml says otherwise."""
    if chosen is None:
        return Limits()
    differing = {key: value for key, value in asdict(chosen.limits).items() if value is not None}
    return replace(Limits(), **differing)


def _in_process(
    chosen: Assignment | None, notebooks: Mapping[NotebookId, NotebookPlan]
) -> frozenset[tuple[NotebookId, GradeId]]:
    if chosen is None:
        return frozenset()
    everything = chosen.grading is GradingMode.IN_PROCESS
    return frozenset(
        (name, cell.course.grade_id)
        for name, notebook in notebooks.items()
        for cell in notebook.tests
        if everything or cell.course.grade_id in chosen.in_process_cells
    )


def _notebook(
    name: NotebookId,
    table: Mapping[GradeId, tuple[CourseCell, str]],
    released: Path,
    source: Path | None,
) -> NotebookPlan:
    content = nbformat.read(released, as_version=4)
    release = release_notebook(name, content, [cell for cell, _ in table.values()])
    visible = {cell.course.grade_id: cell.source for cell in release.cells if cell.course}
    return NotebookPlan(
        notebook_id=name,
        cells={
            grade_id: PlannedCell(cell, text, visible[grade_id])
            for grade_id, (cell, text) in table.items()
        },
        release=release,
        reference=_reference(nbformat.read(source, as_version=4)) if source else (),
        source=source,
    )


def _reference(notebook: NotebookNode) -> tuple[str, ...]:
    return tuple(
        cell.source for cell in notebook.cells if cell.cell_type == "code" and not _is_test(cell)
    )


def _is_test(cell: NotebookNode) -> bool:
    marks = cell.metadata.get("nbgrader", {})
    return bool(marks.get("grade")) and not marks.get("solution")


def _tables(
    course: OpenCourse, assignment: AssignmentId
) -> dict[NotebookId, dict[GradeId, tuple[CourseCell, str]]]:
    with Gradebook(course.folder.db_url, course.folder.course_id) as gradebook:
        try:
            found = gradebook.find_assignment(assignment)
        except MissingEntry:
            found = None
        if found is None or not found.notebooks:
            raise NotGeneratedError(
                f"The gradebook {course.folder.db_url} does not know the assignment {assignment}.",
                hint=f"Run `labhub generate-assignment {assignment}` first.",
            )
        return {NotebookId(notebook.name): _table(notebook) for notebook in found.notebooks}


def _table(notebook: Notebook) -> dict[GradeId, tuple[CourseCell, str]]:
    """One row per cell of the course: nbgrader keeps one table per role of a cell."""
    graded = {cell.name: cell for cell in notebook.grade_cells}
    tasks = {cell.name: cell for cell in notebook.task_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    return {
        GradeId(source.name): (
            CourseCell(
                grade_id=GradeId(source.name),
                cell_type=source.cell_type,
                points=_points(graded.get(source.name) or tasks.get(source.name)),
                grade=source.name in graded,
                solution=source.name in solutions,
                locked=bool(source.locked),
                task=source.name in tasks,
                checksum=source.checksum or "",
            ),
            source.source or "",
        )
        for source in notebook.source_cells
    }


def _points(cell: BaseCell | None) -> float:
    return float(cell.max_score) if cell is not None else 0.0

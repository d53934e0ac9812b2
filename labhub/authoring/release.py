"""`generate-assignment`: the student version, made by nbgrader's own preprocessors.

nbgrader's `GenerateAssignment` converter does the work, configured by the course folder's
nbgrader_config.py like the plain command. Added are: the same source gives the same bytes, the
new version is built beside the old one and put in place at once, and the gradebook is written
only after a trial build has succeeded.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from labhub.authoring.errors import NoSourceError
from labhub.authoring.folders import FileChange, compare, put_in_place
from labhub.authoring.release_build import CourseFolders, convert, course_folders, quiet
from labhub.authoring.release_cells import ensure_cells_may_change
from labhub.ids import AssignmentId, NotebookId

__all__ = ["CourseFolders", "Release", "course_folders", "generate_assignment", "trial_build"]


@dataclass(frozen=True)
class Release:
    """What `generate_assignment` made, or, in a dry run, would make."""

    assignment: AssignmentId
    folder: Path
    notebooks: tuple[NotebookId, ...]
    changes: tuple[FileChange, ...]
    """Against the release that was there before."""
    written: bool
    log: tuple[str, ...] = ()
    """nbgrader's warnings."""


def generate_assignment(
    course_dir: Path, assignment: str, *, force: bool = False, dry_run: bool = False
) -> Release:
    """Build the student version of an assignment and record its cells in the gradebook.

    `force` lets graded cells come and go although students have handed in; a cell that carries
    a person's mark or comment is not removed even then. `dry_run` writes nothing.

    Raises NoSourceError, NbgraderConfigError, ReleaseBuildError, CellsChangedError and
    MarksWouldBeLostError.
    """
    with trial_build(course_dir, assignment) as trial, quiet():
        folders = course_folders(course_dir, assignment)
        ensure_cells_may_change(
            folders.db_url, assignment, trial.folder, force=force, dry_run=dry_run
        )
        if not dry_run:
            _write(course_dir, folders, assignment)
    return Release(
        assignment=trial.assignment,
        folder=folders.release,
        notebooks=trial.notebooks,
        changes=trial.changes,
        written=not dry_run,
        log=trial.log,
    )


@contextmanager
def trial_build(course_dir: Path, assignment: str) -> Iterator[Release]:
    """A fresh student version in a temporary folder; neither release/ nor the gradebook change.

    Raises NoSourceError, NbgraderConfigError and ReleaseBuildError.
    """
    folders = course_folders(course_dir, assignment)
    notebooks = _ensure_source(folders, assignment)
    with tempfile.TemporaryDirectory(prefix="labhub-release-") as scratch:
        step = Path(scratch).resolve()
        log = convert(course_dir, assignment, step, with_gradebook=False)
        built = course_folders(course_dir, assignment, release_step=step).release
        yield Release(
            assignment=AssignmentId(assignment),
            folder=built,
            notebooks=notebooks,
            changes=compare(folders.release, built),
            written=False,
            log=log,
        )


def _ensure_source(folders: CourseFolders, assignment: str) -> tuple[NotebookId, ...]:
    found = tuple(NotebookId(path.stem) for path in sorted(folders.source.glob("*.ipynb")))
    if found:
        return found
    others = sorted({path.parent.name for path in folders.source.parent.glob("*/*.ipynb")})
    known = f"Assignments there: {', '.join(others)}." if others else "No assignment is there."
    raise NoSourceError(
        f"{assignment}: no instructor notebook in {folders.source}.",
        hint=f"{known} An assignment is a folder with at least one .ipynb file.",
    )


def _write(course_dir: Path, folders: CourseFolders, assignment: str) -> None:
    """Build again, this time with the gradebook, beside the release; then put it in place."""
    beside = folders.release.parent / f".building-{assignment}"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        convert(course_dir, assignment, beside, with_gradebook=True)
        built = course_folders(course_dir, assignment, release_step=beside).release
        put_in_place(built, folders.release)
    finally:
        shutil.rmtree(beside, ignore_errors=True)

"""What happens to a handed-in notebook before it is graded.

`intake_submission` reads each file within bounds, finds out which notebook it is, aligns its
cells with the release, puts back what belongs to the course and takes out personal data. The
file itself is never changed.
"""

from pathlib import Path
from typing import Any

from labhub.exchange.intake.errors import IntakeError
from labhub.exchange.intake.names import Choice, choose_files, missing
from labhub.exchange.intake.parse import ensure_language
from labhub.exchange.intake.read import DEFAULT_BOUNDS, Bounds, linked_folder, printable
from labhub.exchange.intake.release import (
    CourseCell,
    ReleaseCell,
    ReleaseNotebook,
    ReleaseVersion,
    release_notebook,
)
from labhub.exchange.intake.repair import repair_notebook
from labhub.exchange.intake.report import (
    ExtraFile,
    Fact,
    FactKind,
    Intake,
    IntakeProblem,
    NotebookIntake,
    RepairReport,
    merged,
)
from labhub.exchange.intake.survey import Survey, survey

__all__ = [
    "Bounds",
    "CourseCell",
    "ExtraFile",
    "Fact",
    "FactKind",
    "Intake",
    "IntakeProblem",
    "NotebookIntake",
    "ReleaseCell",
    "ReleaseNotebook",
    "ReleaseVersion",
    "RepairReport",
    "intake_submission",
    "release_notebook",
]


def intake_submission(
    folder: Path, release: ReleaseVersion, *, bounds: Bounds = DEFAULT_BOUNDS
) -> Intake:
    """Reads and repairs one student's hand-in.

    Every released notebook gets an answer: a repaired notebook with a report, or a named problem
    with a sentence for the student. Nothing is raised for what a student can do, and nothing is
    written.

    Args:
        folder: What the student handed in; may be missing.
        release: The course's own copy.
        bounds: What a hand-in may have.
    """
    if folder.is_symlink():
        link = linked_folder(folder)
        return Intake(folder, tuple(_refused(each, link) for each in release.notebooks), (), ())
    found = survey(folder, bounds)
    choices = choose_files(folder, found, release.notebooks, bounds)
    notebooks = tuple(
        _intake_notebook(notebook, choices.get(notebook.notebook_id), found, bounds)
        for notebook in release.notebooks
    )
    return Intake(folder, notebooks, found.files, found.refused)


def _intake_notebook(
    release: ReleaseNotebook, choice: Choice | None, found: Survey, bounds: Bounds
) -> NotebookIntake:
    if choice is None:
        return _refused(release, missing(release.notebook_id, found))
    candidate = choice.candidate
    try:
        if candidate.notebook is None:
            raise candidate.error or missing(release.notebook_id, found)
        ensure_language(candidate.notebook, printable(candidate.path.name), release.language)
    except IntakeError as error:
        return _refused(release, error, choice)
    notebook, report = repair_notebook(candidate.notebook, release, bounds)
    return NotebookIntake(
        notebook_id=release.notebook_id,
        notebook=_as_nbformat(notebook),
        report=merged([RepairReport(choice.facts), report]),
        file=candidate.path,
        sha256=candidate.sha256,
    )


def _refused(
    release: ReleaseNotebook, error: IntakeError, choice: Choice | None = None
) -> NotebookIntake:
    return NotebookIntake(
        notebook_id=release.notebook_id,
        report=RepairReport(choice.facts if choice else ()),
        problem=IntakeProblem(error.code, error.message),
        file=choice.candidate.path if choice else None,
        sha256=choice.candidate.sha256 if choice and choice.candidate.raw else "",
    )


def _as_nbformat(notebook: dict[str, Any]) -> Any:  # noqa: ANN401 - nbformat is untyped
    from nbformat import from_dict  # here, so that no command pays for it that reads nothing

    return from_dict(notebook)

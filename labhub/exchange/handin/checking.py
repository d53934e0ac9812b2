"""Checking before handing in: what intake would make of the files. Nothing is kept."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labhub.exchange.handin.bundles import unpack_bundle
from labhub.exchange.handin.desk import HandInDesk
from labhub.exchange.handin.errors import NotReleasedError
from labhub.exchange.handin.released import read_release
from labhub.exchange.handin.uploads import Upload
from labhub.exchange.intake import FactKind, NotebookIntake, ReleaseNotebook, intake_submission
from labhub.exchange.store.versions import newest, version_of
from labhub.ids import NotebookId

PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class ExerciseCheck:
    """One cell in which the student answers."""

    grade_id: str
    title: str
    """Of the exercise, where the notebook names it."""
    state: str
    """`answered`, `untouched` or `missing`."""


@dataclass(frozen=True)
class NotebookCheck:
    """One released notebook in a hand-in."""

    notebook_id: NotebookId
    status: str
    """`ok`, `repaired`, or the code of the reason why it cannot be read."""
    sentences: tuple[str, ...]
    """For the student: what is wrong, or what was mended."""
    exercises: tuple[ExerciseCheck, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a hand-in holds, before it is one."""

    assignment: str
    version: int
    notebooks: tuple[NotebookCheck, ...]
    files: tuple[str, ...]
    """Other files, which come along."""
    refused: tuple[str, ...]
    """Sentences about files that would be left out."""

    @property
    def complete(self) -> bool:
        """Whether everything can be read and every exercise has an answer."""
        return all(
            each.status in ("ok", "repaired")
            and all(exercise.state == "answered" for exercise in each.exercises)
            for each in self.notebooks
        )


def look_over(
    desk: HandInDesk, assignment: str, upload: Upload, version: int | None = None
) -> Report:
    """What intake would make of an upload.

    Raises `UnknownAssignmentError`, `UnknownVersionError`, `NotReleasedError` or `DiskFullError`.
    """
    plan = desk.course.assignment(assignment)
    unpack_bundle(upload, plan.id)
    with desk.store.reading() as db:
        found = newest(db, plan.id) if version is None else version_of(db, plan.id, version)
    if found is None:
        raise NotReleasedError(
            f"{plan.title} has not been released yet.", hint="Look at its release date."
        )
    release = read_release(desk.blobs, found)
    with tempfile.TemporaryDirectory(dir=desk.blobs.partial.parent, prefix=".check.") as name:
        folder = Path(name)
        _lay_out(upload, folder)
        taken = intake_submission(folder, release)
        return Report(
            plan.id,
            found.number,
            tuple(
                _notebook(intake, given)
                for intake, given in zip(taken.notebooks, release.notebooks, strict=True)
            ),
            tuple(file.relative for file in taken.files),
            tuple(fact.sentence for fact in taken.refused),
        )


def _lay_out(upload: Upload, folder: Path) -> None:
    for part in upload.parts:
        target = folder / part.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(part.incoming.content(part.incoming.size_bytes))


def _notebook(intake: NotebookIntake, given: ReleaseNotebook) -> NotebookCheck:
    if intake.problem is not None:
        return NotebookCheck(given.notebook_id, intake.status, (intake.problem.sentence,))
    missing = {fact.grade_id for fact in intake.report.of(FactKind.ANSWER_MISSING)}
    titles = titles_of(given.metadata)
    sources = {
        cell.metadata["nbgrader"]["grade_id"]: cell.source
        for cell in intake.notebook.cells
        if "nbgrader" in cell.metadata
    }
    exercises = []
    for cell in given.cells:
        if cell.course is None or not cell.course.solution:
            continue
        name = cell.course.grade_id
        same = sources.get(name, "").split() == cell.source.split()
        state = "missing" if name in missing else "untouched" if same else "answered"
        exercises.append(ExerciseCheck(name, title_of(name, titles), state))
    sentences = intake.report.for_student()
    return NotebookCheck(given.notebook_id, intake.status, sentences, tuple(exercises))


def titles_of(metadata: Mapping[str, Any]) -> dict[str, str]:
    """The titles of the exercises that a notebook of ours names, by their ids."""
    units = metadata.get("nnlab", {})
    both = [*units.get("units", []), *units.get("manual", [])]
    return {str(unit["id"]): str(unit["title"]) for unit in both}


def title_of(grade_id: str, titles: Mapping[str, str]) -> str:
    """The title of the exercise that a cell belongs to; empty where the notebook names none."""
    return next(
        (
            title
            for unit, title in titles.items()
            if grade_id == unit or grade_id.startswith(f"{unit}-")
        ),
        "",
    )

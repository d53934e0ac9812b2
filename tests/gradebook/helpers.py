"""What the gradebook's tests share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from labhub.clock import FixedClock
from labhub.gradebook.autograding import Order, autograde
from labhub.gradebook.opening import open_course
from labhub.gradebook.outcome import Outcome
from labhub.gradebook.reference import ExamEngine
from labhub.ids import AssignmentId, StudentId
from tests.course_folder import ASSIGNMENT, COURSE_ID
from tests.gradebook.plain_engine import PlainEngine

PS1 = AssignmentId(ASSIGNMENT)


def grade(
    root: Path, engine: ExamEngine | None = None, clock: FixedClock | None = None, **order: Any
) -> dict[StudentId, Outcome]:
    """Grade the tiny course; the outcomes by student."""
    with autograde(open_course(root), engine or PlainEngine(), Order(PS1, **order), clock) as batch:
        return {outcome.student: outcome for outcome in batch.outcomes}


@contextmanager
def gradebook(root: Path) -> Iterator[Gradebook]:
    with Gradebook(f"sqlite:///{root}/gradebook.db", COURSE_ID) as opened:
        yield opened


def grades(root: Path, student: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Every grade of a student: (notebook, cell) -> the columns that count."""
    with gradebook(root) as opened:
        submission = opened.find_submission(ASSIGNMENT, student)
        return {
            (notebook.name, each.name): {
                "auto_score": each.auto_score,
                "manual_score": each.manual_score,
                "extra_credit": each.extra_credit,
                "needs_manual_grade": each.needs_manual_grade,
                "failed_tests": bool(each.failed_tests),
                "score": each.score,
                "max_score": each.max_score,
            }
            for notebook in submission.notebooks
            for each in notebook.grades
        }


def comments(root: Path, student: str) -> dict[tuple[str, str], str | None]:
    """Every comment of a student: (notebook, cell) -> what would be shown."""
    with gradebook(root) as opened:
        submission = opened.find_submission(ASSIGNMENT, student)
        return {
            (notebook.name, each.name): each.comment
            for notebook in submission.notebooks
            for each in notebook.comments
        }


def autograded(root: Path, student: str, notebook: str = "problem1") -> Any:
    path = root / "autograded" / student / ASSIGNMENT / f"{notebook}.ipynb"
    return nbformat.read(path, as_version=4)


def cell_of(notebook: Any, grade_id: str) -> Any:
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )

"""What the files of a hand-in are: notebooks of this assignment, of another one, or none at all."""

from sqlalchemy import Connection

from labhub.course.model import Course
from labhub.exchange.handin.errors import NoNotebookError, WrongAssignmentError
from labhub.exchange.handin.released import grade_ids
from labhub.exchange.handin.uploads import Upload
from labhub.exchange.intake.errors import IntakeError
from labhub.exchange.intake.parse import HandedNotebook, parse_notebook
from labhub.exchange.intake.read import DEFAULT_BOUNDS
from labhub.exchange.intake.survey import looks_like_notebook
from labhub.exchange.store.blobs import Blobs
from labhub.exchange.store.versions import Version, newest

MOST_READ = 12
"""Notebooks of one hand-in that are looked into."""


def ensure_belongs(
    db: Connection, blobs: Blobs, course: Course, released: Version, upload: Upload
) -> None:
    """Look into the notebooks: one can be read, and not all are of another assignment.

    A notebook without the marks of any assignment passes: intake knows it by its content.
    Raises `NoNotebookError` or `WrongAssignmentError`.
    """
    claimed = _claimed(_notebooks(upload, course.assignment(released.assignment).title))
    if not claimed or claimed & grade_ids(blobs, released):
        return
    for plan in course.assignments:
        other = newest(db, plan.id)
        if plan.id != released.assignment and other and claimed & grade_ids(blobs, other):
            here = course.assignment(released.assignment).title
            raise WrongAssignmentError(
                f"This is a notebook of {plan.title}, not of {here}.",
                hint=f"Choose the notebook of {here}, or hand this one in under {plan.title}.",
            )


def _notebooks(upload: Upload, title: str) -> list[HandedNotebook]:
    """The notebooks that can be read, at least one."""
    found, wrong = [], ""
    named = [part for part in upload.parts if looks_like_notebook(part.path)]
    for part in named[:MOST_READ]:
        try:
            raw = part.incoming.content(DEFAULT_BOUNDS.file_bytes)
            found.append(parse_notebook(raw, part.path))
        except IntakeError as error:
            wrong = wrong or error.message
    if not found:
        raise NoNotebookError(
            wrong or "There is no notebook in the hand-in.",
            hint=f"Hand in the notebook of {title}: a file that ends in .ipynb.",
        )
    return found


def _claimed(notebooks: list[HandedNotebook]) -> frozenset[str]:
    """The grade ids that the notebooks bear."""
    ids = (cell.claimed_id for notebook in notebooks for cell in notebook.cells)
    return frozenset(each for each in ids if each)

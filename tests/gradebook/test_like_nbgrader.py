"""Honest work gets the same from labhub as from `nbgrader autograde`, column by column."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nbgrader.utils import determine_grade

from labhub.grading.engine import Engine
from tests.course_folder import ASSIGNMENT, FULL, SQUARES_SHIFTED, hand_in
from tests.gradebook.helpers import autograded, comments, grade, gradebook, grades

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("like-nbgrader")]

CLASS = {
    "full": FULL,
    "untouched": {},
    "shifted": {**FULL, "squares": SQUARES_SHIFTED},
    "partial": {**FULL, "squares": "def squares(n):\n    return [1] if n == 1 else [0]"},
    "crash": {**FULL, "squares": "def squares(n)\n    return"},
    "no-words": {**FULL, "why": ""},
    "talkative": {**FULL, "squares": f"print('hello')\n{FULL['squares']}"},
}


@dataclass(frozen=True)
class Graded:
    ours: Path
    theirs: Path


@pytest.fixture(scope="module")
def graded(tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    place = tmp_path_factory.mktemp("twice")
    ours = Path(shutil.copytree(tiny_course, place / "ours"))
    for student, answers in CLASS.items():
        hand_in(ours, student, answers)
    (hand_in(ours, "half") / "problem2.ipynb").unlink()
    with gradebook(ours) as opened:
        opened.update_or_create_assignment(ASSIGNMENT, duedate="2027-02-01 11:00:00 UTC")
    config = ours / "nbgrader_config.py"
    config.write_text(config.read_text() + 'c.LateSubmissionPlugin.penalty_method = "zero"\n')
    theirs = Path(shutil.copytree(ours, place / "theirs"))
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, "--course-dir", str(theirs)],
        cwd=theirs,
        check=True,
        capture_output=True,
    )
    with Engine() as engine:
        grade(ours, engine)
    yield Graded(ours, theirs)


STUDENTS = [*CLASS, "half"]


@pytest.mark.parametrize("student", STUDENTS)
def test_every_column_of_every_grade_is_the_same(graded: Graded, student: str) -> None:
    assert grades(graded.ours, student) == grades(graded.theirs, student)


@pytest.mark.parametrize("student", STUDENTS)
def test_every_comment_is_the_same(graded: Graded, student: str) -> None:
    assert comments(graded.ours, student) == comments(graded.theirs, student)


@pytest.mark.parametrize("student", STUDENTS)
def test_time_and_penalty_are_the_same(graded: Graded, student: str) -> None:
    assert handing_in(graded.ours, student) == handing_in(graded.theirs, student)


@pytest.mark.parametrize("student", list(CLASS))
@pytest.mark.parametrize("notebook", ["problem1", "problem2"])
def test_nbgrader_reads_the_same_score_from_our_notebook(
    graded: Graded, student: str, notebook: str
) -> None:
    recorded = grades(graded.ours, student)
    for cell in autograded(graded.ours, student, notebook).cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade"):
            score, points = determine_grade(cell)
            row = recorded[notebook, marks["grade_id"]]
            assert (score, points) == (row["auto_score"], row["max_score"]), marks["grade_id"]


@pytest.mark.parametrize("student", list(CLASS))
@pytest.mark.parametrize("notebook", ["problem1", "problem2"])
def test_the_graded_notebook_has_nbgrader_s_shape(
    graded: Graded, student: str, notebook: str
) -> None:
    ours, theirs = (
        shape(autograded(root, student, notebook)) for root in (graded.ours, graded.theirs)
    )
    assert ours == theirs


def handing_in(root: Path, student: str) -> dict[str, Any]:
    with gradebook(root) as opened:
        found = opened.find_submission(ASSIGNMENT, student)
        return {
            "timestamp": found.timestamp,
            "late": found.total_seconds_late,
            "penalties": {n.name: n.late_submission_penalty or 0.0 for n in found.notebooks},
            "score": found.score,
            "open": found.needs_manual_grade,
        }


def shape(notebook: Any) -> list[tuple[Any, ...]]:
    """Type, source and grading metadata of every cell."""
    return [
        (cell.cell_type, cell.source, dict(cell.metadata.get("nbgrader", {})))
        for cell in notebook.cells
    ]

"""What grading noted about a hand-in: problems, repairs, and marks that came from in-process tests.

It stands in the graded notebooks of `autograded/`; each is read once as long as it does not change.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from labhub.course.folder import CourseFolder
from labhub.gradebook.graded_notebook import KEY
from labhub.grading.model import Problem
from labhub.ids import AssignmentId, StudentId

KEPT = 4096
"""Graded notebooks whose notes are remembered."""


@dataclass(frozen=True)
class GradingReport:
    """Of all notebooks of one hand-in."""

    problems: tuple[Problem, ...] = ()
    repairs: tuple[str, ...] = ()
    """Sentences for the TA."""
    in_process: int = 0
    """Tests that ran beside the student's code."""
    graded_at: str = ""
    """ISO 8601; empty for what is not graded."""


def report_of(folder: CourseFolder, assignment: AssignmentId, student: StudentId) -> GradingReport:
    """The notes on a student's hand-in; an empty report for one that is not graded."""
    place = folder.autograded(assignment, student)
    found = [_notes(path, path.stat().st_mtime_ns) for path in sorted(place.glob("*.ipynb"))]
    return GradingReport(
        tuple(problem for each in found for problem in each.problems),
        tuple(repair for each in found for repair in each.repairs),
        sum(each.in_process for each in found),
        max((each.graded_at for each in found), default=""),
    )


@lru_cache(maxsize=KEPT)
def _notes(path: Path, _changed_ns: int) -> GradingReport:
    content: dict[str, Any] = json.loads(path.read_bytes())
    notes = content.get("metadata", {}).get(KEY, {})
    cells = [cell.get("metadata", {}).get(KEY, {}) for cell in content.get("cells", [])]
    return GradingReport(
        tuple(Problem(**each) for each in notes.get("problems", [])),
        tuple(notes.get("repairs", [])),
        sum(bool(cell.get("in_process")) for cell in cells),
        notes.get("graded_at") or "",
    )

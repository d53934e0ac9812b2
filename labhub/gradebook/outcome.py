"""How the grading of one hand-in ended, for people and for a later run."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from labhub.exchange.intake import NotebookIntake
from labhub.gradebook.graded_notebook import verdict
from labhub.gradebook.record import MarkChange
from labhub.grading.model import ExamResult, Problem
from labhub.ids import GradeId, NotebookId, StudentId

RECORD_FORMAT = 1


class Standing(StrEnum):
    """What became of a hand-in."""

    GRADED = "graded"
    REGRADED = "regraded"
    """Graded before; now once more."""
    UNCHANGED = "unchanged"
    """Graded before, and nothing that marks depend on has changed: left alone."""
    REFUSED = "refused"
    """No notebook of it can be read; 0 points, and a sentence says why."""
    INCOMPLETE = "incomplete"
    """Some tests gave no result, through no fault that was seen: graded again next time."""
    FAILED = "failed"
    """The grader itself failed on it; nothing was written."""


@dataclass(frozen=True)
class Outcome:
    """One hand-in's end."""

    student: StudentId
    standing: Standing
    score: float = 0.0
    """All points so far, a person's included."""
    max_score: float = 0.0
    needs_manual_grade: bool = False
    late_penalty: float = 0.0
    seconds_late: float = 0.0
    changes: tuple[MarkChange, ...] = ()
    """Of a regrade: automatic marks that differ from those before."""
    problems: tuple[Problem, ...] = ()
    repaired: tuple[NotebookId, ...] = ()
    """Notebooks that intake had to mend."""
    in_process: tuple[GradeId, ...] = ()
    """Tests that ran beside the student's code."""
    written: bool = True
    """False in a dry run, and where nothing had to be written."""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    detail: str = ""
    """For staff: the traceback of a failure of the grader."""

    @property
    def ended_well(self) -> bool:
        """Whether the grader did its part; a hand-in that cannot be read is no fault of it."""
        return self.standing not in (Standing.INCOMPLETE, Standing.FAILED)

    @property
    def state(self) -> str:
        """The standing, with the first problem's name where it was refused or broke off."""
        named = {Standing.REFUSED, Standing.INCOMPLETE, Standing.FAILED}
        if self.standing in named and self.problems:
            return f"{self.standing}: {self.problems[0].code}"
        return str(self.standing)


def record_of(
    fingerprint: str,
    intake: NotebookIntake,
    result: ExamResult | None,
    graded_at: datetime,
    sandboxed: bool,
) -> dict[str, Any]:
    """What the graded notebook remembers of its grading, as plain JSON data for its metadata.

    Holds nothing hidden: a test's detail and source are left out.
    """
    problems = list(result.problems) if result else []
    if intake.problem is not None:
        problems.insert(0, Problem(intake.problem.code, intake.problem.sentence))
    return {
        "format": RECORD_FORMAT,
        "fingerprint": fingerprint,
        "status": intake.status,
        "graded_at": graded_at.isoformat(),
        "sandboxed": sandboxed,
        "problems": [asdict(problem) for problem in problems],
        "repairs": list(intake.report.for_staff()),
        "repairs_for_student": list(intake.report.for_student()),
        "tests": [verdict(test) for test in result.tests] if result else [],
    }


def scores_in(
    records: Mapping[NotebookId, Mapping[str, Any]],
) -> dict[NotebookId, dict[GradeId, float]]:
    """The tests' scores that graded notebooks remember."""
    return {
        name: {GradeId(test["grade_id"]): test["score"] for test in record["tests"]}
        for name, record in records.items()
    }


def in_process_tests(results: Sequence[ExamResult]) -> tuple[GradeId, ...]:
    """The tests that ran beside the student's code."""
    return tuple(test.grade_id for result in results for test in result.tests if test.in_process)

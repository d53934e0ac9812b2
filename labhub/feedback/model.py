"""What a feedback page is made of: frozen data, filled by the gradebook, free of nbgrader.

A test's `source` here is what the release showed. There is no field for a hidden source, an
expected value or a traceback of a test: what a page cannot hold, it cannot leak.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from labhub.grading.model import Output, TestStatus
from labhub.ids import GradeId, NotebookId


class CellKind(StrEnum):
    """Whose cell it is."""

    GIVEN = "given"
    """The course's: text, given code, or a task's description."""
    ANSWER = "answer"
    """Where the student was asked to write; may carry a mark by a person."""
    TEST = "test"
    """A graded test; only its released source and its verdict are shown."""
    EXTRA = "extra"
    """The student's own."""


@dataclass(frozen=True)
class Mark:
    """Points of one cell. `earned` is None as long as a person has not graded it."""

    earned: float | None
    possible: float
    extra: float = 0.0
    """Extra credit given by a TA; counts on top."""

    @property
    def total(self) -> float:
        """Earned points with extra credit; what is not graded yet counts nothing."""
        return (self.earned or 0.0) + self.extra


@dataclass(frozen=True)
class FeedbackCell:
    """One cell of the notebook as graded."""

    kind: CellKind
    cell_type: str
    """`code`, `markdown` or `raw`."""
    source: str
    """For a test: only what the release showed."""
    outputs: tuple[Output, ...] = ()
    """nbformat outputs; those of a test are never shown."""
    execution_count: int | None = None
    attachments: Mapping[str, Any] = field(default_factory=dict)
    grade_id: GradeId | None = None
    mark: Mark | None = None
    """For tests and for answers that a person grades."""
    status: TestStatus | None = None
    law: str = ""
    """For tests: the law that failed, in words (`TestResult.law`)."""
    comment: str = ""
    """A TA's words (plain text or Markdown)."""
    in_process: bool = False
    """The test ran beside the student's code."""
    exercise: str = ""
    """Id of the exercise (`ExerciseFeedback.exercise_id`) that the cell counts for."""


@dataclass(frozen=True)
class ExerciseFeedback:
    """One exercise in the page's header. Its points are those of its cells."""

    exercise_id: str
    title: str
    """e.g. `1.3 Softmax and cross-entropy`."""


@dataclass(frozen=True)
class FeedbackPage:
    """All that one page shows about one notebook of one student.

    Cells whose `exercise` is empty or unknown count for an exercise of their own, named after
    the cell.
    """

    student: str
    """The id or name to show."""
    assignment: str
    """Title of the assignment."""
    notebook_id: NotebookId
    cells: tuple[FeedbackCell, ...] = ()
    exercises: tuple[ExerciseFeedback, ...] = ()
    course: str = ""
    late: str = ""
    """A sentence, e.g. `Handed in 2 hours late; 10 % are taken off.`; empty when in time."""
    late_penalty: float = 0.0
    """Points taken off for lateness, not negative."""
    problems: tuple[str, ...] = ()
    """Sentences: what went wrong when the notebook ran, or why it could not be read."""
    repairs: tuple[str, ...] = ()
    """Sentences of `RepairReport.for_student`."""
    comment: str = ""
    """A TA's words on the whole notebook."""
    handed_in: datetime | None = None
    graded: datetime | None = None
    version: str = ""
    """Of the grader, for the foot of the page."""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks of all cells."""
        return tuple(cell.mark for cell in self.cells if cell.mark is not None)

    @property
    def possible(self) -> float:
        """What the notebook can give."""
        return sum(mark.possible for mark in self.marks)

    @property
    def earned(self) -> float:
        """Points so far, after lateness; never below zero."""
        return max(0.0, sum(mark.total for mark in self.marks) - self.late_penalty)

    @property
    def pending(self) -> float:
        """Points that a person has still to decide on."""
        return sum(mark.possible for mark in self.marks if mark.earned is None)

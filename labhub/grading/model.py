"""What is graded and what comes out, as frozen data.

An `Exam` is one notebook of one submission, ready to run: the student's cells as intake left
them, and the test cells as the course wrote them (points and source always from the course's
own copy). The engine turns an `Exam` into an `ExamResult`. Nothing here imports numpy or torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from labhub.ids import GradeId, NotebookId

Output = Mapping[str, Any]
"""One nbformat 4 output (`stream`, `display_data`, `execute_result` or `error`)."""


_FULL_CELLS = 16


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds are wall seconds unless the name says otherwise."""

    submission_timeout_s: float = 120.0
    cell_timeout_s: float = 60.0
    test_timeout_s: float = 20.0
    cpu_s: float = 240.0
    memory_bytes: int = 4 << 30
    """Anonymous and shared memory beyond what the warm parent brought along, all processes."""
    processes: int = 64
    open_files: int = 512
    file_bytes: int = 256 << 20
    workdir_bytes: int = 512 << 20
    output_bytes: int = 4 << 20
    """Text and images kept per cell; what is more is cut, with a line that says so."""

    @property
    def all_output_bytes(self) -> int:
        """Text and images kept per notebook, however many cells it has."""
        return _FULL_CELLS * self.output_bytes


@dataclass(frozen=True)
class StudentCell:
    """A code cell that runs in the answer process. `index` is its place in the notebook."""

    index: int
    source: str
    grade_id: GradeId | None = None
    given: bool = False
    """Locked in the release: its source is the course's."""


@dataclass(frozen=True)
class TestCell:
    """A graded test cell. Its `source` never leaves the examiner; the student saw `visible`."""

    __test__ = False  # not a test case of pytest's

    index: int
    grade_id: GradeId
    points: float
    source: str
    visible: str = ""
    timeout_s: float | None = None
    """Seconds; None takes `Limits.test_timeout_s`."""
    in_process: bool = False
    """Run beside the student's code: for a test that cannot be split. Said on every mark."""


@dataclass(frozen=True)
class Exam:
    """One notebook of one submission, ready for the engine."""

    notebook_id: NotebookId
    cells: tuple[StudentCell | TestCell, ...]
    """In the order of the notebook."""
    reference: tuple[str, ...] = ()
    """The instructor's own code cells, in order; run in the examiner for `reference.<name>`."""
    limits: Limits = field(default_factory=Limits)
    workdir: Path | None = None
    """Copied into the private folder where the student's code runs (released files, data)."""


def without_answers(exam: Exam) -> Exam:
    """`exam` with the sources of the course's cells alone: what all hand-ins to it share."""
    return replace(exam, cells=tuple(_without_answer(cell) for cell in exam.cells))


def _without_answer(cell: StudentCell | TestCell) -> StudentCell | TestCell:
    return cell if isinstance(cell, TestCell) or cell.given else replace(cell, source="")


class CellStatus(StrEnum):
    """How a student's cell ended."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    KILLED = "killed"
    SKIPPED = "skipped"


class TestStatus(StrEnum):
    """How a test cell ended. Only `PASSED` and `PARTIAL` earn points."""

    __test__ = False

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"
    """An assertion of the test did not hold."""
    ERROR = "error"
    """An exception that is not the test's own assertion, or a missing name."""
    TIMEOUT = "timeout"
    KILLED = "killed"
    """The student's process died while the test called it."""
    NOT_SPLITTABLE = "not-splittable"
    """The test asks for something that cannot cross the border; the author must rewrite it."""
    SKIPPED = "skipped"


@dataclass(frozen=True)
class CellResult:
    """What a student's cell showed."""

    index: int
    status: CellStatus
    outputs: tuple[Output, ...] = ()
    execution_count: int | None = None


@dataclass(frozen=True)
class TestResult:
    """A verdict, made in the examiner."""

    __test__ = False

    index: int
    grade_id: GradeId
    points: float
    """What this test can give."""
    score: float
    status: TestStatus
    law: str = ""
    """For the student: the literal message of the author's assertion, or a general sentence.
    Holds nothing computed from hidden values."""
    detail: str = ""
    """For staff: exception and traceback of the test; may show hidden source."""
    in_process: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Problem:
    """Something that went wrong with one submission: a code, and a sentence for people."""

    code: str
    """e.g. `cell-timeout`; the engine's codes stand in `labhub.grading.problems.SENTENCES`."""
    sentence: str
    index: int | None = None
    """The cell, where there is one."""


@dataclass(frozen=True)
class ExamResult:
    """All that the engine found out about one notebook of one submission."""

    notebook_id: NotebookId
    cells: tuple[CellResult, ...]
    tests: tuple[TestResult, ...]
    problems: tuple[Problem, ...] = ()
    cpu_s: float = 0.0
    """CPU of the answer processes and the examiner together."""
    wall_s: float = 0.0
    peak_bytes: int = 0

    @property
    def score(self) -> float:
        """The points earned by the test cells."""
        return sum(test.score for test in self.tests)

"""What `labhub check` found out about an assignment, as frozen data."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from labhub.authoring.findings import Finding, has_errors
from labhub.grading.check.margins import Margin
from labhub.ids import AssignmentId, GradeId, NotebookId


class Stage(StrEnum):
    """The parts of a check. The kernel works beside the engine; the others run in this order."""

    SOURCE = "source"
    """Reading the instructor notebooks and the checks; nothing is run."""
    RELEASE = "release"
    """The student version equals a fresh build."""
    LEAKS = "leaks"
    """No secret in any byte of the student version."""
    KERNEL = "kernel"
    """The instructor notebook in a real kernel, by papermill: full marks in time."""
    REFERENCE = "reference"
    """The instructor's solution through the grading engine: full marks."""
    EMPTY = "empty"
    """The student version through the grading engine: no points."""
    ISOLATION = "isolation"
    """Which tests use which answer; runs where mutants or alternates are checked."""
    MUTANTS = "mutants"
    """Wrong solutions fail in their own tests and only there."""
    ALTERNATES = "alternates"
    """Other right solutions get full marks."""
    SEEDS = "seeds"
    """The instructor's solution with other random numbers: full marks. Only where asked for."""
    REPEAT = "repeat"
    """The instructor's solution again, in new processes: the same results. Goes with the seeds."""


@dataclass(frozen=True)
class Step:
    """Progress: `done` of `total` jobs of a stage have ended, the last one was `label`."""

    stage: Stage
    done: int
    total: int
    label: str = ""


Progress = Callable[[Step], None]


@dataclass(frozen=True)
class CellTime:
    """How long a cell of the instructor notebook took."""

    place: str
    seconds: float


@dataclass(frozen=True)
class KernelRun:
    """An instructor notebook run by papermill in a kernel of its own."""

    notebook_id: NotebookId
    seconds: float
    """Wall seconds, with the start of the kernel."""
    cpu_s: float
    score: float
    """By nbgrader's rule."""
    max_score: float
    cells: tuple[CellTime, ...]


@dataclass(frozen=True)
class TestTime:
    """How long a test cell took in the examiner, with the instructor's solution."""

    __test__ = False

    grade_id: GradeId
    seconds: float


@dataclass(frozen=True)
class LostTest:
    """A test that gave less than its points."""

    grade_id: GradeId
    score: float
    points: float
    law: str


@dataclass(frozen=True)
class SeedRun:
    """The instructor's solution with another seed."""

    notebook_id: NotebookId
    seed: int
    score: float
    max_score: float
    lost: tuple[LostTest, ...]
    seconds: float


@dataclass(frozen=True)
class Verdict:
    """What became of one mutant or alternate."""

    kind: str
    """`mutant` or `alternate`."""
    title: str
    exercise: str
    cell: GradeId
    place: str
    """File and line."""
    expected: tuple[GradeId, ...]
    """The tests that it must fail."""
    failed: tuple[GradeId, ...]
    """The tests that it failed."""
    cells_run: int
    """Cells that can have to do with it; the others were left out."""
    cells: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it failed where it must and nowhere else."""
        return set(self.failed) == set(self.expected)


@dataclass(frozen=True)
class CheckReport:
    """Everything that was found out. `ok` decides about the exit code."""

    assignment: AssignmentId
    stages: tuple[Stage, ...]
    """What was run; the rest was not asked for, or an earlier stage made it pointless."""
    findings: tuple[Finding, ...] = ()
    kernel_runs: tuple[KernelRun, ...] = ()
    test_times: tuple[TestTime, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    seed_runs: tuple[SeedRun, ...] = ()
    margins: tuple[Margin, ...] = ()
    """Of each limit in a test the value over all seeds that came nearest, the nearest first."""
    files_scanned: int = 0
    secrets: int = 0
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the assignment can go to students."""
        return not has_errors(self.findings)

    @property
    def mutants(self) -> tuple[Verdict, ...]:
        """The verdicts about wrong solutions."""
        return tuple(verdict for verdict in self.verdicts if verdict.kind == "mutant")

    @property
    def alternates(self) -> tuple[Verdict, ...]:
        """The verdicts about other right solutions."""
        return tuple(verdict for verdict in self.verdicts if verdict.kind == "alternate")

    @property
    def summary(self) -> str:
        """One line: counts of mutants killed and alternates accepted, and findings."""
        killed = sum(verdict.ok for verdict in self.mutants)
        accepted = sum(verdict.ok for verdict in self.alternates)
        errors = sum(finding.is_error for finding in self.findings)
        return (
            f"{self.assignment}: {killed} of {len(self.mutants)} mutants killed, "
            f"{accepted} of {len(self.alternates)} alternates accepted, {errors} errors, "
            f"{len(self.findings) - errors} pieces of advice, {self.seconds:.0f} s"
        )

    def as_dict(self) -> dict[str, Any]:
        """The report as plain JSON data."""
        content = asdict(self)
        content["findings"] = [finding.as_dict() for finding in self.findings]
        content["verdicts"] = [asdict(verdict) | {"ok": verdict.ok} for verdict in self.verdicts]
        content["margins"] = [asdict(each) | {"used": each.used} for each in self.margins]
        return content | {"ok": self.ok, "summary": self.summary}

"""What intake found and mended: facts for the TA, sentences for the student."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from labhub.ids import GradeId, NotebookId


class FactKind(StrEnum):
    """What happened to a cell or to a file."""

    FILE_RECOGNISED = "file-recognised"
    """The file had another name."""
    SEVERAL_FILES = "several-files"
    """More than one file could have been this notebook."""
    TEXT_MENDED = "text-mended"
    """Bytes that are no text, or broken pieces of JSON, were replaced or left out."""
    REATTACHED = "reattached"
    """The cell had lost its grading metadata or bore another cell's; it was found by content."""
    DUPLICATE_DROPPED = "duplicate-dropped"
    COPIES_DIFFER = "copies-differ"
    """Two answers to one exercise: one counts, the other stays as an ordinary cell."""
    RESTORED = "restored"
    """A deleted test or given cell was put back."""
    ANSWER_MISSING = "answer-missing"
    """A deleted answer cell: the released, empty one was put in its place."""
    SOURCE_PUT_BACK = "source-put-back"
    TYPE_PUT_BACK = "type-put-back"
    MARKS_PUT_BACK = "marks-put-back"
    """Points or flags in the file differed from the course's."""
    MOVED = "moved"
    EXTRA_KEPT = "extra-kept"
    """A cell that looked like a part of the lab but belongs nowhere: kept as the student's own."""
    JOINED = "joined"
    """An answer in words that had been split into several cells."""
    SCRUBBED = "scrubbed"
    OUTPUT_CUT = "output-cut"
    FILE_REFUSED = "file-refused"
    """An extra file that is a link to elsewhere, a device, or too large."""


@dataclass(frozen=True)
class Fact:
    """One thing that intake did. `sentence` is for the TA."""

    kind: FactKind
    sentence: str
    grade_id: GradeId | None = None
    removed: str = ""
    """The student's text that was taken out, so that nothing is lost from sight."""


@dataclass(frozen=True)
class RepairReport:
    """All facts about one notebook, in order of the notebook."""

    facts: tuple[Fact, ...] = ()

    def of(self, *kinds: FactKind) -> tuple[Fact, ...]:
        """The facts of these kinds."""
        return tuple(fact for fact in self.facts if fact.kind in kinds)

    @property
    def repaired(self) -> bool:
        """Whether the notebook's cells had to be mended (scrubbing alone is no repair)."""
        return any(fact.kind not in _SILENT for fact in self.facts)

    def for_staff(self) -> tuple[str, ...]:
        """One line per fact."""
        return tuple(fact.sentence for fact in self.facts)

    def for_student(self) -> tuple[str, ...]:
        """A few kind sentences; nothing about what needs no attention."""
        return tuple(
            sentence.format(cells=_listed([fact.grade_id or "" for fact in facts]))
            for kind, sentence in _FOR_STUDENT.items()
            if (facts := self.of(kind))
        )


@dataclass(frozen=True)
class IntakeProblem:
    """Why a notebook cannot be graded: a named status and a sentence for the student."""

    code: str
    sentence: str


@dataclass(frozen=True)
class NotebookIntake:
    """One notebook of a hand-in, ready for grading, or the reason why it is not."""

    notebook_id: NotebookId
    notebook: Any = None
    """The repaired `nbformat.NotebookNode`; None with a `problem`."""
    report: RepairReport = field(default_factory=RepairReport)
    problem: IntakeProblem | None = None
    file: Path | None = None
    """The file that was read; never written."""
    sha256: str = ""
    """Of the bytes of `file`, in hexadecimal."""

    @property
    def status(self) -> str:
        """`ok`, `repaired`, or the code of the problem."""
        if self.problem is not None:
            return self.problem.code
        return "repaired" if self.report.repaired else "ok"


@dataclass(frozen=True)
class ExtraFile:
    """A handed-in file beside the notebooks that is safe to copy (regular, inside, bounded)."""

    path: Path
    relative: str
    """POSIX path relative to the hand-in's folder."""
    size_bytes: int


@dataclass(frozen=True)
class Intake:
    """All that one hand-in holds."""

    folder: Path
    notebooks: tuple[NotebookIntake, ...]
    """One per released notebook, in the release's order."""
    files: tuple[ExtraFile, ...] = ()
    refused: tuple[Fact, ...] = ()
    """Extra files that were left out."""

    @property
    def readable(self) -> bool:
        """Whether every notebook can be graded."""
        return all(notebook.problem is None for notebook in self.notebooks)


_SILENT = frozenset({FactKind.SCRUBBED, FactKind.OUTPUT_CUT, FactKind.FILE_REFUSED})

_FOR_STUDENT: dict[FactKind, str] = {
    FactKind.FILE_RECOGNISED: "Your file had another name than the lab's notebook; it was "
    "recognised. Please keep the name next time.",
    FactKind.SEVERAL_FILES: "You handed in more than one file for this notebook. Look below "
    "whether the right one was graded.",
    FactKind.TEXT_MENDED: "Some characters or pieces of your file were broken and were replaced.",
    FactKind.REATTACHED: "Some cells had lost what links them to the exercises. They were "
    "recognised by their content: {cells}.",
    FactKind.DUPLICATE_DROPPED: "Cells that were there twice count once: {cells}.",
    FactKind.COPIES_DIFFER: "There was more than one answer to {cells}. The later one counts; "
    "the other is still shown below.",
    FactKind.RESTORED: "Cells of the lab that were missing have been put back: {cells}.",
    FactKind.ANSWER_MISSING: "The cell for your answer was missing: {cells}. If you answered "
    "elsewhere, tell your TA.",
    FactKind.SOURCE_PUT_BACK: "Cells that are not meant to be edited were put back as released: "
    "{cells}.",
    FactKind.TYPE_PUT_BACK: "Cells that had been turned from code into text, or back, were "
    "turned again: {cells}.",
    FactKind.MOVED: "Cells that had been moved stand in the lab's order again: {cells}.",
    FactKind.JOINED: "An answer that was split over several cells was joined: {cells}.",
}


def merged(reports: Iterable[RepairReport]) -> RepairReport:
    """One report of several."""
    return RepairReport(tuple(fact for report in reports for fact in report.facts))


def _listed(names: Sequence[str], most: int = 8) -> str:
    unique = list(dict.fromkeys(name for name in names if name))
    shown = ", ".join(unique[:most])
    return f"{shown} and {len(unique) - most} more" if len(unique) > most else shown

"""What a merge did, one sentence per cell that somebody should know about."""

from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What happened to a cell."""

    ANSWER_KEPT = "answer-kept"
    START_CHANGED = "start-changed"
    """The course changed the text that an answer begins with; the answer stays as it was."""
    CELL_ADDED = "cell-added"
    CELL_RENEWED = "cell-renewed"
    CELL_REMOVED = "cell-removed"
    """The newer version has no such cell, and the student had written nothing in it."""
    ANSWER_WITHOUT_EXERCISE = "answer-without-exercise"
    """The newer version has no such exercise; the answer stays as an ordinary cell."""
    PUT_BACK = "put-back"
    """A cell that belongs to the course had been edited."""
    OWN_KEPT = "own-kept"
    """The student changed a cell that the course changed too: both are there."""


@dataclass(frozen=True)
class Change:
    """One thing that a merge did."""

    kind: ChangeKind
    cell: str
    """The grade id, or the beginning of the text where there is none."""
    removed: str = ""
    """The student's text that is in the backup only."""

    @property
    def sentence(self) -> str:
        """What a student reads."""
        return f"{self.cell}: {_WORDS[self.kind]}"


_WORDS = {
    ChangeKind.ANSWER_KEPT: "your answer is kept.",
    ChangeKind.START_CHANGED: "your answer is kept, but the course changed the text it starts "
    "with; compare it with a fresh copy.",
    ChangeKind.CELL_ADDED: "new in this version.",
    ChangeKind.CELL_RENEWED: "the course's newer text.",
    ChangeKind.CELL_REMOVED: "no longer part of the lab.",
    ChangeKind.ANSWER_WITHOUT_EXERCISE: "no longer part of the lab; your answer stays as an "
    "ordinary cell.",
    ChangeKind.PUT_BACK: "belongs to the course and is as released again; your text is in the "
    "backup.",
    ChangeKind.OWN_KEPT: "you and the course both changed it; yours stands below the course's.",
}

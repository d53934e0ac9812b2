"""What the template shows: the page's data with every number and verdict put into words."""

from collections.abc import Iterator
from dataclasses import dataclass

from labhub.feedback.model import CellKind, FeedbackCell, FeedbackPage, Mark
from labhub.grading.model import TestStatus


@dataclass(frozen=True)
class Verdict:
    """A verdict in a sign, a word, and a class of the style sheet (never by colour alone)."""

    sign: str
    word: str
    tone: str
    """`good`, `part`, `bad` or `wait`."""


@dataclass(frozen=True)
class Part:
    """One marked cell of an exercise."""

    anchor: str
    label: str
    points: str
    verdict: Verdict
    sentence: str
    comment: str


@dataclass(frozen=True)
class Exercise:
    """One row of the table of points."""

    title: str
    earned: float
    possible: float
    pending: float
    parts: tuple[Part, ...]

    @property
    def points(self) -> str:
        """e.g. `3.5 / 5`."""
        return f"{number(self.earned)} / {number(self.possible)}"

    @property
    def is_full(self) -> bool:
        """Whether nothing is left to say: all passed, no comment."""
        return all(part.verdict.tone == "good" and not part.comment for part in self.parts)

    @property
    def share(self) -> float:
        """Earned of possible in percent, 0 to 100."""
        return percent(self.earned, self.possible)

    @property
    def waiting_share(self) -> float:
        """What is not graded yet, of possible, in percent."""
        return min(percent(self.pending, self.possible), 100 - self.share)


VERDICTS = {
    TestStatus.PASSED: Verdict("✓", "passed", "good"),
    TestStatus.PARTIAL: Verdict("◐", "partly", "part"),
    TestStatus.FAILED: Verdict("✗", "not passed", "bad"),
    TestStatus.ERROR: Verdict("✗", "stopped with an error", "bad"),
    TestStatus.TIMEOUT: Verdict("✗", "took too long", "bad"),
    TestStatus.KILLED: Verdict("✗", "your process ended", "bad"),
    TestStatus.NOT_SPLITTABLE: Verdict("–", "could not be run", "wait"),
    TestStatus.SKIPPED: Verdict("–", "not run", "wait"),
}
SENTENCES = {
    TestStatus.FAILED: "A test of this cell did not hold.",
    TestStatus.ERROR: "The test stopped with an error before it could decide.",
    TestStatus.TIMEOUT: "The test called your code and had no answer within its time limit.",
    TestStatus.KILLED: "Your process ended while the test called it.",
    TestStatus.NOT_SPLITTABLE: "The test itself must be mended; ask your TA.",
    TestStatus.SKIPPED: "This test was not run.",
}
_WAITING = Verdict("…", "to be graded by a person", "wait")


def number(value: float) -> str:
    """Points without noise: `4`, `2.5`, `1.33`."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(value: float, of: float) -> float:
    """Between 0 and 100, also where nothing can be earned."""
    return max(0.0, min(100.0, 100 * value / of)) if of > 0 else 0.0


def verdict(cell: FeedbackCell) -> Verdict:
    """How a marked cell did: a test by its status, an answer by its points."""
    if cell.status is not None:
        return VERDICTS[cell.status]
    mark = cell.mark
    if mark is None or mark.earned is None:
        return _WAITING
    if mark.total >= mark.possible:
        return Verdict("✓", "full points", "good")
    return (
        Verdict("◐", "part of the points", "part")
        if mark.total > 0
        else Verdict("✗", "no points", "bad")
    )


def points(mark: Mark) -> str:
    """e.g. `2 / 3`, `– / 5`, `3 / 3 + 1 extra`."""
    earned = "–" if mark.earned is None else number(mark.earned)
    extra = f" + {number(mark.extra)} extra" if mark.extra else ""
    return f"{earned} / {number(mark.possible)}{extra}"


def exercises(page: FeedbackPage) -> tuple[Exercise, ...]:
    """The table of points, in the order of the page's exercises and then of its cells."""
    titles = {exercise.exercise_id: exercise.title for exercise in page.exercises}
    groups: dict[str, list[tuple[int, FeedbackCell]]] = {name: [] for name in titles}
    for at, cell in enumerate(page.cells):
        if cell.mark is not None:
            name = cell.exercise if cell.exercise in titles else str(cell.grade_id or f"cell {at}")
            groups.setdefault(name, []).append((at, cell))
    return tuple(
        _exercise(titles.get(name, name), cells) for name, cells in groups.items() if cells
    )


def anchor(at: int) -> str:
    """The id of a cell on the page."""
    return f"cell-{at + 1}"


def sentence(cell: FeedbackCell) -> str:
    """The law that failed, or a general sentence; empty for what passed."""
    if cell.status is None or cell.status is TestStatus.PASSED:
        return ""
    return cell.law or SENTENCES.get(cell.status, "")


def _exercise(title: str, cells: list[tuple[int, FeedbackCell]]) -> Exercise:
    marks = [cell.mark for _, cell in cells if cell.mark is not None]
    return Exercise(
        title=title,
        earned=sum(mark.total for mark in marks),
        possible=sum(mark.possible for mark in marks),
        pending=sum(mark.possible for mark in marks if mark.earned is None),
        parts=tuple(_parts(cells)),
    )


def _parts(cells: list[tuple[int, FeedbackCell]]) -> Iterator[Part]:
    counts = {"Test": 0, "Answer": 0}
    for at, cell in cells:
        assert cell.mark is not None, "only marked cells are grouped"
        label = "Test" if cell.kind is CellKind.TEST else "Answer"
        counts[label] += 1
        yield Part(
            anchor=anchor(at),
            label=f"{label} {counts[label]}",
            points=points(cell.mark),
            verdict=verdict(cell),
            sentence=sentence(cell),
            comment=cell.comment,
        )

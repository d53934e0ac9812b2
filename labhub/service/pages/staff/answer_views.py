"""An answer on a marking page: the frame that shows it, and a form for each mark."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from labhub.feedback.view import number
from labhub.gradebook.graded import GradedCell
from labhub.gradebook.marking import Answer, GivenMark, Rubric
from labhub.ids import GradeId

MOST_PHRASES = 8
"""Comments in the palette."""
LONGEST_PHRASE = 240
SIZES = {"tiny": 8, "short": 16, "medium": 34}
"""Lines up to which an answer is called so: how high its frame is."""
WIDTH = 105
"""Characters of a line."""


@dataclass(frozen=True)
class MarkForm:
    """The form of one mark."""

    key: str
    """Unique on the page."""
    cell: str
    possible: float
    points: str
    """What a person gave; empty as long as nobody did."""
    automatic: str
    """What the machine gave; empty where it gives nothing."""
    extra: str
    comment: str
    waits: bool
    stamp: str
    rubric: Rubric
    by_hand: bool
    """Whether a person marks it as a rule."""


@dataclass(frozen=True)
class AnswerView:
    """One answer."""

    key: str
    """Stands for the student."""
    called: str
    """The name, or words without it."""
    exercise: str
    exercise_title: str
    size: str
    """`tiny`, `short`, `medium` or `long`."""
    forms: tuple[MarkForm, ...]
    waits: bool
    others: tuple[str, ...]
    """Who else looks at it."""


def answer_view(
    answer: Answer, rubrics: Mapping[GradeId, Rubric], called: str, others: tuple[str, ...]
) -> AnswerView:
    """An answer for a page."""
    forms = tuple(
        _form(answer, mark, rubrics)
        for cell, mark in answer.marks.items()
        if cell in answer.exercise.graded
    )
    return AnswerView(
        answer.key,
        called,
        answer.exercise.id,
        answer.exercise.title,
        size_of(answer.cells),
        tuple(sorted(forms, key=lambda form: not form.by_hand)),
        answer.waits,
        others,
    )


def palette_of(marks: Iterable[GivenMark]) -> tuple[str, ...]:
    """The comments that were given most to this exercise, the most frequent first."""
    said = Counter(mark.comment for mark in marks if 0 < len(mark.comment) <= LONGEST_PHRASE)
    return tuple(phrase for phrase, _ in said.most_common(MOST_PHRASES))


def size_of(cells: Iterable[GradedCell]) -> str:
    """How much room an answer needs: lines of text, and pictures as a dozen lines each."""
    lines = 0
    for cell in cells:
        lines += 3 + sum(1 + len(line) // WIDTH for line in cell.source.split("\n"))
        for output in cell.outputs:
            data = output.get("data", {})
            lines += 12 if any(str(mime).startswith("image/") for mime in data) else 3
    return next((size for size, most in SIZES.items() if lines <= most), "long")


def _form(answer: Answer, mark: GivenMark, rubrics: Mapping[GradeId, Rubric]) -> MarkForm:
    by_hand = mark.place.cell in answer.exercise.by_hand
    return MarkForm(
        key=f"{answer.key}-{mark.place.cell}",
        cell=mark.place.cell,
        possible=mark.possible,
        points="" if mark.by_hand is None else number(mark.by_hand),
        automatic="" if mark.automatic is None else number(mark.automatic),
        extra=number(mark.extra) if mark.extra else "",
        comment=mark.comment,
        waits=mark.waits,
        stamp=mark.stamp,
        rubric=rubrics.get(mark.place.cell, Rubric()),
        by_hand=by_hand,
    )

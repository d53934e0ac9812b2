"""My marks on one assignment, exercise by exercise, and what I asked about them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from labhub.exchange.store.marks import Appeal
from labhub.feedback.view import percent
from labhub.service.pages.languages import Words
from labhub.service.pages.languages import marked as _
from labhub.service.pages.released import Exercise, Part, ReleasedPage
from labhub.service.pages.states import Chip

LONGEST = 4000
"""Characters of a question about a mark."""
PAGE_WORDS = (
    _("Test"),
    _("Answer"),
    _("passed"),
    _("partly"),
    _("not passed"),
    _("stopped with an error"),
    _("took too long"),
    _("your process ended"),
    _("could not be run"),
    _("not run"),
    _("to be graded by a person"),
    _("full points"),
    _("part of the points"),
    _("no points"),
)
"""What a feedback page says of a mark; the page is in English, these are translated."""


@dataclass(frozen=True)
class MarkedExercise:
    """One exercise: its points, its parts, and the talk about it."""

    title: str
    points: str
    share: float
    parts: tuple[Part, ...]
    appeals: tuple[Appeal, ...]


@dataclass(frozen=True)
class MarksView:
    """The marks on one hand-in, as released."""

    assignment: str
    submission: int
    earned: float
    possible: float
    pending: float
    exercises: tuple[MarkedExercise, ...]
    notes: tuple[str, ...]
    other_appeals: tuple[Appeal, ...]
    """Those that name no exercise of the page."""

    @property
    def share(self) -> float:
        """Earned of possible, in percent."""
        return percent(self.earned, self.possible)

    @property
    def waiting(self) -> float:
        """What is not graded yet, of possible, in percent."""
        return min(percent(self.pending, self.possible), 100 - self.share)


def marks_view(
    assignment: str,
    submission: int,
    pages: Sequence[ReleasedPage],
    appeals: Sequence[Appeal],
    words: Words,
) -> MarksView:
    """The marks of all notebooks of a hand-in, with a student's appeals beside them."""
    exercises = [exercise for page in pages for exercise in page.exercises]
    titles = {exercise.title for exercise in exercises}
    return MarksView(
        assignment=assignment,
        submission=submission,
        earned=sum(page.earned for page in pages),
        possible=sum(page.possible for page in pages),
        pending=sum(page.pending for page in pages),
        exercises=tuple(_marked(exercise, appeals, words) for exercise in exercises),
        notes=tuple(note for page in pages for note in page.notes),
        other_appeals=tuple(each for each in appeals if asked_about(each) not in titles),
    )


def appeal_text(exercise: str, text: str) -> str:
    """The text of an appeal: its first line names the exercise, so that all can see it.

    >>> appeal_text("1.3 Softmax", "Why?")
    '1.3 Softmax:\\nWhy?'
    """
    return f"{exercise}:\n{text.strip()}" if exercise else text.strip()


def asked_about(appeal: Appeal) -> str:
    """The exercise that an appeal names; empty where it names none."""
    first, colon, _rest = appeal.text.partition(":\n")
    return first if colon and "\n" not in first else ""


def _marked(exercise: Exercise, appeals: Sequence[Appeal], words: Words) -> MarkedExercise:
    mine = [each for each in appeals if asked_about(each) == exercise.title]
    return MarkedExercise(
        title=exercise.title,
        points=exercise.points,
        share=exercise.share,
        parts=tuple(_retold(part, words) for part in exercise.parts),
        appeals=tuple(replace(each, text=each.text.partition(":\n")[2]) for each in mine),
    )


def _retold(part: Part, words: Words) -> Part:
    """The part with the page's own words in the visitor's language."""
    kind, _space, number = part.label.partition(" ")
    label = f"{words.gettext(kind)} {number}" if kind in PAGE_WORDS else part.label
    word = words.gettext(part.state.word) if part.state.word in PAGE_WORDS else part.state.word
    return replace(part, label=label, state=Chip(part.state.sign, word, part.state.tone))

"""How far marking has come, exercise by exercise."""

from collections.abc import Iterable
from dataclasses import dataclass

from labhub.gradebook.marking.exercises import Exercise
from labhub.gradebook.marking.rows import GivenMark


@dataclass(frozen=True)
class ExerciseProgress:
    """How many answers to one exercise are marked."""

    exercise: Exercise
    answers: int
    waiting: int
    """Answers that a person has still to mark."""

    @property
    def marked(self) -> int:
        """Answers with nothing left to do."""
        return self.answers - self.waiting


def progress_of(
    exercises: Iterable[Exercise], marks: Iterable[GivenMark]
) -> tuple[ExerciseProgress, ...]:
    """The progress of every exercise, in their order."""
    found = list(marks)
    return tuple(_progress(exercise, found) for exercise in exercises)


def _progress(exercise: Exercise, marks: list[GivenMark]) -> ExerciseProgress:
    own = [
        mark
        for mark in marks
        if mark.place.notebook == exercise.notebook_id and mark.place.cell in exercise.graded
    ]
    return ExerciseProgress(
        exercise,
        len({mark.place.student for mark in own}),
        len({mark.place.student for mark in own if mark.waits}),
    )

"""What a TA needs to mark by hand, on nbgrader's gradebook: answers, rubrics, marks, progress.

The formgrader works on the same rows: what is marked here is marked there.
"""

from labhub.gradebook.marking.answers import Answer, answers_to, hand_in_of
from labhub.gradebook.marking.exercises import Exercise, exercises_of
from labhub.gradebook.marking.giving import NewMark, give_mark
from labhub.gradebook.marking.progress import ExerciseProgress, progress_of
from labhub.gradebook.marking.readiness import Obstacle, obstacles
from labhub.gradebook.marking.rows import GivenMark, Place
from labhub.gradebook.marking.rubrics import Rubric, RubricRow, rubric_of
from labhub.gradebook.marking.statistics import CellStatistics, statistics_of

__all__ = [
    "Answer",
    "CellStatistics",
    "Exercise",
    "ExerciseProgress",
    "GivenMark",
    "NewMark",
    "Obstacle",
    "Place",
    "Rubric",
    "RubricRow",
    "answers_to",
    "exercises_of",
    "give_mark",
    "hand_in_of",
    "obstacles",
    "progress_of",
    "rubric_of",
    "statistics_of",
]

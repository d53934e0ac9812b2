"""What a TA needs to mark by hand, on nbgrader's gradebook: answers, rubrics, marks, progress.

The formgrader works on the same rows: what is marked here is marked there.
"""

from labhub.gradebook.marking.answers import Answer, answers_to, hand_in_of, key_of, student_behind
from labhub.gradebook.marking.exercises import Exercise, exercises_of
from labhub.gradebook.marking.giving import NewMark, give_mark
from labhub.gradebook.marking.progress import ExerciseProgress, progress_of
from labhub.gradebook.marking.readiness import Obstacle, obstacles
from labhub.gradebook.marking.reports import GradingReport, report_of
from labhub.gradebook.marking.rows import GivenMark, Place, gradebook_of, marks_in
from labhub.gradebook.marking.rubrics import Rubric, RubricRow, rubrics_of
from labhub.gradebook.marking.statistics import CellStatistics, statistics_of

__all__ = [
    "Answer",
    "CellStatistics",
    "Exercise",
    "ExerciseProgress",
    "GivenMark",
    "GradingReport",
    "NewMark",
    "Obstacle",
    "Place",
    "Rubric",
    "RubricRow",
    "answers_to",
    "exercises_of",
    "give_mark",
    "gradebook_of",
    "hand_in_of",
    "key_of",
    "marks_in",
    "obstacles",
    "progress_of",
    "report_of",
    "rubrics_of",
    "statistics_of",
    "student_behind",
]

"""What a student reads about the own hand-in.

A `FeedbackPage` (frozen data, made from the gradebook) becomes a page of HTML without any
active content (`render_page`), or a table on screen (`render_table`).
"""

from labhub.feedback.model import (
    CellKind,
    ExerciseFeedback,
    FeedbackCell,
    FeedbackPage,
    Mark,
)
from labhub.feedback.page import render_page
from labhub.feedback.table import render_table

__all__ = [
    "CellKind",
    "ExerciseFeedback",
    "FeedbackCell",
    "FeedbackPage",
    "Mark",
    "render_page",
    "render_table",
]

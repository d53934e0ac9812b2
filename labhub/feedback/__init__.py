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

__all__ = [
    "CellKind",
    "ExerciseFeedback",
    "FeedbackCell",
    "FeedbackPage",
    "Mark",
]

"""A feedback page of two exercises, as the grader writes it."""

from labhub.feedback.model import CellKind, ExerciseFeedback, FeedbackCell, FeedbackPage, Mark
from labhub.feedback.page import render_page
from labhub.grading.model import TestStatus
from labhub.ids import GradeId, NotebookId


def cell(
    name: str, exercise: str, mark: Mark, status: TestStatus | None = None, **more: str
) -> FeedbackCell:
    """One marked cell."""
    kind = CellKind.TEST if status else CellKind.ANSWER
    return FeedbackCell(
        kind,
        "code" if status else "markdown",
        "assert True",
        grade_id=GradeId(name),
        mark=mark,
        status=status,
        exercise=exercise,
        **more,  # type: ignore[arg-type]
    )


PAGE = FeedbackPage(
    "ada",
    "Squares and sums",
    NotebookId("problem1"),
    cells=(
        cell("e1-t1", "e1", Mark(2, 2), TestStatus.PASSED),
        cell("e2-t1", "e2", Mark(1.5, 1.5), TestStatus.PASSED),
        cell(
            "e2-t2",
            "e2",
            Mark(0, 2),
            TestStatus.FAILED,
            law="the sum of nothing is zero & <b>not</b> None",
            comment="Look at *empty* lists.",
        ),
        cell("why", "why", Mark(None, 3)),
    ),
    exercises=(
        ExerciseFeedback("e1", "1.1 Squares"),
        ExerciseFeedback("e2", "1.2 Sums"),
        ExerciseFeedback("why", "M1.a Why"),
    ),
    late="Handed in 2 hours late; nothing is taken off.",
    repairs=("Cells that were there twice count once: e1.",),
)


def feedback_page() -> str:
    """The page as HTML."""
    return render_page(PAGE)

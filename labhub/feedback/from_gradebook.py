"""A graded hand-in of the gradebook -> the pages that its student reads."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from labhub import __version__
from labhub.authoring.units import unit_number
from labhub.course.model import Assignment, FeedbackOptions
from labhub.feedback.model import CellKind, ExerciseFeedback, FeedbackCell, FeedbackPage, Mark
from labhub.gradebook.graded import CellGrade, GradedCell, GradedHandIn, GradedNotebook
from labhub.grading.model import TestStatus
from labhub.grading.problems import NO_SANDBOX
from labhub.ids import AssignmentId

FOR_STAFF = frozenset({NO_SANDBOX})
"""Problems that a student can do nothing about."""


def feedback_pages(
    hand_in: GradedHandIn,
    assignment: AssignmentId,
    *,
    plan: Assignment | None = None,
    course: str = "",
    zone: tzinfo = UTC,
) -> tuple[FeedbackPage, ...]:
    """One page per notebook. `plan` is what course.toml says about the assignment."""
    options = plan.feedback if plan else FeedbackOptions()
    return tuple(
        _page(hand_in, notebook, plan.title if plan else str(assignment), options, course, zone)
        for notebook in hand_in.notebooks
    )


def _page(
    hand_in: GradedHandIn,
    notebook: GradedNotebook,
    title: str,
    options: FeedbackOptions,
    course: str,
    zone: tzinfo,
) -> FeedbackPage:
    exercises = exercises_in(notebook.metadata)
    return FeedbackPage(
        student=hand_in.student,
        assignment=title,
        notebook_id=notebook.notebook_id,
        cells=tuple(feedback_cell(cell, exercises, options) for cell in notebook.cells),
        exercises=exercises,
        course=course,
        late=_late(hand_in.seconds_late, notebook.late_penalty),
        late_penalty=notebook.late_penalty,
        problems=tuple(p.sentence for p in notebook.problems if p.code not in FOR_STAFF),
        repairs=notebook.repairs_for_student,
        handed_in=_local(hand_in.timestamp, zone),
        graded=notebook.graded_at.astimezone(zone) if notebook.graded_at else None,
        version=__version__,
    )


def exercises_in(metadata: Mapping[str, Any]) -> tuple[ExerciseFeedback, ...]:
    """The exercises that a notebook of ours names in its metadata; none for other notebooks.

    >>> exercises_in({"nnlab": {"units": [{"id": "l1e03", "title": "Softmax"}]}})
    (ExerciseFeedback(exercise_id='l1e03', title='1.3 Softmax'),)
    """
    units = metadata.get("nnlab", {})
    return tuple(
        ExerciseFeedback(unit["id"], f"{unit_number(unit['id'])} {unit['title']}".strip())
        for unit in [*units.get("units", []), *units.get("manual", [])]
    )


def staff_cell(cell: GradedCell) -> FeedbackCell:
    """A cell as staff see it: a test with its hidden part and with what it showed."""
    return replace(
        feedback_cell(cell, (), FeedbackOptions()), source=cell.source, outputs=cell.outputs
    )


def feedback_cell(
    cell: GradedCell, exercises: Sequence[ExerciseFeedback], options: FeedbackOptions
) -> FeedbackCell:
    """A cell as its student sees it."""
    kind = _kind(cell)
    shown = FeedbackCell(
        kind=kind,
        cell_type=cell.cell_type,
        source=cell.planned.visible if cell.planned and kind is CellKind.TEST else cell.source,
        outputs=cell.outputs if options.outputs and kind is not CellKind.TEST else (),
        execution_count=cell.execution_count,
        attachments=cell.attachments,
    )
    if cell.planned is None:
        return shown
    grade_id = cell.planned.course.grade_id
    status = cell.verdict.get("status")
    return replace(
        shown,
        grade_id=grade_id,
        mark=_mark(cell.grade) if cell.planned.is_graded else None,
        status=TestStatus(status) if status else None,
        law=str(cell.verdict.get("law", "")) if options.laws else "",
        comment=cell.grade.comment if cell.grade else "",
        in_process=bool(cell.verdict.get("in_process")),
        exercise=_exercise_of(grade_id, exercises),
    )


def _kind(cell: GradedCell) -> CellKind:
    if cell.planned is not None and cell.planned.is_test:
        return CellKind.TEST
    if cell.planned is not None and cell.planned.course.solution:
        return CellKind.ANSWER
    return CellKind.GIVEN if cell.released else CellKind.EXTRA


def _mark(grade: CellGrade | None) -> Mark | None:
    return Mark(grade.earned, grade.possible, grade.extra) if grade else None


def _exercise_of(grade_id: str, exercises: Sequence[ExerciseFeedback]) -> str:
    return next(
        (
            each.exercise_id
            for each in exercises
            if grade_id == each.exercise_id or grade_id.startswith(f"{each.exercise_id}-")
        ),
        "",
    )


def _late(seconds: float, penalty: float) -> str:
    """
    >>> _late(7200, 1.5)
    'Handed in 2 hours late; 1.5 points are taken off.'
    """
    if seconds <= 0:
        return ""
    cost = f"{penalty:g} points are taken off" if penalty else "nothing is taken off"
    return f"Handed in {_span(seconds)} late; {cost}."


def _span(seconds: float) -> str:
    """
    >>> _span(90), _span(3 * 86_400 + 5)
    ('2 minutes', '3 days')
    """
    for name, size in (("day", 86_400), ("hour", 3_600)):
        if seconds >= size:
            return _count(int(seconds // size), name)
    return _count(max(1, round(seconds / 60)), "minute")


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def _local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment.replace(tzinfo=UTC).astimezone(zone) if moment else None

"""Marking by hand: what a TA sees, and that no mark is lost or overwritten unseen."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labhub.exchange.store import Store, open_store
from labhub.exchange.store.events import Author, history
from labhub.gradebook.errors import (
    MarkChangedError,
    MarkOutOfRangeError,
    NotGradedYetError,
    ReasonMissingError,
)
from labhub.gradebook.marking import (
    Exercise,
    GivenMark,
    NewMark,
    Place,
    answers_to,
    exercises_of,
    give_mark,
    hand_in_of,
    obstacles,
    progress_of,
    statistics_of,
    student_behind,
)
from labhub.gradebook.marking.rows import gradebook_of, marks_in
from labhub.gradebook.marking.rubrics import read_rubric
from labhub.gradebook.opening import OpenCourse, open_course
from labhub.gradebook.plan import AssignmentPlan, read_plan
from labhub.ids import GradeId, NotebookId, StudentId
from tests.course_folder import FULL, SQUARES_SHIFTED, hand_in
from tests.gradebook.helpers import PS1, comments, grade, grades

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
TA = Author("tina", NOW)
ANN, BEN = StudentId("ann"), StudentId("ben")
WHY = Place(PS1, ANN, NotebookId("problem2"), GradeId("why"))
TEST = Place(PS1, ANN, NotebookId("problem1"), GradeId("squares-t2"))


@pytest.fixture
def course(course_dir: Path) -> OpenCourse:
    """Two hand-ins, graded by the machine: ann's is right, ben's is off by one."""
    hand_in(course_dir, "ann")
    hand_in(course_dir, "ben", {**FULL, "squares": SQUARES_SHIFTED})
    grade(course_dir)
    return open_course(course_dir)


@pytest.fixture
def store(course_dir: Path):
    found = open_store(course_dir)
    yield found
    found.close()


@pytest.fixture
def plan(course: OpenCourse):
    with read_plan(course, PS1) as found:
        yield found


def marks_of(course: OpenCourse) -> dict[Place, GivenMark]:
    with gradebook_of(course) as gradebook:
        return marks_in(gradebook, PS1)


def named(plan: AssignmentPlan, exercise_id: str) -> Exercise:
    return next(each for each in exercises_of(plan) if each.id == exercise_id)


def test_without_units_every_graded_cell_is_an_exercise(plan: AssignmentPlan) -> None:
    found = {each.id: bool(each.by_hand) for each in exercises_of(plan)}
    by_machine = {"squares-t1": False, "squares-t2": False, "squares-t3": False, "t": False}
    assert found == by_machine | {"plot-code": True, "why": True, "draw": True}


def test_all_answers_to_an_exercise_stand_in_a_row_without_names(
    course: OpenCourse, plan: AssignmentPlan
) -> None:
    answers = answers_to(course, plan, named(plan, "why"))
    assert {each.student for each in answers} == {ANN, BEN}
    assert [each.key for each in answers] == sorted({each.key for each in answers})
    found = [student_behind(course, PS1, each.key) for each in answers]
    assert found == [each.student for each in answers]
    assert student_behind(course, PS1, "ann") is None
    assert all(each.cells[0].source == FULL["why"] and each.waits for each in answers)


def test_one_student_s_answers_come_in_the_order_of_the_notebooks(
    course: OpenCourse, plan: AssignmentPlan
) -> None:
    answers = hand_in_of(course, plan, ANN)
    assert [each.exercise.id for each in answers] == [each.id for each in exercises_of(plan)]
    assert hand_in_of(course, plan, StudentId("nobody")) == ()


def test_a_mark_by_hand_stands_in_nbgrader_s_gradebook(course: OpenCourse, store: Store) -> None:
    before = marks_of(course)[WHY]
    new = NewMark(2.5, comment="Say which square.", extra=0.5)
    after = give_mark(course, store, TA, WHY, new, before.stamp)
    assert (after.points, after.extra, after.waits) == (2.5, 0.5, False)
    row = grades(course.folder.root, "ann")["problem2", "why"]
    assert (row["manual_score"], row["score"]) == (2.5, 3.0)
    assert comments(course.folder.root, "ann")["problem2", "why"] == "Say which square."


def test_every_mark_leaves_an_event(course: OpenCourse, store: Store) -> None:
    give_mark(course, store, TA, WHY, NewMark(1.0), marks_of(course)[WHY].stamp)
    with store.reading() as db:
        (event,) = history(db, "mark/ps1/ann/problem2/why")
    assert (event.by, event.what) == ("tina", "mark")
    assert (event.data["before"], event.data["after"]) == (None, 1.0)


def test_a_mark_that_changed_meanwhile_is_not_overwritten(course: OpenCourse, store: Store) -> None:
    seen = marks_of(course)[WHY].stamp
    give_mark(course, store, Author("tom", NOW), WHY, NewMark(3.0, "Fine."), seen)
    with pytest.raises(MarkChangedError, match=r'3 of 3 points, "Fine\."'):
        give_mark(course, store, TA, WHY, NewMark(0.0), seen)
    assert marks_of(course)[WHY].points == 3.0
    with store.reading() as db:
        assert [event.by for event in history(db, "mark/")] == ["tom"]


def test_an_automatic_mark_changes_only_with_a_reason(course: OpenCourse, store: Store) -> None:
    before = marks_of(course)[TEST]
    assert before.automatic == 2.0
    with pytest.raises(ReasonMissingError):
        give_mark(course, store, TA, TEST, NewMark(1.0, reason=" "), before.stamp)
    after = give_mark(course, store, TA, TEST, NewMark(1.0, reason="Copied."), before.stamp)
    assert (after.points, after.automatic) == (1.0, 2.0)


def test_taking_a_mark_back_lets_the_machine_s_count_again(
    course: OpenCourse, store: Store
) -> None:
    changed = give_mark(
        course, store, TA, TEST, NewMark(1.0, reason="Copied."), marks_of(course)[TEST].stamp
    )
    back = give_mark(course, store, TA, TEST, NewMark(None, reason="Appeal."), changed.stamp)
    assert (back.points, back.by_hand, back.waits) == (2.0, None, False)


def test_taking_back_the_only_mark_makes_the_answer_wait_again(
    course: OpenCourse, store: Store
) -> None:
    given = give_mark(course, store, TA, WHY, NewMark(3.0), marks_of(course)[WHY].stamp)
    back = give_mark(course, store, TA, WHY, NewMark(None), given.stamp)
    assert (back.points, back.waits) == (None, True)


@pytest.mark.parametrize("new", [NewMark(-0.5), NewMark(3.5), NewMark(1.0, extra=-1.0)])
def test_points_that_the_cell_cannot_give_are_refused(
    course: OpenCourse, store: Store, new: NewMark
) -> None:
    before = marks_of(course)[WHY]
    with pytest.raises(MarkOutOfRangeError):
        give_mark(course, store, TA, WHY, new, before.stamp)
    assert marks_of(course)[WHY] == before


def test_what_is_not_graded_cannot_be_marked(course: OpenCourse, store: Store) -> None:
    nobody = Place(PS1, StudentId("zoe"), WHY.notebook, WHY.cell)
    with pytest.raises(NotGradedYetError, match="zoe"):
        give_mark(course, store, TA, nobody, NewMark(1.0), "")


def test_progress_counts_answers_and_those_that_wait(
    course: OpenCourse, plan: AssignmentPlan, store: Store
) -> None:
    give_mark(course, store, TA, WHY, NewMark(3.0), marks_of(course)[WHY].stamp)
    found = {
        each.exercise.id: (each.marked, each.answers)
        for each in progress_of(exercises_of(plan), marks_of(course).values())
    }
    assert found["why"] == (1, 2)
    assert found["squares-t1"] == (2, 2)


def test_a_histogram_has_its_full_marks_in_the_last_part(course: OpenCourse) -> None:
    found = {each.cell: each for each in statistics_of(marks_of(course).values())}
    assert found[GradeId("squares-t2")].histogram == (1, 0, 0, 0, 1)
    assert found[GradeId("squares-t2")].mean == 1.0
    assert found[GradeId("why")].marked == 0


def mark(student: int, automatic: float | None) -> GivenMark:
    place = Place(PS1, StudentId(f"s{student}"), NotebookId("n"), GradeId("t"))
    return GivenMark(place, 2.0, automatic, None, 0.0, "", automatic is None)


@pytest.mark.parametrize(
    ("points", "suspect"),
    [
        ([0.0] * 5, True),
        ([0.0] * 4, False),
        ([0.0] * 6 + [2.0], True),
        ([0.0] * 5 + [2.0], False),
        ([None] * 9, False),
    ],
)
def test_a_test_that_almost_everybody_fails_is_suspect(
    points: list[float | None], suspect: bool
) -> None:
    (found,) = statistics_of(mark(*each) for each in enumerate(points))
    assert found.suspect is suspect


def test_feedback_is_ready_when_everything_is_graded_and_marked(
    course: OpenCourse, store: Store
) -> None:
    hand_in(course.folder.root, "cat")
    found = {each.code: each for each in obstacles(course, PS1, marks_of(course).values())}
    assert found["not-graded"].students == ("cat",)
    assert found["not-marked"].students == ("ann", "ben")
    grade(course.folder.root)
    for place, each in marks_of(course).items():
        if each.waits:
            give_mark(course, store, TA, place, NewMark(1.0), each.stamp)
    assert obstacles(course, PS1, marks_of(course).values()) == ()


def test_a_suspect_test_is_named_and_does_not_block(course: OpenCourse) -> None:
    (found,) = obstacles(course, PS1, [mark(each, 0.0) for each in range(6)])[1:]
    assert (found.code, found.blocks) == ("suspect-test", False)


def test_a_rubric_is_read_from_the_anchor_answers() -> None:
    rubric = read_rubric(
        "**Answer**\n\n**None (0).** Words only.\n\n**Full (4 of 4), choice (i).** All of it,\n"
        "in two lines.\n\n**Half (about 2.5).** The rule.\n\n**Frequent misconceptions.** Signs.\n"
    )
    assert [(row.title, row.points) for row in rubric.rows] == [
        ("Full, choice (i)", 4.0),
        ("Half", 2.5),
        ("None", 0.0),
    ]
    assert rubric.rows[0].text == "All of it,\nin two lines."
    assert rubric.notes == "**Frequent misconceptions.** Signs."


def test_a_text_without_levels_has_no_rubric() -> None:
    assert read_rubric("Because every term is a square.").rows == ()

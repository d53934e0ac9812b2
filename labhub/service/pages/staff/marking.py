"""Marking by hand: exercises and their progress, all answers in a row, one student whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.responses import JSONResponse, Response

from labhub.feedback.from_gradebook import feedback_pages, staff_cell
from labhub.feedback.page import policy, render_answer, render_page, style
from labhub.gradebook.graded import graded_hand_ins
from labhub.gradebook.marking import (
    Answer,
    Exercise,
    Place,
    answers_to,
    exercises_of,
    give_mark,
    hand_in_of,
    progress_of,
    rubrics_of,
    student_behind,
)
from labhub.gradebook.plan import AssignmentPlan, read_plan
from labhub.ids import AssignmentId, GradeId, StudentId
from labhub.service.access import TA, Access
from labhub.service.context import CurrentCourse, CurrentUser
from labhub.service.courses import OpenedCourse
from labhub.service.errors import NothingHereError
from labhub.service.headers import POLICY
from labhub.service.pages.frame import Visit, render
from labhub.service.pages.reading import read_names
from labhub.service.pages.staff.answer_views import AnswerView, answer_view, palette_of
from labhub.service.pages.staff.mark_fields import MarkFields
from labhub.service.pages.staff.numbers import marks_of, queue_to
from labhub.service.pages.staff.presence import Presence
from labhub.service.pages.visiting import CurrentVisit, go

ACCESS: Mapping[str, Access] = {
    "marking": TA,
    "marking-exercise": TA,
    "marking-student": TA,
    "marking-answer": TA,
    "marking-preview": TA,
    "marking-mark": TA,
    "marking-presence": TA,
}
PER_PAGE = 8
FRAMED = "; sandbox; frame-ancestors 'self'"
"""An answer stands in a frame of our own page, without script, form or origin."""
ALONE = "; sandbox; frame-ancestors 'none'"

router = APIRouter(include_in_schema=False, prefix="/{course}/staff/marking/{assignment}")
presence = Presence()


@router.get("/", name="marking")
def marking(visit: CurrentVisit, course: CurrentCourse, assignment: str) -> Response:
    """Every exercise that has something to mark by hand, and how far marking has come."""
    with planned(course, assignment) as plan:
        exercises = exercises_of(plan)
    title = course.course.assignment(assignment).title
    marks = marks_of(course, plan.assignment)
    found = progress_of(exercises, marks.values())
    students = sorted({place.student for place in marks})
    names = read_names(course.desk)
    return render(
        visit,
        "marking/exercises.html",
        title=title,
        assignment=assignment,
        by_hand=[each for each in found if each.exercise.by_hand],
        by_machine=[each for each in found if not each.exercise.by_hand],
        students=[(each, names.get(each) or each) for each in students],
    )


@router.get("/exercises/{exercise}/", name="marking-exercise")
def exercise_page(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: str,
    exercise: str,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    names: bool = False,
    only: str = "",
) -> Response:
    """All answers to one exercise in a row, some on each page; with `only=waiting` no others."""
    with planned(course, assignment) as plan:
        exercises = exercises_of(plan)
        chosen = exercise_in(exercises, exercise)
        queue = queue_to(course, plan.assignment, chosen)
        shown = [each for each in queue if each.waits or only != "waiting"]
        pages = max(1, -(-len(shown) // PER_PAGE))
        here = shown[(min(page, pages) - 1) * PER_PAGE : min(page, pages) * PER_PAGE]
        answers = answers_to(course.opened, plan, chosen, [each.student for each in here])
        views = _views(visit, course, user.name, plan, answers, names=names)
    others = [each for each in exercises if bool(each.by_hand) == bool(chosen.by_hand)]
    return framing(
        visit,
        "marking/exercise.html",
        assignment=assignment,
        title=course.course.assignment(assignment).title,
        exercise=chosen,
        answers=views,
        waiting=sum(each.waits for each in queue),
        total=len(queue),
        page=min(page, pages),
        pages=pages,
        names=names,
        only=only,
        following=_following(others, chosen),
        palette=palette_of(mark for each in queue for mark in each.marks),
    )


@router.get("/students/{student}/", name="marking-student")
def student_page(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: str,
    student: str,
) -> Response:
    """One student's whole hand-in, exercise by exercise."""
    with planned(course, assignment) as plan:
        answers = hand_in_of(course.opened, plan, StudentId(student))
        if not answers:
            raise NothingHereError(
                f"Nothing of {student[:64]} has been graded in {assignment}.",
                hint="Grade the hand-in first, on the page of the assignment.",
            )
        views = _views(visit, course, user.name, plan, answers, names=True)
    return framing(
        visit,
        "marking/student.html",
        assignment=assignment,
        title=course.course.assignment(assignment).title,
        student=student,
        name=read_names(course.desk).get(student) or student,
        answers=views,
        problems=answers[0].problems,
        palette=(),
    )


@router.get("/answers/{exercise}/{key}", name="marking-answer")
def answer_frame(course: CurrentCourse, assignment: str, exercise: str, key: str) -> Response:
    """The cells of one answer, inert, for a frame."""
    with planned(course, assignment) as plan:
        found = one_answer(course, plan, exercise, key)
    html = render_answer(found.exercise.title, [staff_cell(cell) for cell in found.cells])
    return inert(html, FRAMED)


@router.get("/students/{student}/preview", name="marking-preview")
def preview(course: CurrentCourse, assignment: str, student: str) -> Response:
    """The feedback as the student will see it, if it is released now."""
    with planned(course, assignment) as plan:
        found = next(graded_hand_ins(course.opened, plan, [StudentId(student)]), None)
    if found is None:
        raise NothingHereError(f"Nothing of {student[:64]} has been graded in {assignment}.")
    described = course.course
    pages = feedback_pages(
        found,
        AssignmentId(assignment),
        plan=described.assignment(assignment),
        course=described.title,
        zone=described.zone,
    )
    return inert("".join(render_page(each) for each in pages), ALONE)


@router.post("/mark", name="marking-mark")
def mark(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: str,
    form: Annotated[MarkFields, Form()],
) -> Response:
    """Give a mark. A page that saves by itself leaves `back` empty, and gets the new stamp."""
    with planned(course, assignment) as plan:
        found = one_answer(course, plan, form.exercise, form.answer)
    place = Place(plan.assignment, found.student, found.exercise.notebook_id, GradeId(form.cell))
    author = course.desk.author(user.name)
    given = give_mark(course.opened, course.store, author, place, form.mark, form.seen)
    if form.back.startswith(visit.links.prefix) and "\\" not in form.back:
        return go(visit, form.back, said="mark-saved")
    return JSONResponse({"seen": given.stamp, "waits": given.waits, "points": given.points})


@router.get("/answers/{exercise}/{key}/others", name="marking-presence")
def others(
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    assignment: str,
    exercise: str,
    key: str,
) -> Response:
    """Who else looks at this answer; asking says that one is there."""
    spot = (course.id, assignment, exercise, key)
    found = presence.arrive(spot, user.name, visit.now)
    return render(visit, "marking/others.html", others=found)


@contextmanager
def planned(course: OpenedCourse, assignment: str) -> Iterator[AssignmentPlan]:
    """The assignment as it is graded. Raises `UnknownAssignmentError` or `NotGeneratedError`."""
    with read_plan(course.opened, course.course.assignment(assignment).id) as plan:
        yield plan


def exercise_in(exercises: Iterable[Exercise], name: str) -> Exercise:
    """The exercise of that id. Raises `NothingHereError`."""
    found = next((each for each in exercises if each.id == name), None)
    if found is None:
        raise NothingHereError(f"There is no exercise '{name[:64]}' with points.")
    return found


def one_answer(course: OpenedCourse, plan: AssignmentPlan, exercise: str, key: str) -> Answer:
    """The answer to one exercise that a key stands for. Raises `NothingHereError`."""
    chosen = exercise_in(exercises_of(plan), exercise)
    student = student_behind(course.opened, plan.assignment, key)
    if student is None or not (found := answers_to(course.opened, plan, chosen, [student])):
        raise NothingHereError(f"There is no graded answer '{key[:16]}' to '{exercise[:64]}'.")
    return found[0]


def inert(html: str, frame: str) -> Response:
    """Somebody else's work as a page that can do nothing."""
    headers = {"Content-Security-Policy": policy(style()) + frame}
    if frame == FRAMED:
        headers["X-Frame-Options"] = "SAMEORIGIN"
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


def framing(visit: Visit, template: str, **content: Any) -> Response:  # noqa: ANN401 - whatever the template shows
    """A page that may hold frames of our own."""
    answer = render(visit, template, **content)
    answer.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return answer


def _views(
    visit: Visit,
    course: OpenedCourse,
    user: str,
    plan: AssignmentPlan,
    answers: Sequence[Answer],
    *,
    names: bool,
) -> list[AnswerView]:
    known = read_names(course.desk)
    named = {each.exercise.notebook_id for each in answers}
    rubrics = {name: rubrics_of(plan.notebooks[name]) for name in named}
    views = []
    for answer in answers:
        spot = (course.id, plan.assignment, answer.exercise.id, answer.key)
        there = presence.arrive(spot, user, visit.now)
        called = (
            (known.get(answer.student) or answer.student)
            if names
            else f"{visit.words.gettext('Answer')} {answer.key[:4].upper()}"
        )
        own = rubrics[answer.exercise.notebook_id]
        views.append(answer_view(answer, own, called, there))
    return views


def _following(exercises: Sequence[Exercise], chosen: Exercise) -> Exercise | None:
    ids = [each.id for each in exercises]
    place = ids.index(chosen.id) + 1
    return exercises[place] if place < len(exercises) else None

"""Answers to look at: everybody's to one exercise, or one student's whole hand-in."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labhub.gradebook.graded import GradedCell, GradedHandIn, GradedNotebook, graded_hand_ins
from labhub.gradebook.marking.exercises import Exercise, exercises_of
from labhub.gradebook.marking.rows import GivenMark, Place, gradebook_of, marks_in
from labhub.gradebook.opening import OpenCourse
from labhub.gradebook.plan import AssignmentPlan
from labhub.grading.model import Problem
from labhub.ids import AssignmentId, GradeId, StudentId


@dataclass(frozen=True)
class Answer:
    """One student's answer to one exercise, with its marks."""

    student: StudentId
    key: str
    """Stands for the student where names are not shown."""
    exercise: Exercise
    cells: tuple[GradedCell, ...]
    """The cells of the exercise and, between them, those that the student added."""
    marks: Mapping[GradeId, GivenMark]
    problems: tuple[Problem, ...]

    @property
    def waits(self) -> bool:
        """Whether a person has still to mark something."""
        return any(mark.waits for mark in self.marks.values())


def answers_to(
    course: OpenCourse,
    plan: AssignmentPlan,
    exercise: Exercise,
    students: Collection[StudentId] | None = None,
) -> tuple[Answer, ...]:
    """Everybody's answer to one exercise, or these students', in an order without names."""
    graded = course.folder.students_with_autograded(plan.assignment)
    chosen = [each for each in graded if students is None or each in students]
    answers = _read(course, plan, chosen, (exercise,))
    return tuple(sorted(answers, key=lambda answer: answer.key))


def hand_in_of(course: OpenCourse, plan: AssignmentPlan, student: StudentId) -> tuple[Answer, ...]:
    """One student's answers, in the order of the exercises; empty where nothing is graded."""
    return tuple(_read(course, plan, [student], exercises_of(plan)))


def key_of(assignment: str, student: str) -> str:
    """What stands for the student in addresses and names, the same at each visit.

    Not a secret: whoever has the list of students can work it out. It keeps names out of
    sight, so that they do not colour a mark.
    """
    return hashlib.sha256(f"{assignment}\0{student}".encode()).hexdigest()[:8]


def student_behind(course: OpenCourse, assignment: AssignmentId, key: str) -> StudentId | None:
    """The student with a graded hand-in whom a key stands for; None for nobody."""
    students = course.folder.students_with_autograded(assignment)
    return next((each for each in students if key_of(assignment, each) == key), None)


def _read(
    course: OpenCourse,
    plan: AssignmentPlan,
    students: Sequence[StudentId],
    exercises: Sequence[Exercise],
) -> Iterator[Answer]:
    with gradebook_of(course) as gradebook:
        marks = marks_in(gradebook, plan.assignment)
    for hand_in in graded_hand_ins(course, plan, students):
        yield from _answers(hand_in, plan, exercises, marks)


def _answers(
    hand_in: GradedHandIn,
    plan: AssignmentPlan,
    exercises: Sequence[Exercise],
    marks: Mapping[Place, GivenMark],
) -> Iterator[Answer]:
    notebooks = {each.notebook_id: each for each in hand_in.notebooks}
    for exercise in exercises:
        notebook = notebooks.get(exercise.notebook_id)
        if notebook is None:
            continue
        places = {
            cell: Place(plan.assignment, hand_in.student, exercise.notebook_id, cell)
            for cell in exercise.graded
        }
        yield Answer(
            hand_in.student,
            key_of(plan.assignment, hand_in.student),
            exercise,
            _cells_of(notebook, exercise),
            {cell: marks[place] for cell, place in places.items() if place in marks},
            notebook.problems,
        )


def _cells_of(notebook: GradedNotebook, exercise: Exercise) -> tuple[GradedCell, ...]:
    """The cells from the exercise's first to its last; those of the course in between are not its
    own."""
    own = set(exercise.cells)
    positions = [
        position
        for position, cell in enumerate(notebook.cells)
        if cell.planned is not None and cell.planned.course.grade_id in own
    ]
    if not positions:
        return ()
    return tuple(
        cell
        for cell in notebook.cells[positions[0] : positions[-1] + 1]
        if (cell.planned is not None and cell.planned.course.grade_id in own)
        or (cell.planned is None and not cell.released)
    )

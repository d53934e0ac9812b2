"""Tests of other people's notebooks that cannot be split are found by the reference alone."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from labhub.gradebook.autograding import Order, autograde
from labhub.gradebook.opening import open_course
from labhub.gradebook.outcome import Standing
from labhub.gradebook.reference import REFERENCE, Key
from labhub.grading.model import Exam, ExamResult, Problem, TestCell, TestStatus
from labhub.grading.problems import EXAMINER_DIED
from labhub.ids import StudentId
from tests.course_folder import hand_in
from tests.gradebook.helpers import PS1, autograded, cell_of, grade
from tests.gradebook.plain_engine import PlainEngine

ANN = StudentId("ann")


class Picky(PlainEngine):
    """Refuses to split some tests; fails others in either way."""

    def __init__(self, unsplit: set[str] = frozenset(), broken: set[str] = frozenset()) -> None:
        super().__init__()
        self.unsplit, self.broken = unsplit, broken

    def run(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, ExamResult]]:
        for key, result in super().run(jobs):
            beside = {
                cell.grade_id: cell.in_process
                for cell in self.exams[key].cells
                if isinstance(cell, TestCell)
            }
            tests = tuple(
                replace(test, score=0.0, status=TestStatus.NOT_SPLITTABLE, law="It subclasses.")
                if test.grade_id in self.broken
                or (test.grade_id in self.unsplit and not beside[test.grade_id])
                else test
                for test in result.tests
            )
            yield key, replace(result, tests=tests)


def test_a_test_that_cannot_be_split_runs_beside_the_student_and_every_mark_says_so(
    course_dir: Path,
) -> None:
    hand_in(course_dir, "ann")
    outcome = grade(course_dir, Picky(unsplit={"squares-t2"}))[ANN]
    assert outcome.score == 8
    assert outcome.in_process == ("squares-t2",)
    cell = cell_of(autograded(course_dir, "ann"), "squares-t2")
    assert cell.metadata.labhub.in_process


def test_the_report_tells_which_tests_and_why(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    engine = Picky(unsplit={"squares-t2"}, broken={"t"})
    with autograde(open_course(course_dir), engine, Order(PS1)) as batch:
        list(batch.outcomes)
    found = {each.grade_id: (each.in_process, each.reason) for each in batch.unsplit}
    assert found == {"squares-t2": (True, "It subclasses."), "t": (False, "It subclasses.")}


def test_where_everything_splits_the_reference_runs_once(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    engine = PlainEngine()
    grade(course_dir, engine)
    assert sorted(name for student, name in engine.ran if student == REFERENCE) == [
        "problem1",
        "problem2",
    ]


def test_the_reference_is_asked_again_only_when_the_assignment_changes(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    first, second, third = (Picky(unsplit={"squares-t2"}) for _ in range(3))
    assert grade(course_dir, first)[ANN].in_process == ("squares-t2",)
    assert grade(course_dir, second, force=True)[ANN].in_process == ("squares-t2",)
    memory = course_dir / "autograded" / f".{PS1}.unsplit.json"
    memory.write_text(memory.read_text().replace('"version": "', '"version": "another '))
    assert grade(course_dir, third, force=True)[ANN].in_process == ("squares-t2",)
    asked = [any(student == REFERENCE for student, _ in e.ran) for e in (first, second, third)]
    assert asked == [True, False, True]


def test_the_reference_is_not_run_when_nothing_is_to_be_graded(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir)
    engine = PlainEngine()
    grade(course_dir, engine)
    assert engine.ran == []


def test_a_student_s_run_never_decides_how_it_is_graded(course_dir: Path) -> None:
    """A hand-in that makes a test unsplittable loses that test's points, and only those."""

    class OnlyForStudents(Picky):
        def run(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, ExamResult]]:
            listed = list(jobs)
            self.unsplit = set() if listed[0][0][0] == REFERENCE else {"squares-t2"}
            return super().run(listed)

    hand_in(course_dir, "ann")
    outcome = grade(course_dir, OnlyForStudents())[ANN]
    assert outcome.in_process == ()
    assert outcome.score == 6


def test_a_grading_that_broke_off_is_told_and_done_again(course_dir: Path) -> None:
    class BreaksOff(PlainEngine):
        def run(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, ExamResult]]:
            died = Problem(EXAMINER_DIED, "Grading ended before all tests were run.")
            for key, result in super().run(jobs):
                yield key, replace(result, problems=(died,))

    hand_in(course_dir, "ann")
    outcome = grade(course_dir, BreaksOff())[ANN]
    assert outcome.standing is Standing.INCOMPLETE
    assert outcome.state == "incomplete: examiner-died"
    assert not outcome.ended_well
    assert grade(course_dir)[ANN].standing is Standing.REGRADED

"""The batch: every hand-in ends once, by name, and no other pays for it."""

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labhub.clock import FixedClock
from labhub.gradebook.autograding import Order, autograde
from labhub.gradebook.errors import BusyError, NotGeneratedError, NothingSubmittedError
from labhub.gradebook.opening import open_course
from labhub.gradebook.outcome import Standing
from labhub.gradebook.reference import Key
from labhub.grading.model import Exam, ExamResult, StudentCell
from labhub.ids import AssignmentId, StudentId
from tests.course_folder import FULL, SQUARES_SHIFTED, hand_in
from tests.gradebook.helpers import PS1, autograded, cell_of, comments, grade, gradebook, grades
from tests.gradebook.plain_engine import PlainEngine

CLOCK = FixedClock(datetime(2027, 2, 9, 8, 0, tzinfo=UTC))
SHIFTED = {**FULL, "squares": SQUARES_SHIFTED}


def test_each_hand_in_gets_the_points_it_deserves(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    hand_in(course_dir, "bob", SHIFTED)
    hand_in(course_dir, "cleo", {})
    scores = {student: each.score for student, each in grade(course_dir).items()}
    assert scores == {"ann": 8, "bob": 2, "cleo": 0}


def test_an_outcome_tells_what_is_left_to_a_person(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    outcome = grade(course_dir)[StudentId("ann")]
    assert outcome.standing is Standing.GRADED
    assert outcome.needs_manual_grade
    assert outcome.max_score == 15
    assert outcome.written


def test_what_is_recorded_and_unchanged_is_not_graded_again(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir)
    engine = PlainEngine()
    outcome = grade(course_dir, engine)[StudentId("ann")]
    assert outcome.standing is Standing.UNCHANGED
    assert outcome.score == 8
    assert not [key for key in engine.ran if key[0] == "ann"]


def test_a_newer_hand_in_is_graded_again(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir)
    hand_in(course_dir, "ann", SHIFTED)
    outcome = grade(course_dir)[StudentId("ann")]
    assert outcome.standing is Standing.REGRADED
    assert outcome.score == 2


def test_a_changed_timestamp_alone_is_reason_enough(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir)
    hand_in(course_dir, "ann", timestamp="2027-02-03 12:00:00 UTC")
    assert grade(course_dir)[StudentId("ann")].standing is Standing.REGRADED


def test_a_lost_gradebook_is_written_again(course_dir: Path, tiny_course: Path) -> None:
    """The graded files alone are no proof that the marks are recorded."""
    hand_in(course_dir, "ann")
    grade(course_dir)
    shutil.copy(tiny_course / "gradebook.db", course_dir / "gradebook.db")
    assert grade(course_dir)[StudentId("ann")].standing is Standing.REGRADED
    assert grades(course_dir, "ann")["problem1", "squares-t2"]["auto_score"] == 2


def test_force_grades_everything_again(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir)
    assert grade(course_dir, force=True)[StudentId("ann")].standing is Standing.REGRADED


def test_a_dry_run_writes_nothing(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    outcome = grade(course_dir, dry_run=True)[StudentId("ann")]
    assert not outcome.written
    assert outcome.score == 8
    assert not (course_dir / "autograded" / "ann").exists()
    with gradebook(course_dir) as opened:
        assert opened.students == []


def test_a_regrade_shows_which_marks_change(course_dir: Path) -> None:
    hand_in(course_dir, "ann", SHIFTED)
    grade(course_dir)
    hand_in(course_dir, "ann")
    changes = grade(course_dir, dry_run=True)[StudentId("ann")].changes
    assert {each.grade_id: (each.before, each.after) for each in changes} == {
        "squares-t1": (0, 1),
        "squares-t2": (0, 2),
        "squares-t3": (0, 3),
    }


def test_only_the_students_asked_for_are_graded(course_dir: Path) -> None:
    for student in ("ann", "anton", "bob"):
        hand_in(course_dir, student)
    assert set(grade(course_dir, student="an*")) == {"ann", "anton"}


def test_a_file_that_cannot_be_read_ends_with_its_name_and_the_batch_goes_on(
    course_dir: Path,
) -> None:
    broken = hand_in(course_dir, "ann")
    for path in broken.glob("*.ipynb"):
        path.write_text("{")
    hand_in(course_dir, "bob")
    outcomes = grade(course_dir)
    assert outcomes[StudentId("ann")].state == "refused: not-json"
    assert outcomes[StudentId("ann")].score == 0
    assert outcomes[StudentId("bob")].score == 8


def test_a_refused_hand_in_leaves_a_notebook_that_says_why(course_dir: Path) -> None:
    (hand_in(course_dir, "ann") / "problem1.ipynb").write_text("")
    outcome = grade(course_dir)[StudentId("ann")]
    notebook = autograded(course_dir, "ann")
    assert "was not graded" in notebook.cells[0].source
    assert outcome.problems[0].sentence in notebook.cells[0].source
    assert cell_of(notebook, "squares-t2").metadata.nbgrader.points == 2


def test_a_notebook_that_is_missing_costs_its_own_points_only(course_dir: Path) -> None:
    (hand_in(course_dir, "ann") / "problem1.ipynb").unlink()
    outcome = grade(course_dir)[StudentId("ann")]
    assert outcome.standing is Standing.GRADED
    assert [problem.code for problem in outcome.problems] == ["missing-notebook"]
    assert outcome.score == 2


def test_a_task_is_open_again_once_the_hand_in_can_be_read(course_dir: Path) -> None:
    (hand_in(course_dir, "ann") / "problem2.ipynb").unlink()
    grade(course_dir)
    assert grades(course_dir, "ann")["problem2", "draw"]["auto_score"] == 0
    hand_in(course_dir, "ann")
    grade(course_dir)
    assert grades(course_dir, "ann")["problem2", "draw"]["auto_score"] is None
    assert grades(course_dir, "ann")["problem2", "draw"]["needs_manual_grade"]


def test_a_failure_of_the_grader_costs_one_hand_in_and_writes_nothing_of_it(
    course_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(course_dir, "ann")
    hand_in(course_dir, "bob")

    def full_disk(hand_in, *rest):
        if hand_in.student == "ann":
            raise OSError(28, "No space left on device")
        return lay_out(hand_in, *rest)

    from labhub.gradebook import desk

    lay_out = desk.lay_out_files
    monkeypatch.setattr(desk, "lay_out_files", full_disk)
    outcomes = grade(course_dir)
    assert outcomes[StudentId("ann")].standing is Standing.FAILED
    assert "No space left" in outcomes[StudentId("ann")].problems[0].sentence
    assert not (course_dir / "autograded" / "ann").exists()
    assert outcomes[StudentId("bob")].score == 8


class CutShort(PlainEngine):
    """Stops as a kill would, after some results."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def run(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, ExamResult]]:
        for key, result in super().run(jobs):
            if key[0] in ("ann", "bob", "cleo"):
                self.left -= 1
                if self.left < 0:
                    raise KeyboardInterrupt
            yield key, result


def test_what_was_cut_short_goes_on_where_it_stopped(course_dir: Path) -> None:
    for student in ("ann", "bob", "cleo"):
        hand_in(course_dir, student)
    with pytest.raises(KeyboardInterrupt):
        grade(course_dir, CutShort(after=3))
    assert not list((course_dir / "autograded").glob("*/.*"))
    engine = PlainEngine()
    outcomes = grade(course_dir, engine)
    assert outcomes[StudentId("ann")].standing is Standing.UNCHANGED
    graded = [key[0] for key in engine.ran if key[0] != "(reference)"]
    assert graded == ["bob", "bob", "cleo", "cleo"]
    assert all(each.score == 8 for each in outcomes.values())


def test_nothing_is_left_half_written_when_the_transaction_fails(
    course_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    from labhub.gradebook import record

    hand_in(course_dir, "ann")

    def locked(*args):
        raise OperationalError("UPDATE grade", {}, Exception("database is locked"))

    monkeypatch.setattr(record, "_write", locked)
    outcome = grade(course_dir)[StudentId("ann")]
    assert outcome.standing is Standing.FAILED
    with gradebook(course_dir) as opened:
        assert opened.students == []
    assert not (course_dir / "autograded" / "ann").exists()


def test_two_graders_of_one_assignment_do_not_mix(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    course = open_course(course_dir)
    with (
        autograde(course, PlainEngine(), Order(PS1)),
        pytest.raises(BusyError),
        autograde(course, PlainEngine(), Order(PS1)),
    ):
        pass


def test_without_a_hand_in_there_is_nothing_to_grade(course_dir: Path) -> None:
    with pytest.raises(NothingSubmittedError) as caught:
        grade(course_dir)
    assert "labhub collect ps1" in caught.value.hint


def test_an_assignment_that_was_never_generated_is_named(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    shutil.copytree(course_dir / "submitted/ann/ps1", course_dir / "submitted/ann/ps2")
    with (
        pytest.raises(NotGeneratedError, match="ps2"),
        autograde(open_course(course_dir), PlainEngine(), Order(AssignmentId("ps2"))),
    ):
        pass


def test_points_and_tests_come_from_the_course_whatever_the_file_says(course_dir: Path) -> None:
    import nbformat

    path = hand_in(course_dir, "ann", SHIFTED) / "problem1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    forged = cell_of(notebook, "squares-t2")
    forged.source, forged.metadata.nbgrader["points"] = "pass", 100
    nbformat.write(notebook, path)
    outcome = grade(course_dir)[StudentId("ann")]
    assert outcome.score == 2
    graded = cell_of(autograded(course_dir, "ann"), "squares-t2")
    assert graded.metadata.nbgrader.points == 2
    assert "HIDDEN" in graded.source


def test_the_student_s_code_finds_the_release_s_files_and_its_own(course_dir: Path) -> None:
    folder = hand_in(course_dir, "ann")
    (folder / "data.txt").write_text("1000\n")
    (folder / "mine.txt").write_text("mine")
    engine = PlainEngine()
    outcome = grade(course_dir, engine)[StudentId("ann")]
    assert outcome.score == 8, "the release's data.txt stands again"
    assert (course_dir / "autograded/ann/ps1/mine.txt").read_text() == "mine"


def test_hidden_tests_stay_out_of_what_the_student_s_process_gets(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    engine = PlainEngine()
    grade(course_dir, engine)
    exam = engine.exams[StudentId("ann"), "problem1"]
    sources = [cell.source for cell in exam.cells if isinstance(cell, StudentCell)]
    assert not any("HIDDEN" in source for source in sources)
    hidden = next(cell for cell in exam.cells if cell.grade_id == "squares-t2")
    assert "[1, 4, 9, 16]" in hidden.source
    assert "[1, 4, 9, 16]" not in hidden.visible


def test_an_untouched_answer_gets_nbgrader_s_comment(course_dir: Path) -> None:
    hand_in(course_dir, "ann", {**FULL, "why": ""})
    hand_in(course_dir, "bob", {})
    grade(course_dir)
    assert comments(course_dir, "ann")["problem2", "total"] is None
    assert comments(course_dir, "bob")["problem2", "total"] == "No response."
    assert comments(course_dir, "bob")["problem2", "why"] == "No response."
    assert comments(course_dir, "bob")["problem2", "draw"] is None


def test_the_time_of_grading_is_remembered(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir, clock=CLOCK)
    remembered = autograded(course_dir, "ann").metadata.labhub
    assert remembered.graded_at == "2027-02-09T08:00:00+00:00"
    assert remembered.sandboxed


def test_a_timestamp_that_cannot_be_read_is_named_and_does_not_count_as_late(
    course_dir: Path,
) -> None:
    hand_in(course_dir, "ann", timestamp="yesterday, I think")
    outcome = grade(course_dir)[StudentId("ann")]
    assert [problem.code for problem in outcome.problems] == ["bad-timestamp"]
    assert outcome.seconds_late == 0


class OneByOne(PlainEngine):
    """Counts how many hand-ins are in flight whenever it takes a job."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.in_flight: list[int] = []

    def run(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, ExamResult]]:
        return super().run(self._counted(jobs))

    def _counted(self, jobs: Iterable[tuple[Key, Exam]]) -> Iterator[tuple[Key, Exam]]:
        for job in jobs:
            self.in_flight.append(len(list((self.root / "autograded").glob("*/.*"))))
            yield job


def test_hand_ins_are_taken_in_as_the_engine_asks_for_them(course_dir: Path) -> None:
    """What is in flight is bounded by the engine, not by the class."""
    for number in range(4):
        hand_in(course_dir, f"student{number}")
    engine = OneByOne(course_dir)
    grade(course_dir, engine)
    assert max(engine.in_flight) == 1


def test_the_bridge_does_without_the_grammar_of_web_addresses() -> None:
    code = "import labhub.gradebook.desk, sys; print('lark' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"

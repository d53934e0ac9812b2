"""What a person decided stays; what the machine decided follows nbgrader's rules."""

from pathlib import Path

import pytest

from labhub.ids import StudentId
from tests.course_folder import ASSIGNMENT, FULL, SQUARES_SHIFTED, hand_in
from tests.gradebook.helpers import comments, grade, gradebook, grades

LATE_CONFIG = """
from nbgrader.plugins import LateSubmissionPlugin

class PerHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {penalty}

c.AssignLatePenalties.plugin_class = PerHour
"""


def give(root: Path, notebook: str, cell: str, **columns: object) -> None:
    """What a TA writes in the formgrader."""
    with gradebook(root) as opened:
        row = opened.find_grade(cell, notebook, ASSIGNMENT, "ann")
        for name, value in columns.items():
            setattr(row, name, value)
        opened.db.commit()


def remark(root: Path, notebook: str, cell: str, text: str) -> None:
    with gradebook(root) as opened:
        opened.find_comment(cell, notebook, ASSIGNMENT, "ann").manual_comment = text
        opened.db.commit()


def set_due_date(root: Path, due: str) -> None:
    with gradebook(root) as opened:
        opened.update_or_create_assignment(ASSIGNMENT, duedate=due)


def add_late_plugin(root: Path, penalty: str) -> None:
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text() + LATE_CONFIG.format(penalty=penalty))


def test_a_person_s_points_extra_credit_and_comment_survive_a_regrade(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir)
    give(course_dir, "problem2", "why", manual_score=2.5, needs_manual_grade=False)
    give(course_dir, "problem1", "squares-t2", extra_credit=0.5)
    remark(course_dir, "problem2", "why", "Say which square.")
    hand_in(course_dir, "ann", {**FULL, "squares": SQUARES_SHIFTED})
    outcome = grade(course_dir)[StudentId("ann")]
    kept = grades(course_dir, "ann")
    assert kept["problem2", "why"]["manual_score"] == 2.5
    assert kept["problem1", "squares-t2"]["extra_credit"] == 0.5
    assert comments(course_dir, "ann")["problem2", "why"] == "Say which square."
    assert outcome.score == 2 + 2.5 + 0.5


def test_a_mark_that_a_person_overrode_is_looked_at_again_after_a_regrade(
    course_dir: Path,
) -> None:
    """nbgrader's rule: the person's mark counts, and the cell is shown to them once more."""
    hand_in(course_dir, "ann")
    grade(course_dir)
    give(course_dir, "problem1", "squares-t2", manual_score=1, needs_manual_grade=False)
    outcome = grade(course_dir, force=True)[StudentId("ann")]
    row = grades(course_dir, "ann")["problem1", "squares-t2"]
    assert (row["auto_score"], row["manual_score"], row["score"]) == (2, 1, 1)
    assert row["needs_manual_grade"]
    assert outcome.changes == ()


def test_a_change_under_a_person_s_mark_is_shown_with_that_mark(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir)
    give(course_dir, "problem1", "squares-t2", manual_score=1.5)
    hand_in(course_dir, "ann", {**FULL, "squares": SQUARES_SHIFTED})
    changes = grade(course_dir)[StudentId("ann")].changes
    change = next(each for each in changes if each.grade_id == "squares-t2")
    assert (change.before, change.after, change.manual) == (2, 0, 1.5)


def test_failed_tests_are_what_nbgrader_calls_failed(course_dir: Path) -> None:
    hand_in(course_dir, "ann", {**FULL, "squares": SQUARES_SHIFTED})
    grade(course_dir)
    failed = {cell for (_, cell), row in grades(course_dir, "ann").items() if row["failed_tests"]}
    assert failed == {"squares-t1", "squares-t2", "squares-t3"}


def test_the_time_of_handing_in_is_recorded_in_utc(course_dir: Path) -> None:
    hand_in(course_dir, "ann", timestamp="2027-02-01 12:00:00 +0100")
    grade(course_dir)
    with gradebook(course_dir) as opened:
        stored = opened.find_submission(ASSIGNMENT, "ann").timestamp
    assert stored.isoformat() == "2027-02-01T11:00:00"


@pytest.mark.parametrize(
    ("penalty", "taken_off"),
    [("total_seconds_late / 3600", 2.0), ("1000", 6.0), ("-1", 0.0), ("None", 0.0)],
    ids=["by the hour", "never more than the score", "never a gift", "none"],
)
def test_lateness_costs_what_nbgrader_s_plugin_says(
    course_dir: Path, penalty: str, taken_off: float
) -> None:
    set_due_date(course_dir, "2027-02-01 10:00:00 UTC")
    add_late_plugin(course_dir, penalty)
    hand_in(course_dir, "ann", timestamp="2027-02-01 12:00:00 UTC")
    outcome = grade(course_dir)[StudentId("ann")]
    assert outcome.seconds_late == 7200
    assert outcome.score == 8
    on_problem1 = min(taken_off, 6.0)
    on_problem2 = min(taken_off, 2.0)
    assert outcome.late_penalty == on_problem1 + on_problem2


def test_a_hand_in_in_time_costs_nothing_and_an_old_penalty_goes(course_dir: Path) -> None:
    set_due_date(course_dir, "2027-02-01 10:00:00 UTC")
    add_late_plugin(course_dir, "1")
    hand_in(course_dir, "ann")
    assert grade(course_dir)[StudentId("ann")].late_penalty == 2
    set_due_date(course_dir, "2027-02-02 10:00:00 UTC")
    assert grade(course_dir, force=True)[StudentId("ann")].late_penalty == 0


def test_a_cell_that_came_after_the_first_hand_in_gets_its_row(course_dir: Path) -> None:
    """`generate-assignment --force` adds cells to an assignment that has hand-ins."""
    hand_in(course_dir, "ann")
    grade(course_dir)
    with gradebook(course_dir) as opened:
        row = opened.find_grade("squares-t2", "problem1", ASSIGNMENT, "ann")
        opened.db.delete(row)
        opened.db.commit()
    grade(course_dir, force=True)
    assert grades(course_dir, "ann")["problem1", "squares-t2"]["auto_score"] == 2

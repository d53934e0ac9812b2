"""From a graded hand-in to the pages of its student: the right marks, and nothing hidden."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from labhub.cli.main import app
from labhub.feedback import CellKind, FeedbackCell, FeedbackPage, render_page
from labhub.feedback.errors import NothingGradedError
from labhub.feedback.from_gradebook import exercises_in
from labhub.feedback.writing import write_feedback
from labhub.gradebook.opening import open_course
from tests.course_folder import ASSIGNMENT, FULL, SQUARES_SHIFTED, hand_in
from tests.gradebook.helpers import PS1, grade, gradebook
from tests.gradebook.test_opening import COURSE

SHIFTED = {**FULL, "squares": SQUARES_SHIFTED}


def pages_of(root: Path, student: str = "ann") -> dict[str, FeedbackPage]:
    written = next(iter(write_feedback(open_course(root), PS1, student)))
    return {page.notebook_id: page for page in written.pages}


def cell_of(page: FeedbackPage, grade_id: str) -> FeedbackCell:
    return next(cell for cell in page.cells if cell.grade_id == grade_id)


def test_a_page_has_the_points_of_the_gradebook(course_dir: Path) -> None:
    hand_in(course_dir, "ann", SHIFTED)
    grade(course_dir)
    page = pages_of(course_dir)["problem1"]
    assert (page.earned, page.possible, page.pending) == (0, 8, 2)
    assert cell_of(page, "squares-t1").law == "the first square is 1"


def test_a_person_s_points_and_words_come_first(course_dir: Path) -> None:
    hand_in(course_dir, "ann")
    grade(course_dir)
    with gradebook(course_dir) as opened:
        mark = opened.find_grade("why", "problem2", ASSIGNMENT, "ann")
        mark.manual_score, mark.extra_credit, mark.needs_manual_grade = 2, 1, False
        opened.find_comment("why", "problem2", ASSIGNMENT, "ann").manual_comment = "Well said."
        opened.db.commit()
    cell = cell_of(pages_of(course_dir)["problem2"], "why")
    assert cell.mark is not None
    assert (cell.mark.earned, cell.mark.extra, cell.comment) == (2, 1, "Well said.")


def test_a_test_s_hidden_part_and_traceback_are_on_no_page(course_dir: Path) -> None:
    hand_in(course_dir, "ann", SHIFTED)
    grade(course_dir)
    page = pages_of(course_dir)["problem1"]
    hidden = cell_of(page, "squares-t2")
    assert hidden.kind is CellKind.TEST
    assert hidden.outputs == ()
    assert "HIDDEN" not in hidden.source
    html = render_page(page)
    assert "[1, 4, 9, 16]" not in html
    assert "Traceback" not in html


def test_only_the_course_s_own_words_are_shown_as_given(course_dir: Path) -> None:
    import nbformat

    path = hand_in(course_dir, "ann") / "problem1.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("# Full marks, says the course"))
    nbformat.write(notebook, path)
    grade(course_dir)
    kinds = {cell.source: cell.kind for cell in pages_of(course_dir)["problem1"].cells}
    assert kinds["# Squares"] is CellKind.GIVEN
    assert kinds["# Full marks, says the course"] is CellKind.EXTRA


def test_a_refused_hand_in_has_a_page_that_says_why(course_dir: Path) -> None:
    (hand_in(course_dir, "ann") / "problem1.ipynb").write_text("{")
    grade(course_dir)
    page = pages_of(course_dir)["problem1"]
    assert "is not a notebook" in page.problems[0]
    assert page.earned == 0


def test_lateness_is_said_in_words_and_in_the_course_s_zone(course_dir: Path) -> None:
    (course_dir / "course.toml").write_text(COURSE)
    hand_in(course_dir, "ann", timestamp="2027-02-01 14:30:00 UTC")
    grade(course_dir)
    page = pages_of(course_dir)["problem1"]
    assert page.late == "Handed in 3 hours late; nothing is taken off."
    assert page.handed_in is not None
    assert page.handed_in.isoformat() == "2027-02-01T15:30:00+01:00"
    assert (page.assignment, page.course) == ("Problem set 1", "Tiny")


def test_the_course_file_can_leave_laws_and_outputs_out(course_dir: Path) -> None:
    hand_in(course_dir, "ann", SHIFTED)
    grade(course_dir)
    options = "feedback = { laws = false, outputs = false }\nweight_percent"
    (course_dir / "course.toml").write_text(COURSE.replace("weight_percent", options))
    page = pages_of(course_dir)["problem1"]
    assert {cell.law for cell in page.cells} == {""}
    assert {cell.outputs for cell in page.cells} == {()}


def test_exercises_have_the_numbers_that_people_know() -> None:
    units = {
        "units": [{"id": "l1e10", "title": "Vanishing"}],
        "manual": [{"id": "l1m-a", "title": "D"}],
    }
    titles = [each.title for each in exercises_in({"nnlab": units})]
    assert titles == ["1.10 Vanishing", "M1.a D"]
    assert exercises_in({}) == ()


def test_a_hand_in_without_feedback_does_not_stop_the_others(course_dir: Path) -> None:
    for student in ("ann", "bob"):
        hand_in(course_dir, student)
    grade(course_dir)
    (course_dir / "autograded" / "ann" / ASSIGNMENT / "problem1.ipynb").write_text("{")
    ann, bob = write_feedback(open_course(course_dir), PS1)
    assert (ann.student, ann.files, bool(ann.problem)) == ("ann", (), True)
    assert (bob.student, len(bob.files), bob.problem) == ("bob", 2, "")
    ended = CliRunner().invoke(app, ["generate-feedback", PS1, "--course-dir", str(course_dir)])
    assert ended.exit_code == 1
    assert "ann: no feedback: NotJSONError" in ended.stderr
    assert f"{ASSIGNMENT}: feedback for 1 hand-ins" in ended.stdout


def test_without_a_graded_hand_in_there_is_no_feedback(course_dir: Path) -> None:
    with pytest.raises(NothingGradedError) as caught:
        list(write_feedback(open_course(course_dir), PS1))
    assert "labhub autograde ps1" in caught.value.hint

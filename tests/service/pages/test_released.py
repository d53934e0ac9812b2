"""The points that a student sees are those that the released page says."""

from labhub.feedback.view import exercises
from labhub.service.pages.languages import words_in
from labhub.service.pages.marks import appeal_text, marks_view
from labhub.service.pages.released import read_page
from tests.service.pages.pages import PAGE, feedback_page


def test_a_page_is_read_as_it_was_written() -> None:
    found = read_page(feedback_page())
    assert found is not None
    assert (found.earned, found.possible, found.pending) == (3.5, 8.5, 3.0)
    shown = exercises(PAGE)
    assert [each.title for each in found.exercises] == [each.title for each in shown]
    assert [each.points for each in found.exercises] == [each.points for each in shown]
    for mine, theirs in zip(found.exercises, shown, strict=True):
        assert [part.label for part in mine.parts] == [part.label for part in theirs.parts]
        assert [part.points for part in mine.parts] == [part.points for part in theirs.parts]
        assert [(p.state.sign, p.state.word, p.state.tone) for p in mine.parts] == [
            (p.verdict.sign, p.verdict.word, p.verdict.tone) for p in theirs.parts
        ]
    failed = found.exercises[1].parts[1]
    assert failed.sentence == "the sum of nothing is zero & <b>not</b> None"
    assert failed.comment == "Look at empty lists."
    assert found.notes == (
        "Late: Handed in 2 hours late; nothing is taken off.",
        "Mended: Cells that were there twice count once: e1.",
    )


def test_a_page_of_another_program_has_no_points() -> None:
    assert read_page("<html><body><h1>Feedback</h1><p>3 of 4</p></body></html>") is None
    assert read_page("") is None


def test_the_words_of_the_page_are_said_in_the_language_of_the_visitor() -> None:
    page = read_page(feedback_page())
    assert page is not None
    view = marks_view("ps1", 1, [page], [], words_in("sv"))
    assert view.exercises[1].parts[1].state.word == "inte godkänt"
    assert view.exercises[2].parts[0].label == "Svar 1"
    assert round(view.share + view.waiting) == round(100 * 6.5 / 8.5)


def test_a_question_names_its_exercise_in_the_first_line() -> None:
    assert appeal_text("1.2 Sums", " Why? ") == "1.2 Sums:\nWhy?"
    assert appeal_text("", "Why?") == "Why?"

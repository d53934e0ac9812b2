"""What a page tells: the points, the law in words, the comments; never what was hidden."""

import hashlib
import re
from base64 import b64encode
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from labhub.feedback import (
    CellKind,
    ExerciseFeedback,
    FeedbackCell,
    FeedbackPage,
    Mark,
    render_page,
    render_table,
    view,
)
from labhub.feedback.mathematics import readable
from labhub.grading.model import TestStatus
from tests.effort import calls_of


def test_outputs_of_a_test_are_never_shown(page):
    """A test's traceback would show its hidden source and the expected value."""
    for text in (render_page(page()), render_table(page())):
        assert "HIDDEN-OUTPUT" not in text
        assert "41.5" not in text


def test_points_and_law_are_told(page, see):
    seen = see(render_page(page()))
    assert "1 of 7 points" in seen.text
    assert "5 still to be graded by a person" in seen.text
    assert "rows sum to one" in seen.text
    assert "partly" in seen.text
    assert "assert visible(1)" in seen.text


def test_the_table_tells_the_same(page):
    text = render_table(page(problems=("A cell took too long.",), late="2 h late."))
    for said in ("1 of 7 points", "5 still", "1.1 Softmax", "rows sum to one", "Problem: A cell",
                 "Late: 2 h"):  # fmt: skip
        assert said in text
    assert "\x1b" not in text
    assert "\x1b[" in render_table(page(), colour=True)


@pytest.mark.parametrize("status", list(TestStatus))
def test_every_status_has_a_sign_a_word_and_a_sentence(page, see, status):
    cell = FeedbackCell(CellKind.TEST, "code", "", mark=Mark(0, 1), status=status)
    seen = see(render_page(page(cells=(cell,))))
    verdict = view.VERDICTS[status]
    assert f"{verdict.sign} {verdict.word}" in seen.text
    assert view.SENTENCES.get(status, "") in seen.text


@pytest.mark.parametrize(
    ("mark", "points", "word"),
    [
        (Mark(None, 5), "– / 5", "to be graded by a person"),
        (Mark(5, 5), "5 / 5", "full points"),
        (Mark(2.5, 5), "2.5 / 5", "part of the points"),
        (Mark(1 / 3, 5), "0.33 / 5", "part of the points"),
        (Mark(0, 5), "0 / 5", "no points"),
        (Mark(5, 5, 1), "5 / 5 + 1 extra", "full points"),
    ],
)
def test_marks_by_a_person(page, see, mark, points, word):
    cell = FeedbackCell(CellKind.ANSWER, "markdown", "So.", mark=mark, comment="See *1.2*.")
    seen = see(render_page(page(cells=(cell,))))
    assert points in seen.text
    assert word in seen.text
    assert "See 1.2." in seen.text


def test_lateness_extra_points_and_an_empty_page():
    cells = (FeedbackCell(CellKind.ANSWER, "markdown", "", mark=Mark(3, 4, 0.5)),)
    page = FeedbackPage("s1", "Lab", "lab1", cells, late_penalty=1)
    assert (page.earned, page.possible, page.pending) == (2.5, 4, 0)
    assert FeedbackPage("s1", "Lab", "lab1", cells, late_penalty=9).earned == 0
    empty = FeedbackPage("s1", "Lab", "lab1", problems=("The file lab1.ipynb is empty.",))
    assert "Nothing in this notebook is graded." in render_page(empty)
    assert "The file lab1.ipynb is empty." in render_page(empty)


def test_exercises_keep_their_order_and_cells_without_one_stand_alone():
    def test_cell(exercise, grade_id):
        kind, mark = CellKind.TEST, Mark(1, 1)
        return FeedbackCell(kind, "code", "", mark=mark, exercise=exercise, grade_id=grade_id)

    page = FeedbackPage(
        "s1",
        "Lab",
        "lab1",
        (test_cell("b", "t1"), test_cell("", "t2"), test_cell("a", "t3"), test_cell("x", "t4")),
        (ExerciseFeedback("a", "First"), ExerciseFeedback("b", "Second")),
    )
    assert [one.title for one in view.exercises(page)] == ["First", "Second", "t2", "t4"]


def test_the_page_can_be_read_by_everyone(page, see):
    """A language, a title, one main heading, headings in order, named bars and pictures."""
    html = render_page(page(problems=("x",), repairs=("y",), comment="z"))
    seen = see(html)
    assert seen.all("html") == [{"lang": "en"}]
    levels = [int(tag[1]) for tag, _ in seen.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(one["aria-label"] for one in seen.all("svg"))
    targets = {one["id"] for _, one in seen.tags if "id" in one}
    assert {one["href"].removeprefix("#") for one in seen.all("a")} <= targets


def test_the_policy_names_the_style_sheet_by_its_hash(page):
    html = render_page(page())
    (sheet,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert b64encode(hashlib.sha256(sheet.encode()).digest()).decode() in html


def test_given_text_keeps_headings_and_safe_links(page, see):
    text = "# One\n\n[notes](https://kth.example/x) [bad](http://kth.example) <b onclick=x>b</b>"
    cell = FeedbackCell(CellKind.GIVEN, "markdown", text + "<a href='data:text/html,x'>d</a>")
    seen = see(render_page(page(cells=(cell,))))
    assert {"href": "https://kth.example/x", "rel": "noopener noreferrer"} in seen.all("a")
    assert len(seen.all("a")) == 3  # the skip link, the notes, and one without an address
    assert seen.all("b") == [{}]
    assert seen.all("h3") == [{}]


def test_an_exercise_with_full_points_is_one_line(page, see):
    """Its tests are behind a summary; where something is missing all is in sight."""
    mark = Mark(1, 1)
    test = FeedbackCell(CellKind.TEST, "code", "", mark=mark, status=TestStatus.PASSED)
    seen = see(render_page(page(cells=(test,))))
    assert "1 of 1 passed" in seen.text
    assert len(seen.all("details")) == 1
    assert len(see(render_page(page())).all("details")) == 1  # that of the visible test


def test_times_are_told_with_their_zone(page, see):
    at = datetime(2026, 11, 2, 9, 5, tzinfo=UTC)
    seen = see(render_page(page(handed_in=at, graded=at, version="0.1.0")))
    assert "handed in 2 November 2026, 09:05 UTC" in seen.text
    assert "Graded 2 November 2026, 09:05 UTC · labhub 0.1.0." in seen.text


@pytest.mark.parametrize(
    ("latex", "html"),
    [
        (r"\alpha_i^{2}", "α<sub>i</sub><sup>2</sup>"),
        (r"\frac{1}{2}\lambda", "1/2λ"),
        (r"\mathbf{W}^\top x \le 3", "W<sup>⊤</sup> x ≤ 3"),
        (r"\sqrt{d_k} < \hat{y}", "√(d<sub>k</sub>) &lt; y\u0302"),
        (r"n_\text{in} + \tfrac12", "n<sub>in</sub> + 1/2"),
        (r"\unknown{x}", r"\unknown{x}"),
        (r"x^{a^{b}}", "x<sup>a<sup>b</sup></sup>"),
        ("<script>\ue000b\ue001", "&lt;script&gt;b"),
    ],
)
def test_formulas_are_readable(latex, html):
    assert readable(latex) == html


def test_the_template_is_loaded_once_and_cells_cost_the_same_each(page):
    """The first page loads the template; further ones cost what their cells cost."""
    words = FeedbackCell(CellKind.GIVEN, "markdown", "## Title\n\nSome *words* on $x_i$.\n" * 20)
    given = [words] * 40
    answers = [
        FeedbackCell(CellKind.ANSWER, "code", f"def f{n}(x):\n    return x + {n}\n" * 12)
        for n in range(40)
    ]
    render_page(page(cells=(*given, *answers)))

    def calls(count):
        built = page(cells=(*given[:count], *answers[:count]))
        return calls_of(lambda: render_page(built))

    assert calls(40) < 5 * calls(10)
    assert calls(40) < 20_000

"""The course cycle as people see it: one lab from release to feedback, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import snap
from tests.browser.windows import AssignmentList, Formgrader
from tools.demo.course import LAB1
from tools.demo.stage import Stage
from tools.demo.verbs import Terminal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.xdist_group("hub"),
]
QUESTION = "l1m-a"
ANSWER = "The delta of a hidden layer is W transposed times the delta behind it, times the slope."
PRAISE = "Shapes stated, transpose right."


def test_a_lab_goes_from_release_to_feedback(stage: Stage, visit: Callable[..., Page]) -> None:
    terminal = Terminal(stage)
    terminal.run("release-assignment", LAB1)

    ada = visit("ada")
    ada.get_by_role("button", name="Open: JupyterLab without a lab").click()
    labs = AssignmentList(ada)
    labs.open()
    labs.fetch(LAB1)
    snap(ada, "1-fetched")
    notebook = labs.open_notebook(LAB1, LAB1)
    notebook.wait_for_kernel()
    notebook.run_first_cell()
    snap(ada, "2-ran-a-cell")
    assert "failed" in notebook.validate(), "an untouched lab does not pass"
    snap(ada, "3-validated")
    notebook.close_dialog()
    notebook.answer_in_words("Answer M1.a", ANSWER)
    notebook.save()
    snap(ada, "4-answered")
    labs.submit(LAB1)
    snap(ada, "5-submitted")

    terminal.run("collect", LAB1, "--no-check-owner")
    terminal.run("autograde", LAB1)

    ta = visit("ta", f"/services/{stage.course_id}/")
    formgrader = Formgrader(ta)
    expect(ta.get_by_role("link", name=LAB1).first).to_be_visible()
    snap(ta, "6-formgrader")
    formgrader.open_submission(LAB1, LAB1)
    formgrader.give(QUESTION, "2", PRAISE)
    snap(ta, "7-graded-by-hand")

    terminal.run("generate-feedback", LAB1)
    terminal.run("release-feedback", LAB1)
    labs.fetch_feedback()
    ada.locator(".jp-DirListing").get_by_text(f"{LAB1}.html").dblclick()
    page = ada.frame_locator("iframe.jp-HTMLViewer-frame, .jp-HTMLViewer iframe").first
    expect(page.get_by_text(PRAISE).first).to_be_visible()
    snap(ada, "8-feedback")

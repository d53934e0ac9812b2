"""JupyterLab's own assignment list, on a real Hub whose exchange is the hand-in service."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from labhub.exchange.receipts.receipt import verify
from labhub.hub.process import RunningHub
from tests.browser.conftest import snap
from tests.browser.windows import SLOW_MS, AssignmentList
from tools.demo.course import LAB1
from tools.demo.stage import Cast, Stage, open_hub
from tools.demo.verbs import Terminal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.xdist_group("hub"),
]
QUESTION = "Answer M1.a"
ANSWER = "W transposed times the delta behind it."


@pytest.fixture(scope="module")
def hub(stage: Stage) -> Iterator[RunningHub]:
    """The running Hub; hand-ins go through its service."""
    with open_hub(stage, Cast(students=("ada",)), exchange="service") as hub:
        yield hub


@pytest.fixture
def staff(stage: Stage, hub: RunningHub) -> Callable[..., str]:
    """A terminal of the staff in the course's folder."""
    terminal = Terminal(stage)
    url = hub.settings.hand_in_url
    return lambda verb, *words: terminal.run(verb, LAB1, *words, "--service", url)


def test_the_list_fetches_submits_and_shows_feedback_through_the_service(
    stage: Stage, hub: RunningHub, staff: Callable[..., str], visit: Callable[..., Page]
) -> None:
    assert "version 1" in staff("release-assignment")

    ada = visit("ada")
    ada.get_by_text("Open", exact=True).last.click()  # JupyterLab without a lab
    labs = AssignmentList(ada)
    labs.open()
    labs.fetch(LAB1)
    folder = stage.homes_dir / "ada" / LAB1
    assert not list(stage.exchange_dir.rglob(f"{LAB1}*")), "no folder is shared"
    notebook = labs.open_notebook(LAB1, LAB1)
    notebook.wait_for_kernel()
    notebook.answer_in_words(QUESTION, ANSWER)
    notebook.save()
    labs.submit(LAB1)
    snap(ada, "service-1-submitted")
    [receipt] = (folder / "receipts").glob("*.json")
    key = (folder / "receipts" / "receipt-key.pub.pem").read_text()
    given = verify(receipt.read_bytes(), key)
    assert (given.student, given.place, given.version) == ("ada", "hub", 1)

    change_release(stage)
    assert "version 2" in staff("release-assignment")
    reload(labs)
    labs.released.get_by_role("button", name="Fetch").click()
    expect(labs.fetched.get_by_role("button", name=LAB1)).to_be_visible(timeout=SLOW_MS)
    expect(labs.released.get_by_role("button", name="Fetch")).to_have_count(0, timeout=SLOW_MS)
    snap(ada, "service-2-newer-version")
    assert (folder / f"{LAB1} (version 2).ipynb").is_file()
    assert ANSWER in (folder / f"{LAB1}.ipynb").read_text(), "work is never overwritten"

    assert "1 collected" in staff("collect")
    give_feedback(stage)
    assert "of 1 hand-ins" in staff("release-feedback")
    reload(labs)
    labs.fetch_feedback()
    ada.locator(".jp-DirListing").get_by_text(f"{LAB1}.html").dblclick()
    page = ada.frame_locator("iframe.jp-HTMLViewer-frame, .jp-HTMLViewer iframe").first
    expect(page.get_by_text("Shapes stated.").first).to_be_visible()
    snap(ada, "service-3-feedback")


def change_release(stage: Stage) -> None:
    """A newer version: a word of the first cell."""
    path = stage.course_dir / "release" / LAB1 / f"{LAB1}.ipynb"
    text = path.read_text()
    path.write_text(text.replace("By hand and from scratch", "From scratch, by hand", 1))
    assert path.read_text() != text


def give_feedback(stage: Stage) -> None:
    """A page, as `labhub generate-feedback` writes it."""
    submitted = stage.course_dir / "submitted" / "ada" / LAB1
    pages = stage.course_dir / "feedback" / "ada" / LAB1
    pages.mkdir(parents=True)
    (pages / f"{LAB1}.html").write_text("<!doctype html><p>Shapes stated.</p>")
    shutil.copy(submitted / "timestamp.txt", pages)


def reload(labs: AssignmentList) -> None:
    """Open JupyterLab and its list anew."""
    labs.page.reload()
    labs.page.get_by_role("menuitem", name="Nbgrader").wait_for(timeout=SLOW_MS)
    if not labs.released.is_visible():
        labs.open()
    expect(labs.submitted.get_by_text(LAB1).first).to_be_visible(timeout=SLOW_MS)

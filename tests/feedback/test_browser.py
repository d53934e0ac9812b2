"""A real browser on a page that holds every hostile piece at once."""

import shutil

import pytest

from labhub.feedback import render_page
from tests.feedback.hostile import HTML, rich, stream

CHROMIUM = shutil.which("chromium")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="the package chromium is not installed")
def test_a_browser_runs_nothing_and_asks_for_nothing(page, tmp_path):
    """No call, dialog, request or complaint of the policy; nothing lies over the page."""
    playwright = pytest.importorskip("playwright.sync_api")
    words = "\n\n".join(piece for name, piece in HTML.items() if name != "deep")
    pieces = [output for one in HTML.values() for output in (rich(text__html=one), stream(one))]
    file = tmp_path / "page.html"
    file.write_text(render_page(page(*pieces, source=words, cell_type="markdown")))
    seen = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.expose_function("EVIL", lambda *_: seen.append("called"))
        tab.on("console", lambda message: seen.append(message.text))
        tab.on("dialog", lambda dialog: seen.append("dialog"))
        tab.on("request", lambda request: seen.append(request.url))
        tab.goto(file.as_uri())
        laid_over = tab.evaluate(
            """() => [...document.querySelectorAll("*")].filter(one => !one.matches(".skip") &&
            ["fixed", "absolute", "sticky"].includes(getComputedStyle(one).position)).length"""
        )
        browser.close()
    assert [one for one in seen if not one.startswith("data:image/")] == [file.as_uri()]
    assert laid_over == 0

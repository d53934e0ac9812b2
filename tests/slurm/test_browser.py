"""In a browser: a session of group 1, and what those see who are not in it or come too late."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE_MS, snap
from tests.slurm.campus import HubProcess, Session, campus
from tests.slurm.cluster import Slurm

pytestmark = [
    *(pytest.mark.slurm, pytest.mark.hub, pytest.mark.browser, pytest.mark.slow),
    pytest.mark.xdist_group("slurm"),
]
Visit = Callable[[str], Page]


@pytest.fixture(scope="module")
def hub(shared_slurm: Slurm) -> Iterator[HubProcess]:
    """Group 1 has both GPUs now, and group 2 tomorrow."""
    groups = {"g1": ["ada", "cyd"], "g2": ["dan"]}
    sessions = [Session("g1", -0.1, 2), Session("g2", 24, 26)]
    with campus(shared_slurm, groups, sessions) as hub:
        yield hub


@pytest.fixture
def visit(chromium: Browser, hub: HubProcess) -> Iterator[Visit]:
    """Opens the page with the labs as somebody who logs in there."""
    pages: dict[str, Page] = {}

    def visit(name: str) -> Page:
        page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE_MS)
        pages[name] = page
        page.goto(f"{hub.url}/hub/spawn")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(hub.settings.logins[name])
        page.get_by_role("button", name="Sign in").click()
        return page

    yield visit
    for name, page in pages.items():
        snap(page, f"slurm-{name}")
        page.context.close()


def test_a_session_on_campus(visit: Visit, hub: HubProcess, slurm: Slurm) -> None:
    ada = visit("ada")
    ada.get_by_role("button", name=": Lab 3").first.click()
    ada.wait_for_url(re.compile("/user/ada/"))
    # The course has released nothing: the server says so, and JupyterLab is there all the same.
    ada.get_by_role("link", name="open JupyterLab").click()
    expect(ada.locator("#jp-top-panel, #jp-MainLogo").first).to_be_visible(timeout=PATIENCE_MS)
    [job] = slurm.jobs()
    assert "gres:gpu:1" in slurm.run("scontrol", "show", "job", job)

    dan = visit("dan")
    card = dan.locator(".card", has_text="Lab 3")
    expect(card).to_contain_text("The GPUs are booked for Group g1 until")
    expect(card).to_contain_text("Your own session is Group g2")
    snap(dan, "slurm-not-in-the-session")

    slurm.submit("sleep 600", "--gres=gpu:1", "--mem=100")
    cyd = visit("cyd")
    cyd.get_by_role("button", name=": Lab 3").first.click()
    status = cyd.get_by_role("status")
    expect(status).to_contain_text("You are number 1 of 1", timeout=PATIENCE_MS)
    expect(status).to_contain_text("Slurm expects your server to start", timeout=PATIENCE_MS)
    snap(cyd, "slurm-waiting")
    cyd.get_by_role("button", name="Give up").click()
    choose = cyd.get_by_role("heading", name="What do you want to work on?")
    refresh = cyd.get_by_role("button", name="refresh")  # of the page of a stop that takes a while
    expect(choose.or_(refresh)).to_be_visible(timeout=PATIENCE_MS)
    assert len(slurm.jobs()) == 2, "ada's and the one in the way"

"""People choose a lab: a GPU in the own session, words for others, a place in the queue."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from playwright.sync_api import Browser, Page, expect

from labhub.hub.process import RunningHub
from tests.browser.conftest import PATIENCE_MS, snap
from tests.browser.pages import ZONE, make_stage
from tools.demo.stage import Cast, Stage, open_hub

pytestmark = [
    pytest.mark.browser,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.xdist_group("hub-choosing"),
]
DRIVER = Path(__file__).parents[1] / "hub" / "fake_driver"
PEOPLE = ("ada", "alan", "ann", "bob")
SESSIONS = """
[[groups]]
id = "one"
title = "Group 1"
students = ["ada", "alan", "ann"]

[[groups]]
id = "two"
title = "Group 2"
students = ["bob"]

[[gpu_sessions]]
assignment = "ps1"
group = "one"
room = "GPU lab"
start = {now}
end = {end}
gpus = 2

[[gpu_sessions]]
assignment = "ps1"
group = "two"
room = "GPU lab"
start = {tomorrow}
end = {late}
gpus = 2
"""


@pytest.fixture(scope="module")
def stage(tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """ps1 needs a GPU, and Group 1 has its session now."""
    stage = make_stage(tiny_course, tmp_path_factory.mktemp("choosing"))
    now = datetime.now(ZONE).replace(second=0, microsecond=0) - timedelta(minutes=5)
    hours = {"now": 0, "end": 3, "tomorrow": 24, "late": 27}
    times = {name: (now + timedelta(hours=n)).isoformat() for name, n in hours.items()}
    file = stage.course_dir / "course.toml"
    text = file.read_text().replace("group_work = true", "gpu = true")
    file.write_text(text + SESSIONS.format(**times))
    return stage


@pytest.fixture(scope="module")
def hub(stage: Stage) -> Iterator[RunningHub]:
    """A Hub with two GPUs, as far as it can tell."""
    path = os.pathsep.join([str(DRIVER), os.environ.get("PYTHONPATH", "")])
    more = '[gpus]\ndevices = "auto"\n'
    with (
        mock.patch.dict(os.environ, {"PYTHONPATH": path}),
        open_hub(stage, Cast(students=PEOPLE), more=more, exchange="service") as hub,
    ):
        yield hub


@pytest.fixture
def windows(chromium: Browser, hub: RunningHub) -> Iterator["Windows"]:
    with ExitStack() as stack:
        yield Windows(chromium, hub, stack)


class Windows:
    """A window for each person."""

    def __init__(self, chromium: Browser, hub: RunningHub, stack: ExitStack) -> None:
        self.chromium, self.hub, self.stack = chromium, hub, stack

    def enter(self, name: str, **context: object) -> Page:
        """Somebody logs in, and is asked what to work on."""
        made = self.chromium.new_context(**context)  # type: ignore[arg-type]
        self.stack.callback(made.close)
        page = made.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(self.hub.url)
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(self.hub.settings.logins[name])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="What do you want to work on?")).to_be_visible()
        return page


def wait_for_notebook(page: Page) -> None:
    """The server has started, has fetched the lab, and JupyterLab shows its notebook."""
    expect(page.locator(".jp-Notebook").first).to_be_visible(timeout=2 * PATIENCE_MS)


def test_a_session_of_one_group(windows: Windows) -> None:
    ada = windows.enter("ada")
    expect(ada.get_by_text("2 of 2 GPUs free; nobody waits.")).to_be_visible()
    expect(ada.get_by_text("A GPU is free for you until")).to_be_visible()
    snap(ada, "choosing-1-free")
    ada.get_by_role("button", name="Open with a GPU: Squares and sums").click()
    # The lab is fetched and its notebook is open.
    wait_for_notebook(ada)
    expect(ada.get_by_role("tab", name="problem1.ipynb")).to_be_visible()
    snap(ada, "choosing-2-open")

    # Without JavaScript, on a phone, in the dark.
    bob = windows.enter(
        "bob",
        java_script_enabled=False,
        color_scheme="dark",
        viewport={"width": 390, "height": 844},
    )
    expect(bob.get_by_text("The GPUs are booked for Group 1 until")).to_be_visible()
    expect(bob.get_by_text("Your own session is Group 2")).to_be_visible()
    wide = bob.locator("body").bounding_box()
    assert wide
    assert wide["width"] <= 390
    snap(bob, "choosing-3-booked")

    alan = windows.enter("alan")
    alan.get_by_role("button", name="Open with a GPU: Squares and sums").click()
    wait_for_notebook(alan)
    ann = windows.enter("ann")
    expect(ann.get_by_text("place 1 in the queue")).to_be_visible()
    ann.get_by_role("button", name="Wait for a GPU: Squares and sums").click()
    expect(
        ann.get_by_text("Waiting for a GPU: place 1 in the queue. You are next.")
    ).to_be_visible()
    snap(ann, "choosing-4-waiting")
    ann.get_by_role("button", name="Give up").click()
    expect(ann.get_by_role("heading", name="What do you want to work on?")).to_be_visible()


def test_jupyterlab_shows_a_notice_and_saves(windows: Windows) -> None:
    page = windows.enter("bob")
    page.get_by_role("button", name="Open without a GPU: Squares and sums").click()
    wait_for_notebook(page)
    words = '{"until": null, "words": "This server stops at 17:00. Save your notebooks."}'
    page.route("**/labhub/notice", lambda route: route.fulfill(body=words))
    page.reload()
    expect(page.get_by_text("This server stops at 17:00.")).to_be_visible(timeout=PATIENCE_MS)
    snap(page, "choosing-5-notice")

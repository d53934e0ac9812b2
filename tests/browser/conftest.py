"""A Hub, a chromium, and people who use both. Screenshots land in test-artefacts/browser."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from labhub.hub.process import RunningHub
from tools.demo.course import LAB1, set_up_course
from tools.demo.stage import Cast, Stage, open_hub
from tools.demo.verbs import Terminal

ARTEFACTS = Path(__file__).parents[2] / "test-artefacts" / "browser"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # root, as in a container, has no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 90_000


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Lab 1 in a course folder, built; read-only by agreement."""
    root = tmp_path_factory.mktemp("built")
    course = set_up_course(root / "course", datetime.now(UTC))
    stage = Stage(root, course.id)
    Terminal(stage).run("generate-assignment", LAB1)
    return stage


@pytest.fixture(scope="module")
def stage(built: Stage, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The same in a folder that a test may change; nothing is released yet."""
    stage = Stage(tmp_path_factory.mktemp("browser"), built.course_id)
    shutil.copytree(built.course_dir, stage.course_dir)
    return stage


@pytest.fixture(scope="module")
def hub(stage: Stage) -> Iterator[RunningHub]:
    """The running Hub."""
    with open_hub(stage, Cast(students=("ada",))) as hub:
        yield hub


# Not for the session: while it lives, no other test of this process can run an event loop.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless chromium of this machine."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("chromium is missing: run 'make setup' as root, or install the package")
    expect.set_options(timeout=PATIENCE_MS)  # by itself 5 s, too short where much else runs
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=CHROMIUM_ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, hub: RunningHub) -> Iterator[Callable[[str, str], Page]]:
    """Opens an address of the Hub as somebody who logs in there; one window for each."""
    pages: dict[str, Page] = {}

    def visit(name: str, path: str = "/") -> Page:
        page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.set_default_timeout(PATIENCE_MS)
        pages[name] = page
        page.goto(hub.url + path)
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password").fill(hub.settings.logins[name])
        page.get_by_role("button", name="Sign in").click()
        return page

    yield visit
    # What each window showed last, for whoever asks why a test failed.
    for name, page in pages.items():
        snap(page, f"last-{name}")
        page.context.close()


def snap(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep what a window shows, or the whole page."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=whole)

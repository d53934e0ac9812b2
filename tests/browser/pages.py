"""The service's pages in a browser: a small course behind a Hub, windows of its people, axe."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, ConsoleMessage, Page

from labhub.exchange.handin import HandInDesk, open_desk, release_version
from labhub.exchange.store.events import Author
from labhub.exchange.store.people import Person, put_people
from labhub.gradebook.opening import open_course
from labhub.hub.process import RunningHub
from labhub.ids import CourseId, StudentId
from tests.browser.conftest import PATIENCE_MS
from tools.demo.stage import Stage

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
COURSE = CourseId("dl")
HERE = f"/services/labhub/{COURSE}/"
NAMES = {"ada": "Ada Lovelace", "bo": "Bo Berg", "cy": "Cy Young"}
ZONE = ZoneInfo("Europe/Stockholm")
SERIOUS = ("serious", "critical")
PHONE = {"width": 360, "height": 740}

TOML = """\
[course]
id = "dl"
title = "Deep Learning"
term = "Spring"
zone = "Europe/Stockholm"
repository = "uni/dl@main"

[group_rules]
smallest = 1
largest = 2

[deadlines]
late_credit_percent = 80

[[assignments]]
id = "ps1"
title = "Squares and sums"
release = {release}
due = {due}
late_until = {late}
weight_percent = 50
group_work = true

[[assignments]]
id = "ps2"
title = "Still to come"
release = {late}
due = {last}
late_until = {last}
weight_percent = 50
"""


def make_stage(tiny_course: Path, root: Path) -> Stage:
    """The course in a folder: ps1 was released three weeks ago and is due in two days."""
    copytree(tiny_course, root / "course")
    today = datetime.now(ZONE).replace(hour=23, minute=59, second=0, microsecond=0)
    days = {"release": -21, "due": 2, "late": 9, "last": 20}
    dates = {name: (today + timedelta(days=n)).isoformat() for name, n in days.items()}
    (root / "course" / "course.toml").write_text(TOML.format(**dates), encoding="utf-8")
    stage = Stage(root, COURSE)
    with desk_at(stage) as desk:
        author = Author("teacher", datetime.now(UTC))
        with desk.store.writing() as db:
            put_people(db, author, [Person(StudentId(s), name) for s, name in NAMES.items()])
        release_version(desk, "teacher", "ps1", "The sum of nothing is explained.")
    return stage


@contextmanager
def desk_at(stage: Stage) -> Iterator[HandInDesk]:
    """The desk of the stage's course, beside the running service."""
    desk = open_desk(open_course(stage.course_dir, course_id=COURSE).folder)
    try:
        yield desk
    finally:
        desk.close()


@dataclass
class Windows:
    """Windows of people who are signed in at the Hub; each signs in once."""

    browser: Browser
    hub: RunningHub
    logins: dict[str, Any] = field(default_factory=dict)
    opened: list[Page] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    """What pages tried to do against their own policy."""

    def open(self, who: str, path: str = "", **context: Any) -> Page:
        """A new window on a page of the course; `context` as Playwright's `new_context` has it."""
        if who not in self.logins:
            self.logins[who] = self._sign_in(who)
        size = {"viewport": {"width": 1180, "height": 820}}
        made = self.browser.new_context(storage_state=self.logins[who], **(size | context))
        page = made.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._note)
        page.goto(f"{self.hub.url}{HERE}{path}")
        self.opened.append(page)
        return page

    def close(self) -> None:
        """Close them all."""
        for page in self.opened:
            page.context.close()

    def _note(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.violations.append(message.text)

    def _sign_in(self, who: str) -> Any:
        context = self.browser.new_context()
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{self.hub.url}{HERE}")
        page.get_by_label("Username").fill(who)
        page.get_by_label("Password").fill(self.hub.settings.logins[who])
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{self.hub.url}{HERE}")
        state = context.storage_state()
        context.close()
        return state


def complaints(page: Page) -> list[str]:
    """What axe finds serious on a page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary']}"
        for each in found["violations"]
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    return bool(wide > 0)

"""What TAs and instructors do on the pages of the service, on a real Hub, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from labhub.exchange.handin import hand_in, receiving
from labhub.exchange.handin.collecting import collect
from labhub.exchange.store.marks import add_appeal
from labhub.exchange.store.submissions import Place
from labhub.hub.process import RunningHub
from labhub.ids import StudentId
from tests.browser.conftest import snap
from tests.browser.pages import PHONE, Windows, complaints, desk_at, make_stage, scrolls_sideways
from tests.course_folder import FULL, SQUARES_SHIFTED
from tests.gradebook.helpers import comments, grade, grades
from tests.service.stand import answers
from tools.demo.stage import Cast, Stage, open_hub

pytestmark = [
    pytest.mark.browser,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.xdist_group("hub"),
]
WORK = {"ada": FULL, "bo": {**FULL, "squares": SQUARES_SHIFTED}, "cy": {"why": "<b>Because</b>"}}
MARKING = "staff/marking/ps1/"
WHY = f"{MARKING}exercises/why/"
PAGES = (
    "staff/",
    "staff/assignments/ps1/",
    "staff/extensions",
    "staff/appeals",
    MARKING,
    WHY,
    f"{MARKING}students/bo/",
)


@pytest.fixture(scope="module")
def stage(tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The small course; three have handed in, the machine has graded, one has asked something."""
    stage = make_stage(tiny_course, tmp_path_factory.mktemp("staff"))
    with desk_at(stage) as desk:
        for student, cells in WORK.items():
            with receiving(desk.blobs, desk.course.hand_in_limits) as upload:
                for _, (name, content, _kind) in answers(stage.course_dir, cells):
                    upload.begin(name).write(content)
                hand_in(desk, StudentId(student), "ps1", upload, place=Place.COLAB, version=1)
        collect(desk, "ps1")
        with desk.store.writing() as db:
            add_appeal(db, desk.author("bo"), "ps1", StudentId("bo"), "Is 0 not a square?")
    grade(stage.course_dir)
    return stage


@pytest.fixture(scope="module")
def hub(stage: Stage) -> Iterator[RunningHub]:
    """The running Hub, with the service behind it."""
    with open_hub(stage, Cast(students=tuple(WORK))) as hub:
        yield hub


@pytest.fixture(scope="module")
def windows(chromium: Browser, hub: RunningHub) -> Iterator[Windows]:
    """Windows of the staff."""
    opened = Windows(chromium, hub)
    yield opened
    opened.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(windows: Windows, path: str, scheme: str) -> None:
    page = windows.open("teacher", path, color_scheme=scheme)
    unfold(page)
    assert complaints(page) == []
    snap(page, f"staff-{scheme}-{path.strip('/').replace('/', '-')}", whole=True)


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_the_page_without_scrolling_sideways(windows: Windows, path: str) -> None:
    page = windows.open("teacher", path, viewport=PHONE, has_touch=True, is_mobile=True)
    unfold(page)
    snap(page, f"staff-phone-{path.strip('/').replace('/', '-')}", whole=True)
    assert not scrolls_sideways(page)


def test_a_mark_saves_itself_and_is_there_after_a_reload(windows: Windows, stage: Stage) -> None:
    page = windows.open("ta", WHY + "?names=1")
    answer = answer_of(page, "Ada Lovelace")
    answer.get_by_label("Points of 3").fill("2.5")
    expect(answer.get_by_role("status")).to_have_text("✓ saved")
    with page.expect_response(lambda each: each.url.endswith("/mark")):
        answer.get_by_label("Comment for the student").fill("Say which square.")
    expect(answer.get_by_role("status")).to_have_text("✓ saved")
    expect(answer.get_by_text("to mark", exact=True)).to_have_count(0)
    snap(page, "staff-marked")
    page.reload()
    expect(answer.get_by_label("Points of 3")).to_have_value("2.5")
    assert mark_of(stage, "ada") == 2.5
    assert comments(stage.course_dir, "ada")["problem2", "why"] == "Say which square."


def test_the_keyboard_alone_marks(windows: Windows, stage: Stage) -> None:
    page = windows.open("ta", WHY + "?names=1")
    page.keyboard.press("j")
    page.keyboard.press("j")
    name = page.locator("[data-answer]:focus h3").inner_text()
    page.keyboard.press("p")
    page.keyboard.type("1,5")
    page.keyboard.press("Escape")
    focused = page.locator("[data-answer]:focus")
    expect(focused.get_by_role("status").first).to_have_text("✓ saved")
    student = {"Ada Lovelace": "ada", "Bo Berg": "bo", "Cy Young": "cy"}[name]
    assert mark_of(stage, student) == 1.5


def test_two_tas_at_one_answer_see_each_other_and_nothing_is_lost(
    windows: Windows, stage: Stage
) -> None:
    first = windows.open("ta", WHY + "?names=1")
    second = windows.open("teacher", WHY + "?names=1")
    expect(answer_of(second, "Cy Young")).to_contain_text("also here: ta")
    answer_of(second, "Cy Young").get_by_label("Points of 3").fill("3")
    expect(answer_of(second, "Cy Young").get_by_role("status")).to_have_text("✓ saved")
    answer_of(first, "Cy Young").get_by_label("Points of 3").fill("0")
    status = answer_of(first, "Cy Young").get_by_role("status")
    expect(status).to_contain_text("Somebody has marked this answer meanwhile: 3 of 3 points")
    snap(first, "staff-collision")
    assert mark_of(stage, "cy") == 3.0


def test_an_answer_s_own_markup_does_nothing(windows: Windows) -> None:
    page = windows.open("ta", WHY + "?names=1")
    frame = answer_of(page, "Cy Young").frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("Because")
    assert page.locator("iframe").first.get_attribute("sandbox") == ""


def test_everything_works_without_javascript(windows: Windows, stage: Stage) -> None:
    page = windows.open("ta", WHY + "?names=1", java_script_enabled=False)
    answer = answer_of(page, "Bo Berg")
    answer.get_by_label("Points of 3").fill("1")
    answer.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The mark has been saved.")).to_be_visible()
    assert mark_of(stage, "bo") == 1.0


def test_an_instructor_starts_grading_and_watches(windows: Windows) -> None:
    page = windows.open("teacher", "staff/assignments/ps1/")
    page.get_by_role("button", name="Collect and grade").click()
    expect(page.get_by_role("heading", name="Collect and grade")).to_be_visible()
    snap(page, "staff-job")
    page.get_by_role("link", name="To the assignment").click()
    expect(page.get_by_role("heading", name="Last jobs")).to_be_visible()


def test_an_appeal_is_answered(windows: Windows) -> None:
    page = windows.open("ta", "staff/")
    page.get_by_role("link", name="1 appeal waits for a reply").click()
    expect(page.get_by_text("Is 0 not a square?")).to_be_visible()
    page.get_by_label("Your reply").fill("The task says: from 1 to n.")
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_text("Your reply has been sent.")).to_be_visible()


def unfold(page: Page) -> None:
    """Open all that can be folded."""
    for each in page.locator("details").all():
        each.evaluate("each => each.open = true")


def answer_of(page: Page, name: str) -> Any:
    """The card with the answer of somebody."""
    return page.locator("[data-answer]").filter(has=page.get_by_role("heading", name=name))


def mark_of(stage: Stage, student: str) -> float | None:
    """The mark that a person gave, as nbgrader's gradebook has it."""
    mark: float | None = grades(stage.course_dir, student)["problem2", "why"]["manual_score"]
    return mark

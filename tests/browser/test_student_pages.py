"""What a student does on the pages of the service, on a real Hub, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from labhub.exchange.store.feedback import keep_feedback, release_feedback
from labhub.exchange.store.marks import answer_appeal, appeals
from labhub.exchange.store.submissions import submissions
from labhub.hub.process import RunningHub
from tests.browser.conftest import snap
from tests.browser.pages import (
    PHONE,
    Windows,
    complaints,
    desk_at,
    make_stage,
    scrolls_sideways,
)
from tests.service.pages.pages import feedback_page
from tests.service.stand import answers
from tools.demo.stage import Cast, Stage, open_hub

pytestmark = [
    pytest.mark.browser,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.xdist_group("hub"),
]
PAGES = ("", "ps1/", "ps2/", "group", "token", "receipts/1", "no-such-lab/")


@pytest.fixture(scope="module")
def stage(tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The small course, ps1 released."""
    return make_stage(tiny_course, tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def hub(stage: Stage) -> Iterator[RunningHub]:
    """The running Hub, with the service behind it."""
    with open_hub(stage, Cast(students=("ada", "bo", "cy"))) as hub:
        yield hub


@pytest.fixture(scope="module")
def windows(chromium: Browser, hub: RunningHub) -> Iterator[Windows]:
    """Windows of the students."""
    opened = Windows(chromium, hub)
    yield opened
    opened.close()
    assert opened.violations == []


@pytest.fixture(scope="module")
def files(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The notebooks of ps1, answered, as files on a student's disk."""
    folder = tmp_path_factory.mktemp("answers")
    made = []
    for _, (name, content, _kind) in answers(stage.course_dir):
        (folder / name).write_bytes(content)
        made.append(folder / name)
    return made


def test_a_hand_in_from_the_list_to_the_receipt(windows: Windows, files: list[Path]) -> None:
    page = windows.open("ada")
    expect(page.get_by_role("heading", name="My assignments")).to_be_visible()
    snap(page, "student-1-assignments")
    page.get_by_role("link", name="Squares and sums").click()
    snap(page, "student-2-assignment")

    page.get_by_label("Your notebook").set_input_files(files[:1])
    expect(page.locator(".chosen li")).to_contain_text("problem1.ipynb")
    page.get_by_role("button", name="Check first").click()
    expect(page.get_by_role("heading", name="Check before handing in")).to_be_visible()
    expect(page.get_by_text("Nothing has been handed in, and nothing was kept.")).to_be_visible()
    snap(page, "student-3-check")

    page.get_by_role("link", name="Back, to hand in").click()
    page.get_by_label("Your notebook").set_input_files(files)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_role("heading", name="Receipt 1")).to_be_visible()
    expect(page.get_by_text("Your work is in.")).to_be_visible()
    snap(page, "student-4-receipt", whole=True)
    page.get_by_role("link", name="To the assignment").click()
    expect(page.get_by_text("this one counts")).to_be_visible()
    snap(page, "student-5-handed-in", whole=True)


def test_files_can_be_dropped_on_the_page(windows: Windows, files: list[Path]) -> None:
    page = windows.open("cy", "ps1/")
    text = files[0].read_text(encoding="utf-8")
    data = page.evaluate_handle(
        """text => {
            const data = new DataTransfer();
            data.items.add(new File([text], "problem1.ipynb"));
            return data;
        }""",
        text,
    )
    page.dispatch_event(".drop", "dragover", {"dataTransfer": data})
    snap(page, "student-drop")
    page.dispatch_event(".drop", "drop", {"dataTransfer": data})
    expect(page.locator(".chosen li")).to_contain_text("problem1.ipynb")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("Your work is in.")).to_be_visible()


def test_everything_works_without_javascript(windows: Windows, files: list[Path]) -> None:
    page = windows.open("bo", java_script_enabled=False)
    page.get_by_role("link", name="Squares and sums").click()
    page.get_by_label("Your notebook").set_input_files(files)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("Your work is in.")).to_be_visible()
    page.get_by_role("button", name="Svenska").click()
    expect(page.get_by_text("Sidorna är på svenska nu.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    page.get_by_role("link", name="Till uppgiften").click()
    expect(page.get_by_role("heading", name="Lämna in")).to_be_visible()
    snap(page, "student-swedish", whole=True)


def test_the_keyboard_alone_hands_in(windows: Windows, files: list[Path]) -> None:
    page = windows.open("cy", "ps1/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    with page.expect_file_chooser() as chooser:
        tab_to(page, "#files")  # what this asks the page is answered after it knows who expects
        page.keyboard.press("Space")
    chooser.value.set_files(files)
    tab_to(page, "form[enctype] button:not([formaction])")
    snap(page, "student-keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your work is in.")).to_be_visible()


def test_a_group_is_made_joined_and_left(windows: Windows) -> None:
    ada = windows.open("ada", "group")
    expect(ada.get_by_role("heading", name="You are in no group")).to_be_visible()
    ada.get_by_label("Make a group").fill("turing")
    ada.get_by_role("button", name="Make the group").click()
    ada.get_by_label("Invite a student").fill("nobody-here")
    ada.get_by_role("button", name="Invite").click()
    expect(ada.get_by_role("heading", name="There is no such student")).to_be_visible()
    snap(ada, "student-refusal")
    ada.get_by_role("link", name="Back to where you were").click()
    ada.get_by_label("Invite a student").fill("bo")
    ada.get_by_role("button", name="Invite").click()
    expect(ada.get_by_text("Asked, and have not answered yet")).to_be_visible()
    snap(ada, "student-group-invited")

    bo = windows.open("bo", "group")
    expect(bo.get_by_role("heading", name="You were invited")).to_be_visible()
    snap(bo, "student-group-invitation")
    bo.get_by_role("button", name="Join").click()
    expect(bo.get_by_text("You are in the group now.")).to_be_visible()
    expect(bo.get_by_text("Your group is full.")).to_be_visible()
    snap(bo, "student-group")
    bo.goto(bo.url.replace("/group", "/ps1/"))
    expect(bo.get_by_role("heading", name="You hand in with")).to_be_visible()
    bo.goto(bo.url.replace("/ps1/", "/group"))
    bo.get_by_text("Leave the group").first.click()
    bo.get_by_role("button", name="Leave the group").click()
    expect(bo.get_by_text("You have left the group.")).to_be_visible()


def test_marks_feedback_and_a_question_about_a_mark(windows: Windows, stage: Stage) -> None:
    release_feedback_to(stage, "ada")
    page = windows.open("ada", "ps1/")
    expect(page.get_by_role("heading", name="Marks and feedback")).to_be_visible()
    exercise = page.locator("article.exercise").filter(has_text="1.2 Sums")
    expect(exercise).to_contain_text("the sum of nothing is zero")
    exercise.get_by_text("Ask about this mark").click()
    exercise.get_by_label("What should be looked at again").fill("An empty sum is 0, is it not?")
    exercise.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your question has been sent")).to_be_visible()
    expect(exercise).to_contain_text("No reply yet.")
    with desk_at(stage) as desk, desk.store.writing() as db:
        answer_appeal(db, desk.author("ta"), appeals(db)[0].number, "It is; yours returns None.")
    page.reload()
    expect(exercise).to_contain_text("It is; yours returns None.")
    snap(page, "student-marks", whole=True)
    page.get_by_role("link", name="Read the feedback").click()
    expect(page.get_by_role("heading", name="Your notebook as it was graded")).to_be_visible()
    snap(page, "student-feedback")


def test_a_token_of_the_page_hands_in_and_does_nothing_else(
    windows: Windows, hub: RunningHub
) -> None:
    page = windows.open("ada", "token")
    snap(page, "student-token", whole=True)
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("It is shown once.")).to_be_visible()
    address, _, token = page.locator("#secret").inner_text().partition("#")
    assert address == f"{hub.url}/services/labhub"
    bearer = {"Authorization": f"Bearer {token}"}
    request = page.context.request
    mine = request.get(f"{hub.url}/services/labhub/api/courses", headers=bearer)
    assert mine.ok, mine.text()
    # Who one is, a token always says; nothing can be done with it.
    assert "servers" not in request.get(f"{hub.url}/hub/api/users/ada", headers=bearer).json()
    for elsewhere in ("users/ada/tokens", "users", "groups"):
        refused = request.get(f"{hub.url}/hub/api/{elsewhere}", headers=bearer)
        assert refused.status in (403, 404), f"{elsewhere}: {refused.text()}"
    page.locator("#secret").evaluate("each => each.textContent = 'shown once, here'")
    snap(page, "student-token-made", whole=True)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(windows: Windows, path: str, scheme: str) -> None:
    for locale in ("en-GB", "sv-SE"):
        page = windows.open("ada", path, color_scheme=scheme, locale=locale)
        for each in page.locator("details").all():
            each.evaluate("each => each.open = true")
        assert complaints(page) == []
        if locale == "en-GB":
            snap(
                page, f"student-{scheme}-{path.strip('/').replace('/', '-') or 'list'}", whole=True
            )


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_the_page_without_scrolling_sideways(windows: Windows, path: str) -> None:
    page = windows.open("ada", path, viewport=PHONE, has_touch=True, is_mobile=True)
    for each in page.locator("details").all():
        each.evaluate("each => each.open = true")
    snap(page, f"student-phone-{path.strip('/').replace('/', '-') or 'list'}", whole=True)
    assert not scrolls_sideways(page)


def test_a_receipt_is_printed_without_the_frame(windows: Windows) -> None:
    page = windows.open("ada", "receipts/1")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("header.top")).not_to_be_visible()
    expect(page.locator(".buttons")).not_to_be_visible()
    expect(page.get_by_role("heading", name="Signature")).to_be_visible()
    snap(page, "student-receipt-printed", whole=True)


def test_livelier_pages_load_htmx_and_keep_to_the_policy(windows: Windows) -> None:
    page = windows.open("ada", "ps1/")
    assert page.evaluate("() => typeof htmx") == "object"
    assert page.evaluate("() => htmx.config.allowEval") is False
    assert windows.violations == []


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until that element has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(
            "each => document.activeElement === document.querySelector(each)", selector
        ):
            return
    pytest.fail(f"{selector} cannot be reached with the keyboard")


def release_feedback_to(stage: Stage, student: str) -> None:
    """Give feedback on the newest hand-in, and release it."""
    with desk_at(stage) as desk:
        written = stage.root / "problem1.html"
        written.write_text(feedback_page(), encoding="utf-8")
        with desk.store.writing() as db:
            number = submissions(db, "ps1", student)[-1].id
            keep_feedback(db, desk.author("ta"), number, [desk.blobs.add(written)])
            release_feedback(db, desk.author("ta"), "ps1", [number])

"""The pages of a student, as a browser without JavaScript sees them."""

import re
from typing import Any

import nbformat
import pytest

from labhub.exchange.store.feedback import keep_feedback, release_feedback
from labhub.exchange.store.grants import add_extension
from labhub.ids import AssignmentId, StudentId
from labhub.policy.extensions import Extension
from tests.service.pages.conftest import Campus
from tests.service.pages.pages import feedback_page
from tests.service.stand import COURSE, PREFIX, answers

HERE = f"{PREFIX}/{COURSE}"


def hand_in(campus: Campus, who: str = "ada", salt: str = "", **fields: str) -> Any:
    files = answers(campus.stand.root, salt=salt)
    return campus.browser(who).post("ps1/hand-in", "ps1/", files=files, version="1", **fields)


def title(page: Any) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.text, re.DOTALL)
    assert found, page.text
    return found[1].strip()


def test_who_has_one_course_is_taken_to_it(campus: Campus) -> None:
    page = campus.browser("ada").get("/")
    assert str(page.url).endswith(f"{HERE}/")


def test_who_has_no_course_reads_how_to_get_into_one(campus: Campus) -> None:
    page = campus.browser("mallory").get("/")
    assert title(page) == "My courses"
    assert "The staff of your course enrol you." in page.text


def test_the_list_says_when_things_are_due_and_what_they_want(campus: Campus) -> None:
    page = campus.browser("ada").get().text
    assert "Monday 8 February 2027 at 23:59 CET" in page
    assert '<time datetime="2027-02-08T22:59:00Z">' in page
    assert "(in 7 days)" in page
    assert "To do" in page
    assert "Late: 80 % of the points" in page
    assert page.index("Squares and sums") < page.index("Still to come")
    assert "Not released yet" in page


def test_an_extension_moves_the_date_and_is_said(campus: Campus) -> None:
    more = Extension(AssignmentId("ps1"), "ill", "teacher", student=StudentId("ada"), days=2)
    with campus.desk.store.writing() as db:
        add_extension(db, campus.desk.author("teacher"), more)
    page = campus.browser("ada").get("ps1/").text
    assert "Wednesday 10 February 2027 at 23:59 CET" in page
    assert "teacher moved the due date by 2 days: ill." in page
    assert "Monday 8 February 2027" in campus.browser("bob").get("ps1/").text


def test_an_assignment_offers_every_way_to_work_on_it(campus: Campus) -> None:
    page = campus.browser("ada").get("ps1/").text
    assert "/hub/user-redirect/labhub/open/dl/ps1" in page
    assert f"{PREFIX}/api/courses/dl/assignments/ps1/versions/1/archive" in page
    colab = "https://colab.research.google.com/github/uni/dl/blob/main/release/ps1/problem1.ipynb"
    assert colab in page


def test_nothing_of_an_assignment_shows_before_its_release(campus: Campus) -> None:
    page = campus.browser("ada").get("ps2/").text
    assert "The assignment has not been released yet." in page
    assert "Open on the Hub" not in page
    assert 'type="file"' not in page


def test_handing_in_leads_to_the_receipt(campus: Campus) -> None:
    page = hand_in(campus)
    assert page.status_code == 200
    assert str(page.url).endswith(f"{HERE}/receipts/1")
    assert title(page) == "Receipt 1"
    assert "Your work is in. This is its receipt." in page.text
    assert "Ada Lovelace (ada), on the course page" in page.text
    assert "labhub verify-receipt receipt-1.json" in page.text
    assert len(re.findall(r'class="hash">[0-9a-f]{64}<', page.text)) == 2


def test_what_was_said_is_said_once(campus: Campus) -> None:
    browser = campus.browser("ada")
    files = answers(campus.stand.root)
    said = "Your work is in."
    assert said in browser.post("ps1/hand-in", "ps1/", files=files).text
    assert said not in browser.get("receipts/1").text


def test_the_same_files_again_are_the_same_hand_in_and_it_says_so(campus: Campus) -> None:
    hand_in(campus)
    page = hand_in(campus)
    assert title(page) == "Receipt 1"
    assert "were handed in before" in page.text


def test_attempts_are_counted_and_the_last_in_time_counts(campus: Campus) -> None:
    hand_in(campus)
    campus.stand.clock.turn(minutes=5)
    hand_in(campus, salt="\n# better")
    page = campus.browser("ada").get("ps1/").text
    assert "1 attempt is left." in page
    assert page.index("Attempt 2") < page.index("this one counts") < page.index("Attempt 1")


def test_without_attempts_the_page_says_from_when_there_are_more(campus: Campus) -> None:
    for salt in ("", "\n# 2", "\n# 3"):
        hand_in(campus, salt=salt)
    page = campus.browser("ada").get("ps1/").text
    assert "There are new ones from Tuesday 2 February 2027 at 00:00 CET on." in page
    refused = hand_in(campus, salt="\n# 4")
    assert refused.status_code == 429
    assert title(refused) == "No attempts are left for now"


def release_again(campus: Campus) -> None:
    """Version 2, with one more sentence in its notebook."""
    path = campus.stand.root / "release" / "ps1" / "problem1.ipynb"
    content = nbformat.read(path, as_version=4)
    content.cells[0].source += "\n\nThe squares of 1 to n."
    nbformat.write(content, path)
    assert campus.stand.release() == 2


def test_of_several_versions_one_says_which_one_worked_on(campus: Campus) -> None:
    assert "<select" not in campus.browser("ada").get("ps1/").text
    files = answers(campus.stand.root)
    release_again(campus)
    ada = campus.browser("ada")
    page = ada.get("ps1/").text
    assert page.index("<option>2</option>") < page.index("<option>1</option>")
    assert "(ps1, version 1)" in ada.post("ps1/hand-in", "ps1/", files=files, version="1").text
    page = ada.get("ps1/").text
    assert "You handed in version 1; version 2 has come out since." in page


def test_a_withdrawn_version_is_said_and_not_offered(campus: Campus) -> None:
    files = answers(campus.stand.root)
    hand_in(campus)
    release_again(campus)
    url = f"{PREFIX}/api/courses/{COURSE}/assignments/ps1/versions/1/withdraw"
    assert campus.stand.call("teacher", "POST", url, json={}).status_code == 200
    ada = campus.browser("ada")
    page = ada.get("ps1/").text
    assert "The version that you handed in has been withdrawn" in page
    assert "<select" not in page
    refused = ada.post(
        "ps1/hand-in", "ps1/", files=[*files, ("files", ("x.txt", b""))], version="1"
    )
    assert refused.status_code == 409
    assert title(refused) == "That version has been withdrawn"


def test_late_hand_ins_are_marked_as_such(campus: Campus) -> None:
    campus.stand.clock.turn(days=9)
    assert "Overdue" in campus.browser("ada").get().text
    assert "Late: 80 % of the points" in hand_in(campus).text
    assert "Handed in late" in campus.browser("ada").get().text


def test_after_the_last_date_nothing_is_taken_and_the_page_says_what_to_do(campus: Campus) -> None:
    campus.stand.clock.turn(days=20)
    page = campus.browser("ada").get("ps1/").text
    assert "The last date is over." in page
    assert 'type="file"' not in page
    refused = campus.browser("ada").post("ps1/hand-in", "ps1/", files=answers(campus.stand.root))
    assert refused.status_code == 403
    assert title(refused) == "Too late: nothing is accepted any more"
    assert "ask the staff for an extension" in refused.text
    assert "hand-in-closed" in refused.text


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("notes.txt", b"no notebook", "no-notebook"),
        ("../ps1.ipynb", b"{}", "path-in-name"),
        ("problem1.ipynb", b"{", "no-notebook"),
    ],
)
def test_every_refusal_is_a_page_with_words(
    campus: Campus, name: str, content: bytes, code: str
) -> None:
    page = campus.browser("ada").post("ps1/hand-in", "ps1/", files=[("files", (name, content))])
    assert page.status_code == 422
    assert code in page.text
    assert "What to do next" in page.text
    assert campus.browser("ada").get("ps1/").text.count("Receipt") == 0


def test_a_check_keeps_nothing(campus: Campus) -> None:
    files = answers(campus.stand.root)
    page = campus.browser("ada").post("ps1/check", "ps1/", files=files)
    assert page.status_code == 200
    assert "Everything is there" in page.text
    assert "Nothing has been handed in" in page.text
    assert "Attempt 1" not in campus.browser("ada").get("ps1/").text


def test_a_check_says_which_answers_are_open(campus: Campus) -> None:
    files = answers(campus.stand.root, {"squares": "def squares(n):\n    return []"})
    page = campus.browser("ada").post("ps1/check", "ps1/", files=files).text
    assert re.search(r"\d answers are still open", page)
    assert "as it was given out" in page


def test_feedback_and_marks_show_when_they_are_released_and_not_before(campus: Campus) -> None:
    hand_in(campus)
    give_feedback(campus, release=False)
    page = campus.browser("ada").get("ps1/").text
    assert "Marks and feedback" not in page
    assert campus.browser("ada").get("feedback/1/").status_code == 404
    give_feedback(campus, release=True)
    page = campus.browser("ada").get("ps1/").text
    assert "Feedback is here" in page
    assert "1.2 Sums" in page
    assert "the sum of nothing is zero" in page


def test_a_feedback_page_may_do_nothing_at_all(campus: Campus) -> None:
    hand_in(campus)
    give_feedback(campus, release=True)
    page = campus.browser("ada").get("feedback/1/")
    assert str(page.url).endswith("/feedback/1/problem1.html")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "allow-scripts" not in policy
    assert "frame-ancestors 'none'" in policy
    assert campus.browser("ada").get("feedback/1/other.html").status_code == 404


def test_an_appeal_stands_at_its_exercise_with_the_reply(campus: Campus) -> None:
    hand_in(campus)
    give_feedback(campus, release=True)
    ada = campus.browser("ada")
    page = ada.post("ps1/appeal", "ps1/", exercise="1.2 Sums", text="The sum of nothing is 0.").text
    assert "Your question has been sent to the staff." in page
    asked = page.index("The sum of nothing is 0.")
    assert page.index("1.2 Sums") < asked
    assert "No reply yet." in page
    url = f"{PREFIX}/api/courses/{COURSE}/appeals/1/answer"
    campus.stand.call("ta", "POST", url, json={"text": "Yours is None."})
    page = ada.get("ps1/").text
    assert "The sum of nothing is 0." in page
    assert "ta replied" in page
    assert "Yours is None." in page


def test_nobody_appeals_against_a_mark_that_is_not_released(campus: Campus) -> None:
    hand_in(campus)
    refused = campus.browser("ada").post("ps1/appeal", "ps1/", exercise="", text="Why?")
    assert refused.status_code == 404
    assert "You have no mark on Squares and sums yet." in refused.text


@pytest.mark.parametrize("path", ["receipts/1", "feedback/1/", "feedback/1/problem1.html"])
def test_nobody_reaches_what_belongs_to_another(campus: Campus, path: str) -> None:
    hand_in(campus)
    give_feedback(campus, release=True)
    assert campus.browser("ada").get(path).status_code == 200
    assert campus.browser("ta").get(path).status_code == 200
    refused = campus.browser("bob").get(path)
    assert refused.status_code == 404
    assert "There is no hand-in number 1." in refused.text


def test_a_form_of_another_site_is_refused(campus: Campus) -> None:
    client = campus.browser("ada").client
    url = f"{HERE}/ps1/hand-in"
    refused = client.post(url, data={"form_token": "0"}, files=answers(campus.stand.root))
    assert refused.status_code == 403
    assert title(refused) == "The form is too old"


def test_a_token_is_shown_once_and_only_when_asked_for(campus: Campus) -> None:
    ada = campus.browser("ada")
    assert "It is shown once" not in ada.get("token").text
    page = ada.post("token")
    assert "It is shown once" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "Tuesday 2 February 2027" in page.text
    assert "It is shown once" not in ada.get("token").text


def give_feedback(campus: Campus, *, release: bool) -> None:
    desk = campus.desk
    page = campus.stand.root / "problem1.html"
    page.write_text(feedback_page(), encoding="utf-8")
    with desk.store.writing() as db:
        author = desk.author("ta")
        keep_feedback(db, author, 1, [desk.blobs.add(page)])
        if release:
            release_feedback(db, author, "ps1")

"""The pages of the staff: hand-ins, steps of grading, extensions, appeals, marking by hand."""

import html
import re
from typing import Any

import pytest

from labhub.exchange.handin.collecting import collect
from labhub.exchange.store.jobs import JobKind, jobs
from labhub.exchange.store.marks import add_appeal
from labhub.gradebook.marking.answers import key_of
from labhub.ids import StudentId
from tests.course_folder import FULL, SQUARES_SHIFTED
from tests.gradebook.helpers import comments, grade, grades
from tests.service.pages.conftest import Campus
from tests.service.stand import COURSE, answers

ADA = key_of("ps1", "ada")
LAB = "staff/assignments/ps1/"
WHY = "staff/marking/ps1/exercises/why/"


@pytest.fixture
def graded(campus: Campus) -> Campus:
    """Ada's right hand-in and Bob's, which is off by one, collected and graded by the machine."""
    shifted = {**FULL, "squares": SQUARES_SHIFTED}
    for who, cells in (("ada", FULL), ("bob", shifted)):
        assert campus.stand.hand_in(who, answers(campus.stand.root, cells)).status_code == 201
    collect(campus.desk, "ps1")
    grade(campus.stand.root)
    return campus


def text(page: Any) -> str:
    """What a page says, its tags left out."""
    assert page.status_code < 400, page.text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def stamp(page: Any, cell: str) -> str:
    """The stamp in the form of one of Ada's marks."""
    hidden = rf'value="{ADA}">\s*<input[^>]*value="{cell}">\s*<input[^>]*name="seen" value="(\w+)"'
    found = re.search(hidden, page.text)
    assert found, page.text
    return found[1]


def mark(campus: Campus, who: str, cell: str, exercise: str, **fields: str) -> Any:
    """Send the form of a mark, as it stands on the page of the exercise."""
    browser = campus.browser(who)
    page = f"staff/marking/ps1/exercises/{exercise}/"
    seen = fields.pop("seen", "") or stamp(browser.get(page), cell)
    back = f"/services/labhub/{COURSE}/{page}"
    content = {"exercise": exercise, "answer": ADA, "cell": cell, "seen": seen, "back": back}
    return browser.post("staff/marking/ps1/mark", page, **content | fields)


def test_the_staff_s_page_counts_what_came_in_and_what_waits(graded: Campus) -> None:
    said = text(graded.browser("ta").get("staff/"))
    assert "Squares and sums Mon 8 Feb at 23:59 CET 1 2 / 3 2 6" in said


@pytest.mark.parametrize("path", ["staff/", LAB, WHY, "staff/extensions", "staff/appeals"])
def test_students_are_turned_away(graded: Campus, path: str) -> None:
    assert graded.browser("ada").get(path).status_code == 403


def test_an_assignment_lists_who_handed_in_from_where_and_who_did_not(graded: Campus) -> None:
    said = text(graded.browser("ta").get(LAB))
    assert "Ada Lovelace (ada)" in said
    assert "version 1" in said
    assert "3 answers wait" in said
    assert "1 student has not handed in Cleo Clark (cleo)" in said
    assert "6 answers are not marked yet. ada, bob" in said


def test_a_hand_in_that_nobody_has_collected_is_there_too(campus: Campus) -> None:
    campus.stand.hand_in("ada")
    assert "Not collected" in text(campus.browser("ta").get(LAB))


def test_what_grading_noted_stands_beside_the_hand_in(campus: Campus) -> None:
    first = answers(campus.stand.root)[:1]
    assert campus.stand.hand_in("ada", first).status_code == 201
    collect(campus.desk, "ps1")
    grade(campus.stand.root)
    said = text(campus.browser("ta").get(LAB))
    assert "! missing-notebook" in said
    assert "problem2.ipynb" in said


def test_a_job_is_queued_and_watched(graded: Campus) -> None:
    page = graded.browser("ta").post(LAB + "jobs", LAB, kind="autograde")
    assert "It has been queued." in text(page)
    assert "Collect and grade" in text(page)
    with graded.desk.store.reading() as db:
        (job,) = jobs(db)
    assert (job.kind, job.assignment, job.by) == (JobKind.AUTOGRADE, "ps1", "ta")
    assert "Waits" in text(graded.browser("ta").get(f"staff/jobs/{job.seq}/progress"))


def test_a_version_is_released_and_withdrawn(campus: Campus) -> None:
    browser = campus.browser("teacher")
    said = text(browser.post(LAB + "release", LAB, note="The same."))
    assert "Version 2" not in said, "the same files are the same version"
    (campus.stand.root / "release" / "ps1" / "data.txt").write_text("3\n")
    said = text(browser.post(LAB + "release", LAB, note="Other numbers."))
    assert "Version 2" in said
    assert "Other numbers." in said
    assert "withdrawn" in text(browser.post(LAB + "versions/2/withdraw", LAB))


def test_extensions_are_granted_by_instructors(campus: Campus) -> None:
    form = {"assignment": "ps1", "whom": "ada", "reason": "ill", "days": "2"}
    assert campus.browser("ta").post("staff/extensions", **form).status_code == 403


def test_an_extension_is_granted_and_taken_back(campus: Campus) -> None:
    browser = campus.browser("teacher")
    form = {"assignment": "ps1", "whom": "ada", "reason": "ill", "days": "2"}
    said = text(browser.post("staff/extensions", **form))
    assert "Ada Lovelace ps1 2 days ill teacher" in said
    assert "Wednesday 10 February 2027" in campus.browser("ada").get("ps1/").text
    assert "No extension has been granted." in text(
        browser.post("staff/extensions/1/withdraw", "staff/extensions")
    )


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"reason": " ", "days": "2"}, 422),
        ({"reason": "ill"}, 422),
        ({"reason": "ill", "due": "tomorrow"}, 422),
        ({"reason": "ill", "days": "2", "whom": "zoe"}, 404),
        ({"reason": "ill", "days": "2", "whom": "group:none"}, 404),
        ({"reason": "ill", "days": "2", "assignment": "ps9"}, 404),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused(
    campus: Campus, form: dict[str, str], status: int
) -> None:
    whole = {"assignment": "ps1", "whom": "ada"} | form
    assert campus.browser("teacher").post("staff/extensions", **whole).status_code == status
    assert "No extension has been granted." in text(campus.browser("ta").get("staff/extensions"))


def test_an_appeal_is_answered_and_both_are_kept(campus: Campus) -> None:
    with campus.desk.store.writing() as db:
        add_appeal(db, campus.desk.author("ada"), "ps1", StudentId("ada"), "Why no <b>points</b>?")
    browser = campus.browser("ta")
    assert "1 appeal waits for a reply" in text(browser.get("staff/"))
    assert "Why no <b>points</b>?" in text(browser.get("staff/appeals"))
    assert browser.post("staff/appeals/1", "staff/appeals", text=" ").status_code == 422
    said = text(browser.post("staff/appeals/1", "staff/appeals", text="One square is wrong."))
    assert "No appeal waits for a reply." in said
    assert "One square is wrong." in said


def test_marking_shows_progress_by_exercise(graded: Campus) -> None:
    said = text(graded.browser("ta").get("staff/marking/ps1/"))
    assert "why 0 / 2" in said
    assert "squares-t1 2 / 2" in said


def test_all_answers_stand_in_a_row_and_hide_the_names(graded: Campus) -> None:
    page = graded.browser("ta").get(WHY)
    assert page.text.count("<iframe") == 2
    assert "ada" not in page.text.lower().replace("data-", "")
    assert "Ada Lovelace" in text(graded.browser("ta").get(WHY + "?names=1"))


def test_an_answer_stands_in_a_frame_that_can_do_nothing(graded: Campus) -> None:
    assert "frame-src 'self'" in graded.browser("ta").get(WHY).headers["content-security-policy"]
    page = graded.browser("ta").get(f"staff/marking/ps1/answers/why/{ADA}")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox; frame-ancestors 'self'" in policy
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert FULL["why"] in text(page)


def test_staff_see_the_whole_test(graded: Campus) -> None:
    page = graded.browser("ta").get(f"staff/marking/ps1/answers/squares-t2/{key_of('ps1', 'bob')}")
    assert "the squares of 1 to n" in text(page)
    assert "What the test showed" in text(page)


def test_one_student_s_hand_in_stands_whole_with_a_preview_of_the_feedback(graded: Campus) -> None:
    browser = graded.browser("ta")
    page = browser.get("staff/marking/ps1/students/ada/")
    assert "Ada Lovelace" in text(page)
    assert page.text.count("<iframe") == 7
    preview = browser.get("staff/marking/ps1/students/ada/preview")
    assert "to be graded by a person" in text(preview)
    assert "frame-ancestors 'none'" in preview.headers["content-security-policy"]
    assert browser.get("staff/marking/ps1/students/zoe/").status_code == 404


def test_a_mark_is_saved_into_the_gradebook(graded: Campus) -> None:
    page = mark(graded, "ta", "why", "why", points="2,5", extra="1", comment="Which square?")
    assert "The mark has been saved." in text(page)
    row = grades(graded.stand.root, "ada")["problem2", "why"]
    assert (row["manual_score"], row["extra_credit"]) == (2.5, 1.0)
    assert comments(graded.stand.root, "ada")["problem2", "why"] == "Which square?"


def test_a_level_and_a_phrase_are_buttons_that_save(graded: Campus) -> None:
    mark(graded, "ta", "why", "why", points="1", level="3", comment="One.", phrase="Two.")
    row = grades(graded.stand.root, "ada")["problem2", "why"]
    assert row["manual_score"] == 3.0
    assert comments(graded.stand.root, "ada")["problem2", "why"] == "One.\n\nTwo."
    assert 'name="phrase" value="One.' in graded.browser("ta").get(WHY).text


def test_a_page_that_saves_by_itself_gets_the_new_stamp(graded: Campus) -> None:
    first = mark(graded, "ta", "why", "why", points="1", back="").json()
    assert (first["points"], first["waits"]) == (1.0, False)
    second = mark(graded, "ta", "why", "why", points="2", back="", seen=first["seen"])
    assert second.json()["points"] == 2.0


def test_a_mark_that_another_gave_meanwhile_is_not_overwritten(graded: Campus) -> None:
    seen = stamp(graded.browser("ta").get(WHY), "why")
    mark(graded, "teacher", "why", "why", points="3")
    reply = mark(graded, "ta", "why", "why", points="0", seen=seen)
    assert reply.status_code == 409
    assert "Somebody has marked this answer meanwhile: 3 of 3 points" in reply.text
    assert grades(graded.stand.root, "ada")["problem2", "why"]["manual_score"] == 3.0


def test_the_mark_of_a_test_changes_only_with_a_reason(graded: Campus) -> None:
    assert mark(graded, "ta", "squares-t2", "squares-t2", points="1").status_code == 422
    mark(graded, "ta", "squares-t2", "squares-t2", points="1", reason="Copied.")
    assert grades(graded.stand.root, "ada")["problem1", "squares-t2"]["score"] == 1.0


@pytest.mark.parametrize("points", ["4", "-1", "many", "nan", "1e9"])
def test_points_that_make_no_sense_are_refused(graded: Campus, points: str) -> None:
    assert mark(graded, "ta", "why", "why", points=points).status_code == 422


def test_two_at_one_answer_see_each_other(graded: Campus) -> None:
    graded.browser("teacher").get(WHY)
    spot = f"staff/marking/ps1/answers/why/{ADA}/others"
    assert "also here: teacher" in text(graded.browser("ta").get(spot))
    graded.stand.clock.turn(minutes=1)
    assert "teacher" not in text(graded.browser("ta").get(spot))


def test_what_is_not_there_is_said(graded: Campus) -> None:
    browser = graded.browser("ta")
    for path in ("exercises/none/", "answers/why/00000000", "answers/none/" + ADA):
        assert browser.get(f"staff/marking/ps1/{path}").status_code == 404
    assert browser.get("staff/marking/ps9/").status_code == 404
    assert browser.get("staff/jobs/99").status_code == 404


def test_grades_come_as_a_table(graded: Campus) -> None:
    page = graded.browser("ta").get("staff/grades.csv")
    assert page.headers["content-type"].startswith("text/csv")
    assert page.text.splitlines()[0].startswith("assignment,")
    assert "ada" in page.text

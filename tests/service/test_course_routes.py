"""Assignments, versions, feedback, groups, marks and jobs over HTTP."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from labhub.exchange.handin.results import GradingFound, TestFound, keep_result, plain
from labhub.exchange.store.events import Author
from labhub.exchange.store.grants import add_extension
from labhub.exchange.store.jobs import JobKind, NewJob, claim, enqueue, finish, say_alive
from labhub.ids import AssignmentId, StudentId
from labhub.policy.extensions import Extension
from labhub.service.courses import OpenedCourse
from tests.course_folder import ASSIGNMENT
from tests.service.stand import API, BASE, COURSE, DUE, LAB, NOON, TOML, Stand, answers

TOGETHER = "group_work = true\n"


def opened(stand: Stand) -> OpenedCourse:
    course: OpenedCourse = stand.app.state.service.courses[COURSE]
    return course


def code(reply: Any) -> tuple[int, str]:
    return reply.status_code, reply.json()["error"]["code"]


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_my_courses_with_my_role(stand: Stand) -> None:
    (mine,) = stand.call("ta", "GET", f"{API}/courses").json()
    assert mine == {
        "id": "dl",
        "title": "Deep Learning",
        "term": "spring 2027",
        "zone": "UTC",
        "role": "ta",
    }
    assert stand.call("mallory", "GET", f"{API}/courses").json() == []


def test_an_assignment_before_and_after_handing_in(released: Stand) -> None:
    before = released.call("ada", "GET", LAB).json()
    assert (before["status"], before["version"], before["attempts"]) == ("on-time", 1, 0)
    assert before["due"] == DUE.isoformat().replace("+00:00", "Z")
    assert before["members"] == ["ada"]
    assert any("on time" in line for line in before["late_words"])
    released.hand_in("ada")
    after = released.call("ada", "GET", LAB).json()
    assert (after["attempts"], after["handed_in_at"]) == (
        1,
        NOON.isoformat().replace("+00:00", "Z"),
    )


def test_an_extension_shows_to_the_student_who_has_it(released: Stand) -> None:
    course = opened(released)
    later = Extension(AssignmentId(ASSIGNMENT), "ill", "teacher", StudentId("ada"), days=2)
    with course.store.writing() as db:
        add_extension(db, Author("teacher", NOON), later)
    mine = released.call("ada", "GET", LAB).json()
    assert mine["extended"] is True
    assert mine["due"].startswith((DUE + timedelta(days=2)).date().isoformat())
    assert released.call("bob", "GET", LAB).json()["extended"] is False


def test_staff_see_the_plain_dates(released: Stand) -> None:
    (found,) = released.call("ta", "GET", f"{BASE}/assignments").json()
    assert (found["members"], found["status"], found["attempts_left"]) == ([], "on-time", None)


def test_an_unknown_assignment_is_not_there(stand: Stand) -> None:
    assert code(stand.call("ada", "GET", f"{BASE}/assignments/ps2"))[0] == 404


def test_versions_are_numbered_and_the_same_bytes_are_one(released: Stand) -> None:
    assert released.release() == 1
    files = [*answers(released.root, {}), ("note", (None, "A typo less."))]
    files[0] = ("files", ("problem1.ipynb", files[0][1][1] + b"\n"))
    made = released.call("ta", "POST", f"{LAB}/versions", files=files).json()
    assert (made["number"], made["note"]) == (2, "A typo less.")
    listed = released.call("ada", "GET", f"{LAB}/versions").json()
    assert [each["number"] for each in listed] == [1, 2]


def test_a_version_without_a_notebook_is_refused(stand: Stand) -> None:
    files = [("files", ("notes.txt", b"x"))]
    reply = stand.call("ta", "POST", f"{LAB}/versions", files=files)
    assert code(reply) == (409, "nothing-to-release")


def test_a_version_comes_as_a_zip_of_what_was_released(released: Stand) -> None:
    reply = released.call("ada", "GET", f"{LAB}/versions/1/archive")
    folder = released.root / "release" / ASSIGNMENT
    assert unzipped(reply.content) == {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()
    }
    assert "ps1-v1.zip" in reply.headers["content-disposition"]


def test_students_see_no_version_before_the_release(released: Stand) -> None:
    released.clock.turn(days=-30)
    assert code(released.call("ada", "GET", f"{LAB}/versions")) == (403, "not-released")
    assert code(released.call("ada", "GET", f"{LAB}/versions/1/archive")) == (403, "not-released")
    assert released.call("ta", "GET", f"{LAB}/versions/1/archive").status_code == 200


def test_students_get_no_withdrawn_version(released: Stand) -> None:
    said = released.call("ta", "POST", f"{LAB}/versions/1/withdraw", json={"reason": "leak"})
    assert said.json()["withdrawn"] is True
    reply = released.call("ada", "GET", f"{LAB}/versions/1/archive")
    assert code(reply) == (409, "version-withdrawn")
    assert released.call("ta", "GET", f"{LAB}/versions/1/archive").status_code == 200


def test_feedback_is_seen_when_it_is_released(released: Stand) -> None:
    released.hand_in("ada")
    url = f"{BASE}/submissions/1/feedback"
    page = [("files", ("problem1.html", b"<p>good</p>"))]
    assert code(released.call("ada", "GET", url))[0] == 404
    assert released.call("ta", "PUT", url, files=page).json()["released"] is False
    assert code(released.call("ada", "GET", url))[0] == 404
    assert released.call("ta", "GET", url).status_code == 200
    released.call("ta", "PUT", url, files=page, data={"release": "yes"})
    assert unzipped(released.call("ada", "GET", url).content) == {"problem1.html": b"<p>good</p>"}


def test_feedback_without_a_page_is_refused(released: Stand) -> None:
    released.hand_in("ada")
    empty = [("release", (None, "yes"))]
    reply = released.call("ta", "PUT", f"{BASE}/submissions/1/feedback", files=empty)
    assert code(reply) == (422, "nothing-handed-in")


def test_a_group_is_founded_joined_and_left(stand: Stand) -> None:
    groups = f"{BASE}/groups"
    assert stand.call("ada", "POST", groups, json={"id": "g1"}).json()["mine"]["members"] == ["ada"]
    refused = stand.call("bob", "POST", f"{groups}/g1/join")
    assert code(refused) == (403, "group-change-refused")
    stand.call("ada", "POST", f"{groups}/g1/invitations", json={"student": "bob"})
    assert stand.call("bob", "GET", groups).json()["invitations"] == ["g1"]
    joined = stand.call("bob", "POST", f"{groups}/g1/join").json()
    assert joined["mine"]["members"] == ["ada", "bob"]
    stand.call("ada", "POST", f"{groups}/g1/invitations", json={"student": "cleo"})
    assert stand.call("cleo", "POST", f"{groups}/g1/decline").json()["invitations"] == []
    assert stand.call("bob", "POST", f"{groups}/g1/leave").json()["mine"] is None
    assert stand.call("ta", "GET", f"{groups}/all").json() == [
        {"id": "g1", "members": ["ada"], "invited": []}
    ]


def test_a_group_hands_in_once_for_all_its_members(released: Stand) -> None:
    text = TOML.replace('title = "Problem set 1"\n', f'title = "Problem set 1"\n{TOGETHER}')
    (released.root / "course.toml").write_text(text)
    groups = f"{BASE}/groups"
    released.call("ada", "POST", groups, json={"id": "g1"})
    released.call("ada", "POST", f"{groups}/g1/invitations", json={"student": "bob"})
    released.call("bob", "POST", f"{groups}/g1/join")
    receipt = released.hand_in("ada").json()
    assert (receipt["group"], receipt["members"]) == ("g1", ["ada", "bob"])
    (seen,) = released.call("bob", "GET", f"{BASE}/submissions").json()
    assert seen["id"] == receipt["submission"]
    assert released.call("bob", "GET", f"{BASE}/submissions/1/archive").status_code == 200
    assert released.hand_in("bob").status_code == 200, "the same bytes of the same group"
    assert released.call("cleo", "GET", f"{BASE}/submissions/1").status_code == 404


def test_marks_are_empty_and_cannot_be_appealed_before_feedback(released: Stand) -> None:
    released.hand_in("ada")
    assert released.call("ada", "GET", f"{BASE}/marks").json() == []
    body = {"item": ASSIGNMENT, "text": "Why?"}
    assert code(released.call("ada", "POST", f"{BASE}/appeals", json=body))[0] == 404


def test_an_appeal_and_its_answer_are_both_kept(released: Stand) -> None:
    released.hand_in("ada")
    page = {"files": [("files", ("p.html", b"x"))], "data": {"release": "yes"}}
    released.call("ta", "PUT", f"{BASE}/submissions/1/feedback", **page)
    (put,) = opened(released).course.assignments
    with opened(released).store.writing() as db:
        from labhub.exchange.store.people import Person, put_people

        put_people(db, Author("teacher", NOON), [Person(StudentId("ada"), "Ada")])
    (mark,) = released.call("ada", "GET", f"{BASE}/marks").json()
    assert (mark["item"], mark["title"]) == (put.id, put.title)
    body = {"item": ASSIGNMENT, "text": "Question 2 is right."}
    made = released.call("ada", "POST", f"{BASE}/appeals", json=body)
    assert made.status_code == 201, made.text
    url = f"{BASE}/appeals/{made.json()['number']}/answer"
    said = released.call("ta", "POST", url, json={"text": "It is.", "points": "12.5"}).json()
    assert (said["answer"], said["answered_by"]) == ("It is.", "ta")
    assert released.call("ada", "GET", f"{BASE}/appeals").json() == [said]
    assert released.call("bob", "GET", f"{BASE}/appeals").json() == []
    assert released.call("ada", "GET", f"{BASE}/marks").json()[0]["points"] == "12.5"


def test_an_answer_with_more_points_than_there_are_is_refused_whole(released: Stand) -> None:
    test_an_appeal_and_its_answer_are_both_kept(released)
    body = {"item": ASSIGNMENT, "text": "Again."}
    number = released.call("ada", "POST", f"{BASE}/appeals", json=body).json()["number"]
    url = f"{BASE}/appeals/{number}/answer"
    reply = released.call("ta", "POST", url, json={"text": "All.", "points": "999999"})
    assert code(reply) == (400, "bad-mark")
    assert released.call("ada", "GET", f"{BASE}/appeals").json()[-1]["answer"] is None


HIDDEN = TestFound("problem1", "squares-t2", "Squares", "failed", 0, 2, "a secret law", hidden=True)
SEEN = TestFound("problem1", "squares-t1", "Squares", "passed", 1, 1)
ON_HAND_IN = 'on_hand_in = {{ grade = true, shows = "{}" }}\n'


def graded(stand: Stand, toml: str) -> None:
    """Ada's hand-in, graded by a worker."""
    text = TOML.replace('title = "Problem set 1"\n', f'title = "Problem set 1"\n{toml}')
    (stand.root / "course.toml").write_text(text)
    stand.hand_in("ada")
    found = GradingFound("graded", 1, 3, tests=(SEEN, HIDDEN))
    with opened(stand).store.writing() as db:
        keep_result(db, 1, NOON, found)
        enqueue(db, Author("ada", NOON), NewJob(JobKind.GRADE, AssignmentId(ASSIGNMENT), 1))
        claim(db, "w", NOON)
        finish(db, 1, "w", NOON, plain(found))


@pytest.mark.parametrize("url", ["jobs/1", "jobs/1/events"])
def test_a_students_job_says_nothing_of_hidden_tests(released: Stand, url: str) -> None:
    graded(released, ON_HAND_IN.format("visible"))
    mine = released.call("ada", "GET", f"{BASE}/{url}").text
    assert '"done"' in mine
    assert "squares" not in mine
    assert "squares-t2" in released.call("ta", "GET", f"{BASE}/{url}").text


@pytest.mark.parametrize(
    ("toml", "seen"),
    [
        ("", None),
        (ON_HAND_IN.format("nothing"), None),
        (ON_HAND_IN.format("visible"), ["squares-t1"]),
        (ON_HAND_IN.format("names"), ["squares-t1", "squares-t2"]),
    ],
)
def test_students_see_of_the_result_what_the_course_sets(
    released: Stand, toml: str, seen: list[str] | None
) -> None:
    graded(released, toml)
    reply = released.call("ada", "GET", f"{BASE}/submissions/1/result")
    if seen is None:
        assert code(reply)[0] == 404
    else:
        assert [test["grade_id"] for test in reply.json()["tests"]] == seen
    assert "secret" not in reply.text
    whole = released.call("ta", "GET", f"{BASE}/submissions/1/result").json()
    assert whole["tests"][1]["law"] == "a secret law"


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "grade", "assignment": ASSIGNMENT},
        {"kind": "collect", "assignment": ASSIGNMENT, "submission": 1},
        {"kind": "dance", "assignment": ASSIGNMENT},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(released: Stand, order: dict[str, Any]) -> None:
    assert released.call("ta", "POST", f"{BASE}/jobs", json=order).status_code == 422


def test_the_progress_of_a_job_comes_live_until_its_end(released: Stand) -> None:
    order = {"kind": "collect", "assignment": ASSIGNMENT}
    made = released.call("ta", "POST", f"{BASE}/jobs", json=order)
    assert (made.status_code, made.json()["state"]) == (202, "queued")
    assert released.call("ta", "POST", f"{BASE}/jobs", json=order).json()["number"] == 1
    store = opened(released).store
    with store.writing() as db:
        claim(db, "w", NOON)
        say_alive(db, 1, "w", NOON, {"done": 1, "total": 2})
        finish(db, 1, "w", NOON, {"collected": 2})
    reply = released.call("ta", "GET", f"{BASE}/jobs/1/events")
    assert reply.headers["content-type"].startswith("text/event-stream")
    event, data = reply.text.strip().split("\n")
    assert event == "event: end"
    assert json.loads(data.removeprefix("data: "))["result"] == {"collected": 2}
    assert [each["state"] for each in released.call("ta", "GET", f"{BASE}/jobs").json()] == ["done"]


def test_live_progress_ends_when_the_service_is_told_to_end(released: Stand) -> None:
    order = {"kind": "collect", "assignment": ASSIGNMENT}
    released.call("ta", "POST", f"{BASE}/jobs", json=order)
    released.app.state.service.closing.set()
    reply = released.call("ta", "GET", f"{BASE}/jobs/1/events")
    assert reply.text.startswith("event: progress")

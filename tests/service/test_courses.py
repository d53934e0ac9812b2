"""The courses of a service: a broken one does not keep the others from working."""

from pathlib import Path

import pytest

from labhub.ids import CourseId
from labhub.service.courses import Courses
from labhub.service.errors import CourseUnavailableError, NothingHereError, ServiceSettingsError
from labhub.service.settings import CoursePlace
from tests.service.stand import API, COURSE, HandClock, Stand, TestClient, make_stand


def test_an_unknown_course_is_not_there(stand: Stand) -> None:
    with pytest.raises(NothingHereError):
        stand.app.state.service.courses[CourseId("other")]


def test_two_courses_cannot_share_an_id(tmp_path: Path) -> None:
    places = [CoursePlace(tmp_path / name, COURSE) for name in "ab"]
    with pytest.raises(ServiceSettingsError, match="same id"):
        Courses(places, HandClock())


def test_a_course_that_cannot_be_opened_is_tried_again(tiny_course: Path, tmp_path: Path) -> None:
    made = make_stand(tiny_course, tmp_path / "dl")
    text = (made.root / "course.toml").read_text()
    (made.root / "course.toml").unlink()
    with TestClient(made.app) as client:
        made.clients[""] = client
        courses = made.app.state.service.courses
        with pytest.raises(CourseUnavailableError):
            courses[COURSE]
        assert (list(courses), courses.ids) == ([], {COURSE})
        refused = made.call("ada", "GET", f"{API}/courses/dl/assignments")
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            503,
            "course-unavailable",
        )
        assert made.call("", "GET", f"{API}/health").status_code == 503
        (made.root / "course.toml").write_text(text)
        assert made.call("ada", "GET", f"{API}/courses/dl/assignments").status_code == 200
        assert made.call("", "GET", f"{API}/health").json()["ok"] is True


def test_health_tells_of_a_full_disk_and_of_the_worker(tiny_course: Path, tmp_path: Path) -> None:
    made = make_stand(tiny_course, tmp_path / "dl", free_bytes=1 << 62)
    with TestClient(made.app) as client:
        made.clients[""] = client
        reply = made.call("", "GET", f"{API}/health")
        assert reply.status_code == 503
        (course,) = reply.json()["courses"]
        assert (course["enough_space"], course["worker_alive"]) == (False, False)
        assert str(made.root) not in reply.text


def test_health_sees_a_worker_by_its_lock(stand: Stand) -> None:
    import fcntl

    with (stand.root / "store" / "worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (course,) = stand.call("", "GET", f"{API}/health").json()["courses"]
        assert course["worker_alive"] is True
    (course,) = stand.call("", "GET", f"{API}/health").json()["courses"]
    assert course["worker_alive"] is False


def test_a_course_closes_its_database_with_the_app(stand: Stand) -> None:
    courses = stand.app.state.service.courses
    assert [course.id for course in courses] == [COURSE]
    courses.close()
    assert courses._opened == {}

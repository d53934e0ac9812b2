"""Every answer has its headers, every error one shape, and nothing of the inside shows."""

import logging

import pytest
from fastapi import FastAPI

from labhub.service.headers import STANDARD
from tests.service.stand import API, BASE, LAB, PREFIX, Stand, TestClient


def code(reply: object) -> str:
    return str(reply.json()["error"]["code"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "url",
    [f"{API}/health", f"{API}/courses", f"{API}/nothing", f"{PREFIX}/", "/elsewhere", BASE],
)
def test_every_answer_has_the_headers_that_keep_a_page_ours(stand: Stand, url: str) -> None:
    reply = stand.call("ada", "GET", url, follow_redirects=False)
    for name, value in STANDARD.items():
        assert reply.headers[name] == value, name
    assert "strict-transport-security" not in reply.headers


def test_an_error_that_nobody_foresaw_says_nothing_of_the_inside(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr("labhub.service.api.health._health_of", lambda *_: broken(None))
    client = TestClient(stand.app, raise_server_exceptions=False)
    reply = client.get(f"{API}/health")
    assert (reply.status_code, code(reply)) == (500, "internal")
    assert "secret" not in reply.text
    assert reply.headers["x-frame-options"] == "DENY"


def test_an_unknown_address_of_the_interface_is_json(stand: Stand) -> None:
    assert code(stand.call("ada", "GET", f"{API}/nothing")) == "nothing-here"


def test_an_unknown_address_of_the_pages_is_a_page(stand: Stand) -> None:
    reply = stand.call("ada", "GET", f"{PREFIX}/static/nothing.css")
    assert reply.status_code == 404
    assert reply.headers["content-type"].startswith("text/html")


def test_a_method_that_does_not_fit_names_those_that_do(stand: Stand) -> None:
    reply = stand.call("ada", "PATCH", f"{API}/courses")
    assert (reply.status_code, code(reply)) == (405, "method-not-allowed")
    assert reply.headers["allow"] == "GET"


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        (b"{", 422, "bad-request"),
        (b"\xff", 400, "bad-upload"),
        (b'{"id": ""}', 422, "bad-request"),
        (b'{"id": "' + b"x" * 300_000 + b'"}', 413, "body-too-large"),
    ],
)
def test_a_body_that_does_not_fit(stand: Stand, content: bytes, status: int, expected: str) -> None:
    headers = {"Content-Type": "application/json"}
    reply = stand.call("ada", "POST", f"{BASE}/groups", content=content, headers=headers)
    assert (reply.status_code, code(reply)) == (status, expected)


def test_a_browser_without_a_login_is_sent_to_it_and_a_program_is_told(stand: Stand) -> None:
    page = stand.call("", "GET", f"{PREFIX}/dl/", follow_redirects=False)
    assert page.status_code == 302
    assert page.headers["location"].endswith("next=/services/labhub/dl/")
    assert code(stand.call("", "GET", f"{API}/courses")) == "not-logged-in"


def test_the_log_has_the_path_but_not_the_query(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="labhub.service.access"):
        stand.call("ada", "GET", f"{API}/courses?code=secret")
        stand.call("ada", "GET", f"{API}/a%0Ab")
    assert f"GET {API}/courses 200" in caplog.text
    assert "secret" not in caplog.text
    assert f"{API}/a%0Ab 307" in caplog.text, "no line of its own"


def test_a_course_with_a_broken_course_toml_does_not_stop_the_others(stand: Stand) -> None:
    course = stand.app.state.service.courses
    known = course["dl"]
    (stand.root / "course.toml").write_text("[course")
    assert course["dl"].course == known.course, "what was read last holds"
    assert stand.call("ada", "GET", f"{BASE}/assignments").status_code == 200


def test_a_new_date_holds_at_once(stand: Stand) -> None:
    stand.release()
    text = (stand.root / "course.toml").read_text()
    (stand.root / "course.toml").write_text(text.replace("2027-02-08T12", "2027-01-31T12"))
    assert stand.call("ada", "GET", LAB).json()["status"] == "late"


def test_the_description_names_no_route_of_the_pages(stand: Stand) -> None:
    app: FastAPI = stand.app
    assert all(path.startswith(API) for path in app.openapi()["paths"])

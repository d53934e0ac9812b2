"""Every route of the app, asked by every role: the table of access is what happens."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from labhub.exchange.store.jobs import claim, finish
from labhub.service.access import REST, Access
from labhub.service.errors import ServiceSettingsError
from labhub.service.state import ServiceState
from tests.course_folder import ASSIGNMENT
from tests.service.stand import BASE, COURSE, PREFIX, ROLES, Stand, TestClient, make_stand

DOOR = ("not-logged-in", "bad-token", "not-your-course", "role-needed")
ELSEWHERE = {"static": "no door", "login-callback": "only with a Hub", "metrics": "own test"}
PARTS = {"course": COURSE, "assignment": ASSIGNMENT, "number": "1", "group": "g1"}


@pytest.fixture(scope="module")
def house(tiny_course: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A course in which ada has a hand-in, feedback, a group, a job that ended and an appeal."""
    made = make_stand(tiny_course, tmp_path_factory.mktemp("access") / "dl")
    with TestClient(made.app) as client:
        made.clients[""] = client
        made.release()
        assert made.hand_in("ada").status_code == 201
        page = [("files", ("problem1.html", b"<p>well done</p>"))]
        put = {"files": page, "data": {"release": "yes"}}
        assert made.call("ta", "PUT", f"{BASE}/submissions/1/feedback", **put).status_code == 200
        job = {"kind": "grade", "assignment": ASSIGNMENT, "submission": 1}
        assert made.call("ta", "POST", f"{BASE}/jobs", json=job).status_code == 202
        with made.app.state.service.courses[COURSE].store.writing() as db:
            claim(db, "worker", made.clock.now())
            finish(db, 1, "worker", made.clock.now(), {"points": 6})
        assert made.call("ada", "POST", f"{BASE}/groups", json={"id": "g1"}).status_code == 201
        yield made


def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """Name, method and address of every route."""
    return [
        (str(route.name), method, filled(str(route.path)))
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]


def filled(path: str) -> str:
    for part, value in PARTS.items():
        path = path.replace(f"{{{part}}}", value)
    return path.replace("{file:path}", "problem1.html").replace("{action}", "leave")


def refused_at_the_door(reply: Any) -> bool:
    if "development-login" in reply.headers.get("location", ""):
        return reply.status_code == 302
    return reply.status_code in (401, 403) and any(code in reply.text for code in DOOR)


def may(access: Access, who: str) -> bool:
    """What the table says."""
    if not access.login:
        return True
    if not who or access.role is None:
        return bool(who)
    role = ROLES[who].get(COURSE)
    return role is not None and role >= access.role


def test_every_route_stands_in_the_table_and_every_row_is_a_route(house: Stand) -> None:
    names = {name for name, _, _ in routes(house.app)} - {"static"}
    assert names == set(house.app.state.service.access) - {"login-callback"}
    assert set(REST) <= names


def test_a_route_without_a_row_does_not_start(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    from labhub.service import app, pages

    monkeypatch.setattr(pages, "ACCESS", {})
    state: ServiceState = stand.app.state.service
    with pytest.raises(ServiceSettingsError, match="my-courses"):
        app.create_app(state.settings, state.identify)


@pytest.mark.parametrize("who", ["", *ROLES])
def test_every_route_answers_every_role_as_the_table_says(house: Stand, who: str) -> None:
    table = house.app.state.service.access
    wrong = []
    for name, method, url in routes(house.app):
        if name in ELSEWHERE:
            continue
        reply = house.call(who, method, url, follow_redirects=False)
        if refused_at_the_door(reply) is may(table[name], who):
            wrong.append((name, method, url, reply.status_code, reply.text[:120]))
        assert reply.status_code < 500, (name, reply.text)
    assert wrong == []


@pytest.mark.parametrize("who", ["bob", "cleo"])
def test_a_student_reaches_nothing_of_another(house: Stand, who: str) -> None:
    """By number it is as if it were not there; in lists it does not stand."""
    table = house.app.state.service.access
    own = [each for each in routes(house.app) if table.get(each[0], REST["health"]).own]
    assert len(own) > 10
    for name, method, url in own:
        reply = house.call(who, method, url, follow_redirects=False)
        assert "ada" not in reply.text, name
        if "/1" in url:
            nothing = house.call(who, method, url.replace("/1", "/999"), follow_redirects=False)
            assert reply.status_code == nothing.status_code == 404, name
            said = nothing.text.replace("/999", "/1").replace(" 999", " 1")
            assert said == reply.text, "the same words as for what is not there"


def test_the_owner_reaches_the_own_things(house: Stand) -> None:
    table = house.app.state.service.access
    for name, method, url in routes(house.app):
        if method == "GET" and table.get(name, REST["health"]).own:
            reply = house.call("ada", method, url, follow_redirects=False)
            # Of an assignment that is not graded on hand-in, a student sees no result.
            expected = (404,) if name == "result" else (200, 302, 303)
            assert reply.status_code in expected, (name, reply.text[:200])


@pytest.mark.parametrize("who", ["", "ada", "mallory"])
def test_figures_are_for_staff(house: Stand, who: str) -> None:
    reply = house.call(who, "GET", f"{PREFIX}/api/metrics")
    assert reply.status_code == (403 if who else 401)


@pytest.mark.parametrize("who", ["ta", "teacher", COURSE])
def test_staff_read_the_figures(house: Stand, who: str) -> None:
    assert "labhub_requests_total" in house.call(who, "GET", f"{PREFIX}/api/metrics").text


def test_a_token_that_nobody_has_is_refused_even_where_a_page_would_ask_to_log_in(
    house: Stand,
) -> None:
    reply = house.call("nobody", "GET", f"{PREFIX}/api/courses")
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "bad-token")
    assert "nobody" not in reply.text, "a token is never repeated"
    assert reply.headers["www-authenticate"].startswith("Bearer")

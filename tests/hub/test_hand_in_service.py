"""The hand-in service behind a real Hub: login by OAuth with PKCE, tokens, roles, logout."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from labhub.hub.process import RunningHub
from labhub.ids import CourseId
from tests.course_folder import ASSIGNMENT
from tests.service.stand import TOML, answers
from tools.demo.hubclient import Person
from tools.demo.stage import Cast, Stage, open_hub

pytestmark = [pytest.mark.hub, pytest.mark.slow, pytest.mark.xdist_group("hub-service")]
CAST = Cast(students=("ada", "bob"), outsiders=("mallory",))
PREFIX = "/services/labhub/"
SCOPE = "access:services!service=labhub"
COURSE = f"{PREFIX}api/courses/dl"


@pytest.fixture(scope="module")
def course(tiny_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(tmp_path_factory.mktemp("service-hub"), CourseId("dl"))
    copytree(tiny_course, stage.course_dir)
    (stage.course_dir / "course.toml").write_text(TOML.replace("2027-01-18", "2020-01-18"))
    return stage


@pytest.fixture(scope="module")
def service_hub(course: Stage) -> Iterator[RunningHub]:
    with open_hub(course, CAST) as hub:
        yield hub


@pytest.fixture
def enter(service_hub: RunningHub) -> Iterator[Callable[[str], Person]]:
    """Gives a new browser session of a user who has logged in at the Hub."""
    opened: list[Person] = []

    def new(name: str) -> Person:
        someone = Person(service_hub.url, name, service_hub.settings.logins[name])
        opened.append(someone)
        assert someone.log_in().status_code == 302
        return someone

    yield new
    for someone in opened:
        someone.session.close()


def get(person: Person, path: str, **options: Any) -> requests.Response:
    return person.session.get(f"{person.hub_url}{path}", timeout=30, **options)


def narrow_token(person: Person, scope: str = SCOPE) -> str:
    """A short-lived token, as the Hub's page for tokens makes it."""
    get(person, "/hub/token")
    reply = person.session.post(
        f"{person.hub_url}/hub/api/users/{person.name}/tokens",
        headers={"X-XSRFToken": person._xsrf("/hub/"), "Referer": f"{person.hub_url}/hub/token"},
        json={"note": "colab", "expires_in": 3600, "scopes": [scope]},
        timeout=30,
    )
    assert reply.status_code == 201, reply.text
    return str(reply.json()["token"])


def with_token(hub: RunningHub, token: str, path: str) -> requests.Response:
    return requests.get(
        f"{hub.url}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )


def test_a_browser_logs_in_with_pkce_and_comes_back_to_the_page(
    enter: Callable[[str], Person],
) -> None:
    ada = enter("ada")
    first = get(ada, f"{PREFIX}dl/", allow_redirects=False)
    query = parse_qs(urlsplit(first.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert "HttpOnly" in first.headers["set-cookie"]
    assert f"Path={PREFIX}" in first.headers["set-cookie"]
    page = get(ada, f"{PREFIX}dl/")
    assert page.status_code == 200
    assert page.url == f"{ada.hub_url}{PREFIX}dl/"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    cookie = next(c for c in ada.session.cookies if c.name == "service-labhub")
    assert cookie.path == PREFIX
    assert cookie.value not in page.text
    assert cookie.value not in page.url


def test_a_login_that_this_browser_did_not_begin_is_refused(
    enter: Callable[[str], Person],
) -> None:
    ada, bob = enter("ada"), enter("bob")
    begun = get(ada, f"{PREFIX}dl/", allow_redirects=False).headers["location"]
    back = get(ada, urlsplit(begun).path + "?" + urlsplit(begun).query, allow_redirects=False)
    callback = back.headers["location"]
    assert "oauth_callback" in callback
    assert get(bob, callback).status_code == 403, "ada's code does not log bob's browser in"


def test_a_cookie_alone_changes_nothing_and_the_form_token_does(
    enter: Callable[[str], Person], service_hub: RunningHub
) -> None:
    ada = enter("ada")
    get(ada, f"{PREFIX}dl/")
    url = f"{service_hub.url}{COURSE}/groups"
    reply = ada.session.post(url, json={"id": "g1"}, timeout=30)
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "form-token")


def test_a_narrow_token_serves_here_and_nowhere_else(
    enter: Callable[[str], Person], service_hub: RunningHub
) -> None:
    token = narrow_token(enter("ada"))
    mine = with_token(service_hub, token, f"{PREFIX}api/courses")
    assert [(each["id"], each["role"]) for each in mine.json()] == [("dl", "student")]
    assert with_token(service_hub, token, "/hub/api/users").status_code == 403


def test_a_token_without_the_scope_does_not_serve_here(
    enter: Callable[[str], Person], service_hub: RunningHub
) -> None:
    token = narrow_token(enter("ada"), "read:users!user=ada")
    reply = with_token(service_hub, token, f"{PREFIX}api/courses")
    assert (reply.status_code, reply.json()["error"]["code"]) == (403, "service-access")
    assert token not in reply.text


def test_a_made_up_token_is_refused_and_not_repeated(service_hub: RunningHub) -> None:
    reply = with_token(service_hub, "made-up-token", f"{PREFIX}api/courses")
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "bad-token")
    assert "made-up" not in reply.text


@pytest.mark.parametrize(
    ("name", "role"), [("ada", "student"), ("ta", "ta"), ("teacher", "instructor")]
)
def test_the_hubs_groups_are_the_roles(
    enter: Callable[[str], Person], name: str, role: str
) -> None:
    person = enter(name)
    get(person, f"{PREFIX}dl/")
    assert get(person, f"{PREFIX}api/courses").json()[0]["role"] == role


def test_somebody_of_no_course_gets_in_nowhere(
    enter: Callable[[str], Person], service_hub: RunningHub
) -> None:
    assert get(enter("mallory"), f"{PREFIX}dl/").status_code == 403


def test_a_hand_in_from_outside_with_a_token_alone(
    enter: Callable[[str], Person], service_hub: RunningHub, course: Stage
) -> None:
    lab = f"{service_hub.url}{COURSE}/assignments/{ASSIGNMENT}"
    staff = {"Authorization": f"Bearer {narrow_token(enter('teacher'))}"}
    no_files = [("note", (None, "The first."))]
    made = requests.post(f"{lab}/versions", headers=staff, files=no_files, timeout=30)
    assert made.status_code == 201, made.text
    student = {"Authorization": f"Bearer {narrow_token(enter('bob'))}"}
    files = answers(course.course_dir)
    reply = requests.post(f"{lab}/submissions", headers=student, files=files, timeout=30)
    assert reply.status_code == 201, reply.text
    assert reply.json()["student"] == "bob"


def test_logging_out_ends_the_session_here_and_at_the_hub(
    enter: Callable[[str], Person], service_hub: RunningHub
) -> None:
    ada = enter("ada")
    page = get(ada, f"{PREFIX}dl/")
    token = page.text.partition('name="form_token" value="')[2].partition('"')[0]
    kept = ada.session.cookies.get("service-labhub", path=PREFIX)
    url = f"{service_hub.url}{PREFIX}logout"
    reply = ada.session.post(url, data={"form_token": token}, timeout=30)
    assert reply.url.endswith(("/hub/logout", "/hub/login"))
    assert get(ada, f"{PREFIX}dl/").url.startswith(f"{service_hub.url}/hub/login")
    with requests.Session() as thief:
        thief.cookies.set("service-labhub", kept, path=PREFIX)
        again = thief.get(f"{service_hub.url}{PREFIX}api/courses", timeout=30)
        assert again.status_code == 401, "the Hub revoked the token"


def test_the_services_lines_of_the_log_hold_no_query(service_hub: RunningHub) -> None:
    lines = [
        line
        for line in service_hub.log.read_text(errors="replace").splitlines()
        if " labhub.service" in line
    ]
    assert any(f"GET {PREFIX}oauth_callback 302" in line for line in lines)
    assert not any("code=" in line or "token=" in line or "?" in line for line in lines)

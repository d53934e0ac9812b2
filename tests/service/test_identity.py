"""Who asks: roles by the Hub's groups, its answers about tokens, cookies that browsers keep."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from tornado.web import HTTPError

from labhub.ids import CourseId
from labhub.service.development_login import DevelopmentLogin
from labhub.service.errors import (
    BadTokenError,
    HubUnreachableError,
    LoginStateError,
    ServiceAccessError,
    ServiceSettingsError,
)
from labhub.service.hub_login import HubLogin
from labhub.service.identity import Kind, Role, User, roles_by_groups
from labhub.service.settings import CoursePlace, ServiceSettings, place_of, settings_of
from tests.service.stand import COURSE

SCOPE = "access:services!service=labhub"
ENVIRONMENT = {
    "JUPYTERHUB_API_TOKEN": "service-secret",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:1/hub/api",
    "JUPYTERHUB_CLIENT_ID": "service-labhub",
    "JUPYTERHUB_SERVICE_NAME": "labhub",
    "JUPYTERHUB_SERVICE_PREFIX": "/services/labhub/",
}
ADA = {"kind": "user", "name": "ada", "groups": ["nbgrader-dl"], "scopes": [SCOPE]}


def settings(**changes: Any) -> ServiceSettings:
    return ServiceSettings((CoursePlace(root=None, id=COURSE),), **changes)  # type: ignore[arg-type]


def request(path: str = "/services/labhub/dl/", **headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": pairs}
    return Request({**scope, "query_string": b"", "server": ("hub", 80), "scheme": "http"})


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> HubLogin:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return HubLogin(settings(https=True))


def answer_with(hub: HubLogin, monkeypatch: pytest.MonkeyPatch, model: object) -> list[str]:
    """Let the Hub answer with a model, or raise it; the tokens that it was asked about."""
    asked: list[str] = []

    async def user_for_token(token: str, **_: object) -> object:
        asked.append(token)
        await asyncio.sleep(0)
        if isinstance(model, Exception):
            raise model
        return model

    monkeypatch.setattr(hub.auth, "user_for_token", user_for_token)
    return asked


def who(hub: HubLogin, asking: Request) -> User | None:
    return asyncio.run(hub.user(asking, {COURSE}))


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ({"nbgrader-dl"}, Role.STUDENT),
        ({"formgrade-dl"}, Role.TA),
        ({"formgrade-dl", "instructors-dl"}, Role.INSTRUCTOR),
        ({"nbgrader-dl", "formgrade-dl"}, Role.TA),
        ({"instructors-dl"}, None),
        ({"nbgrader-other", "formgrade-"}, None),
        (set(), None),
    ],
)
def test_the_groups_of_the_hub_are_the_roles(groups: set[str], role: Role | None) -> None:
    assert roles_by_groups(groups, {COURSE}).get(COURSE) is role


def test_a_token_in_the_header_is_a_person(hub: HubLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(hub, monkeypatch, ADA)
    user = who(hub, request(authorization="token abc"))
    assert user == User("ada", {COURSE: Role.STUDENT}, Kind.PERSON, by_cookie=False)


def test_a_cookie_is_a_person_whose_forms_are_bound_to_the_session(
    hub: HubLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(hub, monkeypatch, ADA)
    user = who(hub, request(cookie="service-labhub=abc"))
    assert user is not None
    assert user.by_cookie
    assert user.session
    assert "abc" not in user.session


def test_the_formgraders_token_is_staff_of_its_own_course_only(
    hub: HubLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(hub, monkeypatch, {"kind": "service", "name": "dl", "scopes": [SCOPE]})
    user = who(hub, request(authorization="Bearer abc"))
    assert user == User("dl", {COURSE: Role.TA}, Kind.SERVICE)
    answer_with(hub, monkeypatch, {"kind": "service", "name": "culler", "scopes": [SCOPE]})
    culler = who(hub, request(authorization="Bearer abc"))
    assert culler is not None
    assert culler.roles == {}


def test_an_unknown_token_is_an_error_an_old_cookie_a_new_login(
    hub: HubLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(hub, monkeypatch, None)
    with pytest.raises(BadTokenError) as refused:
        who(hub, request(authorization="Bearer abc"))
    assert "abc" not in str(refused.value)
    assert who(hub, request(cookie="service-labhub=abc")) is None
    assert who(hub, request()) is None


def test_a_token_without_the_scope_is_refused(
    hub: HubLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(hub, monkeypatch, {**ADA, "scopes": ["read:users!user=ada"]})
    with pytest.raises(ServiceAccessError, match="ada may not"):
        who(hub, request(authorization="Bearer abc"))


def test_a_silent_hub_is_said_without_its_reason(
    hub: HubLogin, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(hub, monkeypatch, HTTPError(500, "token abc"))
    with pytest.raises(HubUnreachableError) as refused:
        who(hub, request(authorization="Bearer abc"))
    assert "abc" not in str(refused.value)


def test_requests_at_once_ask_the_hub_once(hub: HubLogin, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answer_with(hub, monkeypatch, ADA)

    async def together() -> None:
        asking = request(authorization="Bearer abc")
        await asyncio.gather(*(hub.user(asking, {COURSE}) for _ in range(20)))

    asyncio.run(together())
    assert asked == ["abc"]
    assert hub.pending == {}


def test_the_way_to_the_login_remembers_what_must_come_back(hub: HubLogin) -> None:
    answer = hub.login(request())
    cookie = answer.headers["set-cookie"]
    assert "code_challenge=" in answer.headers["location"]
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/services/labhub/"):
        assert part in cookie


def test_two_logins_at_once_have_a_cookie_each(hub: HubLogin) -> None:
    names = {hub.login(request()).headers["set-cookie"].partition("=")[0] for _ in range(2)}
    assert len(names) == 2


@pytest.mark.parametrize("state", ["", "made-up"])
def test_a_login_that_was_not_begun_here_is_refused(hub: HubLogin, state: str) -> None:
    with pytest.raises(LoginStateError):
        asyncio.run(hub.callback(request(), code="c", state=state))


def test_a_state_without_its_cookie_is_refused(hub: HubLogin) -> None:
    cookie = hub.login(request()).headers["set-cookie"]
    state = cookie.partition("=")[2].partition(";")[0]
    with pytest.raises(LoginStateError):
        asyncio.run(hub.callback(request(), code="c", state=state))


@pytest.mark.parametrize("missing", ["JUPYTERHUB_API_TOKEN", "JUPYTERHUB_CLIENT_ID"])
def test_a_service_without_the_hubs_environment_does_not_start(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    with pytest.raises(ServiceSettingsError):
        HubLogin(settings())


@pytest.mark.parametrize("host", ["0.0.0.0", "example.org", "::"])
def test_without_a_hub_nobody_else_may_reach_the_service(host: str) -> None:
    with pytest.raises(ServiceSettingsError, match="other machines"):
        DevelopmentLogin(settings(host=host), {})


def test_the_choice_of_names_leads_back_into_the_service_only(hub: HubLogin) -> None:
    people = DevelopmentLogin(settings(), {"ada": {}})
    away = people.choose("ada", "https://elsewhere/")
    assert away.headers["location"] == "/services/labhub/"
    assert people.choose("mallory").status_code == 200


def test_the_settings_come_from_the_hub() -> None:
    found = settings_of(
        (place_of("dl=/courses/dl"),),
        {
            **ENVIRONMENT,
            "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:8200",
            "JUPYTERHUB_PUBLIC_URL": "https://hub.example.org/services/labhub/",
            "JUPYTERHUB_BASE_URL": "/base/",
        },
    )
    assert (found.host, found.port, found.https) == ("127.0.0.1", 8200, True)
    assert (found.hub_url, found.form_secret) == ("/base/hub/", b"service-secret")
    assert found.courses[0].id == CourseId("dl")
    assert "service-secret" not in repr(found)


def test_a_service_needs_a_course() -> None:
    with pytest.raises(ServiceSettingsError, match="no course"):
        settings_of(())

"""Tokens for handing in from elsewhere: asked of the Hub with the visitor's own login."""

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from labhub.service import tokens
from labhub.service.errors import HubUnreachableError, ServiceAccessError
from labhub.service.hub_login import HubLogin
from labhub.service.identity import User

SCOPE = "access:services!service=labhub"


def hub_login() -> HubLogin:
    """A login at a Hub that is not there."""
    made = HubLogin.__new__(HubLogin)
    made.cookie = "service-labhub"
    made.scopes = frozenset({"access:services", SCOPE})
    made.auth = SimpleNamespace(api_url="http://127.0.0.1:9/hub/api")
    return made


def minted(identify: Any) -> tokens.Minted:
    headers = [(b"cookie", b"service-labhub=login-of-ada")]
    request = Request({"type": "http", "headers": headers})
    return asyncio.run(tokens.mint(identify, request, User("ada"), "Handing in"))


def test_the_hub_is_asked_for_the_narrowest_token_of_a_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    async def answer(url: str, login: str, body: dict[str, Any]) -> httpx.Response:
        asked.append((url, login, body))
        return httpx.Response(201, json={"token": "secret"})

    monkeypatch.setattr(tokens, "_ask", answer)
    assert minted(hub_login()).token == "secret"
    ((url, login, body),) = asked
    assert url == "http://127.0.0.1:9/hub/api/users/ada/tokens"
    assert login == "login-of-ada"
    assert body == {"note": "Handing in", "expires_in": 86_400, "scopes": [SCOPE]}


def test_a_hub_that_refuses_leaves_a_way_to_help_oneself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(*_: object) -> httpx.Response:
        return httpx.Response(403, json={"message": "no"})

    monkeypatch.setattr(tokens, "_ask", answer)
    with pytest.raises(ServiceAccessError, match="does not let this service") as caught:
        minted(hub_login())
    assert SCOPE in caught.value.hint


def test_a_hub_that_is_not_there_is_named() -> None:
    with pytest.raises(HubUnreachableError, match="The Hub does not answer"):
        minted(hub_login())

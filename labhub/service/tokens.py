"""Tokens for handing in from elsewhere: made by the Hub, short-lived, good for this service alone.

The service asks the Hub with the login of the person who wants one, so that it needs no right of
its own: the token can do no more than that login, and of that only what its scopes say.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
from starlette.requests import Request

from labhub.service.development_login import DevelopmentLogin
from labhub.service.errors import HubUnreachableError, ServiceAccessError
from labhub.service.hub_login import HubLogin
from labhub.service.identity import Identify, User

LASTS = timedelta(days=1)
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Minted:
    """A token; it is shown once and kept nowhere."""

    token: str
    lasts: timedelta


async def mint(identify: Identify, request: Request, user: User, note: str) -> Minted:
    """A token of the visitor's own. Raises `HubUnreachableError` or `ServiceAccessError`."""
    if isinstance(identify, DevelopmentLogin):
        return Minted(user.name, LASTS)
    assert isinstance(identify, HubLogin), "there are two kinds of login"
    scopes = narrowest(identify.scopes)
    login = request.cookies.get(identify.cookie, "")
    answer = await _ask(
        f"{identify.auth.api_url}/users/{quote(user.name, safe='')}/tokens",
        login,
        {
            "note": note,
            "expires_in": int(LASTS.total_seconds()),
            "scopes": scopes,
        },
    )
    if answer.status_code != httpx.codes.CREATED:
        raise ServiceAccessError(
            "The Hub does not let this service make a token for you.",
            hint=f"Make one at the Hub, under Token, with the scope {' '.join(scopes)}.",
        )
    return Minted(str(answer.json()["token"]), LASTS)


def narrowest(scopes: Collection[str]) -> list[str]:
    """Of the scopes that let somebody in here, those that let nobody in elsewhere.

    >>> narrowest({"access:services", "access:services!service=labhub"})
    ['access:services!service=labhub']
    """
    return sorted(scope for scope in scopes if "!" in scope) or sorted(scopes)


async def _ask(url: str, login: str, body: dict[str, Any]) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
            return await client.post(url, json=body, headers={"Authorization": f"token {login}"})
    except httpx.HTTPError as error:
        raise HubUnreachableError(
            "The Hub does not answer.", hint="Try again in a moment."
        ) from error

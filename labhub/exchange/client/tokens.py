"""Asks the Hub for a token that is good for the hand-in service alone, and for a few hours."""

import http.client
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from labhub.exchange.client.configured import HUB_TOKEN, HUB_USER, URL, key_of
from labhub.exchange.client.errors import ServiceUnreachableError, TokenNotGivenError

HUB_API = "JUPYTERHUB_API_URL"
PUBLIC = "JUPYTERHUB_PUBLIC_HUB_URL"
SCOPE = "access:services!service={service}"
TIMEOUT_S = 20.0


@dataclass(frozen=True)
class HandInToken:
    """A token, and the key that holds the service's address as well."""

    token: str = field(repr=False)
    url: str
    expires_at: datetime
    scope: str

    @property
    def key(self) -> str:
        """Address and token in one text to paste on Colab or one's own machine."""
        return key_of(self.url, self.token)


def ask_for_token(
    lasts: timedelta, *, url: str = "", environ: Mapping[str, str] = os.environ
) -> HandInToken:
    """A token of one's own, asked for from inside one's server on the Hub.

    `url` is the service's address as other machines know it. Raises `TokenNotGivenError`
    elsewhere, or where the Hub does not let a server ask for tokens, and
    `ServiceUnreachableError`.
    """
    api, secret, user = (environ.get(name, "") for name in (HUB_API, HUB_TOKEN, HUB_USER))
    address = url or _public(environ)
    if not (api and secret and user and address):
        raise TokenNotGivenError(
            "A token is asked for on the Hub, and this is no server of a Hub.",
            hint="Open your course on the Hub and choose 'Colab and own machine'.",
        )
    service = urlsplit(address).path.rstrip("/").rpartition("/")[2]
    scope = SCOPE.format(service=service)
    body = {
        "note": "Handing in from elsewhere",
        "expires_in": int(lasts.total_seconds()),
        "scopes": [scope],
    }
    request = Request(  # noqa: S310 - the Hub's own address
        f"{api.rstrip('/')}/users/{quote(user, safe='')}/tokens",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"token {secret}", "Content-Type": "application/json"},
        method="POST",
    )
    token = _asked(request, scope)
    return HandInToken(token, address, datetime.now(UTC) + lasts, scope)


def _asked(request: Request, scope: str) -> str:
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return str(json.loads(answer.read())["token"])
    except HTTPError as error:
        error.close()
        raise TokenNotGivenError(
            f"The Hub gives no tokens to programs on your server (HTTP {error.code}).",
            hint="Open your course on the Hub and choose 'Colab and own machine', or make a "
            f"token on the Hub's page Token with the permission {scope} and a short life.",
        ) from None
    except (URLError, OSError, http.client.HTTPException, ValueError, KeyError) as error:
        raise ServiceUnreachableError(
            f"The Hub does not answer: {error}.", hint="Try again in a minute."
        ) from error


def _public(environ: Mapping[str, str]) -> str:
    """The service's address from outside: the Hub's public host with the service's path."""
    inside, public = environ.get(URL, ""), environ.get(PUBLIC, "")
    if not (inside and public):
        return inside
    host = urlsplit(public)
    return f"{host.scheme}://{host.netloc}{urlsplit(inside).path}"

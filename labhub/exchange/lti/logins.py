"""Sign-ins that have begun: each is used once, and soon."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode

from labhub.clock import Clock
from labhub.course.model import LtiPlatform
from labhub.exchange.lti.errors import LtiLoginError

LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Login:
    """A sign-in that has begun."""

    state: str
    nonce: str
    url: str
    """Where the browser is to go."""


class Logins(Protocol):
    """Remembers the nonce of every sign-in that has begun."""

    def keep(self, state: str, nonce: str) -> None:
        """Remember a nonce under its state."""
        ...

    def take(self, state: str) -> str | None:
        """Forget the state and tell its nonce; None for one that is unknown, used or too old."""
        ...


@dataclass
class MemoryLogins:
    """Sign-ins in the memory of one process."""

    clock: Clock
    _open: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def keep(self, state: str, nonce: str) -> None:
        """Remember a nonce, and forget what is too old."""
        now = self.clock.now()
        self._open = {name: kept for name, kept in self._open.items() if kept[1] > now}
        self._open[state] = (nonce, now + LIFETIME)

    def take(self, state: str) -> str | None:
        """The nonce of a sign-in, once."""
        nonce, until = self._open.pop(state, ("", self.clock.now()))
        return nonce if until > self.clock.now() else None


def begin_login(
    platform: LtiPlatform, request: Mapping[str, str], launch_url: str, logins: Logins
) -> Login:
    """Answer the platform's request to begin a sign-in (OpenID Connect third-party login).

    `request` holds the parameters of its GET or POST. Whoever sends the browser to the url also
    puts the state in a cookie, and finishes only launches whose browser has it. Raises
    `LtiLoginError`.
    """
    expected = {
        "iss": platform.issuer,
        "client_id": platform.client_id,
        "lti_deployment_id": platform.deployment_id,
    }
    for name, value in expected.items():
        if request.get(name, "" if name == "iss" else value) != value:
            raise LtiLoginError(f"The sign-in's '{name}' is not that of course.toml.")
    if not request.get("login_hint"):
        raise LtiLoginError("The sign-in says not who is to be signed in ('login_hint').")
    state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    logins.keep(state, nonce)
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url,
        "login_hint": request["login_hint"],
        "state": state,
        "nonce": nonce,
    }
    if hint := request.get("lti_message_hint"):
        asked["lti_message_hint"] = hint
    join = "&" if "?" in platform.auth_url else "?"
    return Login(state, nonce, f"{platform.auth_url}{join}{urlencode(asked)}")

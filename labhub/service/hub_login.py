"""Who asks, by the Hub: OAuth with PKCE for browsers, tokens for programs.

The service holds no rights at the Hub of its own: it asks the Hub whose token came, and whether
that token reaches this service. A token narrowed to `access:services!service=labhub` is enough.
"""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Collection
from typing import Any, cast
from urllib.parse import urlencode

from fastapi import APIRouter
from jupyterhub.services.auth import HubOAuth  # type: ignore[import-untyped]
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from tornado.web import HTTPError

from labhub.ids import CourseId
from labhub.service.errors import (
    BadTokenError,
    HubUnreachableError,
    LoginStateError,
    ServiceAccessError,
    ServiceSettingsError,
)
from labhub.service.identity import Kind, Role, User, roles_by_groups
from labhub.service.settings import ServiceSettings

log = logging.getLogger("labhub.service")

CACHE_S = 30
"""How long an answer of the Hub holds: so long a removed member may still come in."""
STATE_S = 600
HUB_SESSION = "jupyterhub-session-id"
"""The Hub's own cookie; with a new one, what the Hub said under the old one is asked again."""


class HubLogin:
    """The identity of requests behind a JupyterHub, as a managed or an external service."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        try:
            self.auth = HubOAuth(cache_max_age=CACHE_S, base_url=settings.prefix)
            self.scopes = frozenset(self.auth.access_scopes)
            assert self.auth.api_token
            self.client = str(self.auth.oauth_client_id)
        except (ValueError, AssertionError) as error:
            raise ServiceSettingsError(
                "The Hub's part of the environment is missing: no JUPYTERHUB_API_TOKEN.",
                hint="Let the Hub start the service, or set what docs/howto/run-the-service.md "
                "lists for an external one. Without a Hub: labhub serve --no-hub.",
            ) from error
        if not self.client or not self.scopes:
            raise ServiceSettingsError(
                "The Hub's part of the environment is not whole: JUPYTERHUB_CLIENT_ID or "
                "JUPYTERHUB_SERVICE_NAME is missing.",
                hint="See docs/howto/run-the-service.md.",
            )
        self.cookie = self.client
        self.pending: dict[str, asyncio.Future[dict[str, Any] | None]] = {}

    async def user(self, connection: HTTPConnection, courses: Collection[CourseId]) -> User | None:
        """Who asks; a token in the header wins over a browser's cookie."""
        bearer = _bearer(connection)
        token = bearer or connection.cookies.get(self.cookie, "")
        if not token:
            return None
        model = await self._model(token, connection.cookies.get(HUB_SESSION, ""))
        if model is None:
            if bearer:
                raise BadTokenError(
                    "The Hub does not know this token, or it has expired.",
                    hint="Make a new one at the Hub, under Token.",
                )
            return None
        if not self.auth.check_scopes(self.scopes, model):
            raise ServiceAccessError(
                f"{model['name']} may not use this service with this login.",
                hint=f"The token needs the scope {' or '.join(sorted(self.scopes))}; people get "
                "it with their course's group.",
            )
        return _user(model, courses, token, by_cookie=not bearer)

    async def _model(self, token: str, session: str) -> dict[str, Any] | None:
        """What the Hub says about a token; one question at a time for each."""
        key = _digest(token + session)
        if key in self.pending:
            return await asyncio.shield(self.pending[key])
        asked = asyncio.ensure_future(self._ask(token, session))
        self.pending[key] = asked
        try:
            return await asyncio.shield(asked)
        finally:
            self.pending.pop(key, None)

    async def _ask(self, token: str, session: str) -> dict[str, Any] | None:
        try:
            found = await self.auth.user_for_token(token, session_id=session, sync=False)
        except HTTPError as error:
            # The reason may repeat what was sent: it goes nowhere.
            raise HubUnreachableError(
                "The Hub does not answer.", hint="Try again in a moment."
            ) from error
        return cast("dict[str, Any] | None", found)

    def login(self, request: Request) -> Response:
        """A redirect to the Hub, which remembers in a cookie what must come back."""
        verifier, challenge, method = self.auth.generate_pkce_code_challenge()
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        state = self.auth.generate_state(next_url=wanted, code_verifier=verifier)
        query = {"state": state, "code_challenge": challenge, "code_challenge_method": method}
        answer = RedirectResponse(f"{self.auth.login_url}&{urlencode(query)}", status_code=302)
        self._set_cookie(answer, self._state_cookie(state), state, max_age=STATE_S)
        return answer

    def routes(self) -> APIRouter:
        """Where the Hub sends a browser back to, and where one logs out."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/oauth_callback", self.callback, name="login-callback")
        router.add_api_route("/logout", self.logout, methods=["POST"], name="logout")
        return router

    async def callback(self, request: Request, code: str = "", state: str = "") -> Response:
        """Exchange the Hub's code for a token, and go on to the page that was asked for."""
        mine = request.cookies.get(self._state_cookie(state), "")
        verifier = self.auth.get_code_verifier(state) if state else None
        if not code or not verifier or not hmac.compare_digest(state.encode(), mine.encode()):
            raise LoginStateError(
                "This login was not begun in this browser, or it took too long.",
                hint=f"Begin again at {self.settings.prefix}",
            )
        wanted = self.auth.get_next_url(state)
        self.auth.clear_oauth_state(state)
        try:
            token = await self.auth.token_for_code(code, code_verifier=verifier, sync=False)
        except HTTPError as error:
            raise HubUnreachableError(
                "The Hub did not finish the login.", hint=f"Begin again at {self.settings.prefix}"
            ) from error
        answer = RedirectResponse(wanted, status_code=302)
        answer.delete_cookie(self._state_cookie(state), path=self.settings.prefix)
        self._set_cookie(answer, self.cookie, token)
        return answer

    async def logout(self, request: Request) -> Response:
        """Forget the login, and go on to the Hub's logout, which revokes the token."""
        self.auth.cache.clear()
        answer = RedirectResponse(f"{self.settings.hub_url}logout", status_code=303)
        answer.delete_cookie(self.cookie, path=self.settings.prefix)
        return answer

    def _state_cookie(self, state: str) -> str:
        """One cookie for each login that is under way: two tabs may log in at once."""
        return f"{self.client}-state-{_digest(state)[:8]}"

    def _set_cookie(
        self, answer: Response, name: str, value: str, max_age: int | None = None
    ) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=max_age,
            path=self.settings.prefix,
            httponly=True,
            secure=self.settings.https,
            # Lax, not strict: the redirect back from a Hub on another domain must carry it.
            samesite="lax",
        )


def _bearer(connection: HTTPConnection) -> str:
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() in ("bearer", "token") else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _user(
    model: dict[str, Any], courses: Collection[CourseId], token: str, *, by_cookie: bool
) -> User:
    session = _digest(f"session:{token}") if by_cookie else ""
    if model.get("kind") == "service":
        # A course's formgrader calls as the Hub's service of the course's name.
        name = str(model["name"])
        roles = {CourseId(name): Role.TA} if name in courses else {}
        return User(name, roles, Kind.SERVICE, by_cookie, session)
    roles = roles_by_groups(model.get("groups", ()), courses)
    return User(str(model["name"]), roles, Kind.PERSON, by_cookie, session)

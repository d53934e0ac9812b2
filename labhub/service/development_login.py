"""Who asks, without a Hub: names that the operator gave roles, on the loopback only.

For development, tests and measurements. A program sends `Authorization: Bearer NAME`; a browser
chooses a name at `development-login`.
"""

from collections.abc import Collection, Mapping
from html import escape
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from labhub.ids import CourseId
from labhub.service.errors import BadTokenError, ServiceSettingsError
from labhub.service.identity import Kind, Role, User
from labhub.service.settings import ServiceSettings

COOKIE = "labhub-development"


class DevelopmentLogin:
    """Believes every name of its table. Raises `ServiceSettingsError` beyond the loopback."""

    def __init__(
        self, settings: ServiceSettings, people: Mapping[str, Mapping[CourseId, Role]]
    ) -> None:
        if not settings.is_loopback:
            raise ServiceSettingsError(
                f"Without a Hub everybody is believed, and {settings.host} can be reached from "
                "other machines.",
                hint="Use --host 127.0.0.1, or put the service behind a Hub.",
            )
        self.prefix = settings.prefix
        self.people = people

    async def user(self, connection: HTTPConnection, courses: Collection[CourseId]) -> User | None:
        """Who asks: the name that came as a token, or the browser's choice."""
        kind, _, bearer = connection.headers.get("authorization", "").partition(" ")
        by_cookie = kind.lower() != "bearer"
        name = connection.cookies.get(COOKIE, "") if by_cookie else bearer.strip()
        if name in self.people:
            roles = {
                course: role for course, role in self.people[name].items() if course in courses
            }
            service = Kind.SERVICE if name in courses else Kind.PERSON
            return User(name, roles, service, by_cookie, name if by_cookie else "")
        if bearer and not by_cookie:
            raise BadTokenError("Nobody has this token.", hint="Send a name of the table.")
        return None

    def login(self, request: Request) -> Response:
        """To the choice of names."""
        wanted = quote(request.url.path)
        return RedirectResponse(f"{self.prefix}development-login?next={wanted}", 302)

    def routes(self) -> APIRouter:
        """The choice of names, and the way out."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/development-login", self.choose, name="development-login")
        router.add_api_route("/logout", self.logout, methods=["POST"], name="logout")
        return router

    def choose(self, name: str = "", next: str = "") -> Response:  # noqa: A002 - in the address
        """A page with a link for each name; with a name, log in and go on."""
        target = next if next.startswith(self.prefix) else self.prefix
        if name in self.people:
            answer = RedirectResponse(target, 302)
            answer.set_cookie(COOKIE, name, path=self.prefix, httponly=True, samesite="lax")
            return answer
        links = (
            f'<li><a href="?name={quote(each)}&amp;next={quote(target)}">{escape(each)}</a></li>'
            for each in sorted(self.people)
        )
        return HTMLResponse(
            '<!doctype html><html lang="en"><title>Choose a name</title>'
            f"<h1>Choose a name</h1><ul>{''.join(links)}</ul></html>"
        )

    async def logout(self) -> Response:
        """Forget the name."""
        answer = RedirectResponse(f"{self.prefix}development-login", 303)
        answer.delete_cookie(COOKIE, path=self.prefix)
        return answer

"""Who asks: a person or a service of the Hub, with a role in each course."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Protocol

from fastapi import APIRouter
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from labhub.ids import CourseId


class Role(IntEnum):
    """What somebody is in a course; a higher one may all that a lower one may as staff."""

    STUDENT = 1
    TA = 2
    INSTRUCTOR = 3


class Kind(StrEnum):
    """What the Hub calls who asks."""

    PERSON = "user"
    SERVICE = "service"


@dataclass(frozen=True)
class User:
    """Who asks. `session` is what form tokens are bound to; it is no secret by itself."""

    name: str
    roles: Mapping[CourseId, Role] = field(default_factory=dict)
    kind: Kind = Kind.PERSON
    by_cookie: bool = False
    """Whether a browser sent the login by itself, so that another site could have asked for it."""
    session: str = ""

    @property
    def is_staff(self) -> bool:
        """Whether this is a TA or an instructor of any course."""
        return any(role >= Role.TA for role in self.roles.values())


class Identify(Protocol):
    """Turns a request into a user, and sends a browser to where one logs in."""

    async def user(self, connection: HTTPConnection, courses: Collection[CourseId]) -> User | None:
        """Who asks, with roles in these courses; None without a login.

        Raises `BadTokenError` for a token that nobody has and `ServiceAccessError` for one that
        is not meant for this service.
        """
        ...

    def login(self, request: Request) -> Response:
        """The way to the login, and back to the page that was asked for."""
        ...

    def routes(self) -> APIRouter:
        """The addresses that logging in and out need, relative to the service's."""
        ...


def roles_by_groups(groups: Iterable[str], courses: Collection[CourseId]) -> dict[CourseId, Role]:
    """The roles that membership in the Hub's groups gives.

    >>> roles_by_groups({"nbgrader-dl", "formgrade-ml"}, {"dl", "ml", "nlp"})
    {'dl': <Role.STUDENT: 1>, 'ml': <Role.TA: 2>}
    """
    there = set(groups)
    found = {course: _role(there, course) for course in sorted(courses)}
    return {course: role for course, role in found.items() if role is not None}


def _role(groups: set[str], course: CourseId) -> Role | None:
    if f"formgrade-{course}" in groups:
        # The group of instructors adds to the staff's; alone it opens nothing.
        return Role.INSTRUCTOR if f"instructors-{course}" in groups else Role.TA
    return Role.STUDENT if f"nbgrader-{course}" in groups else None

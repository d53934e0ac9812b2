"""The door of every route: who asks, for which course, with which role, by whose form."""

from collections.abc import Callable, Mapping

from starlette.requests import Request

from labhub.ids import CourseId
from labhub.service.access import REST, Access
from labhub.service.errors import (
    NothingHereError,
    NotLoggedInError,
    NotYourCourseError,
    RoleNeededError,
)
from labhub.service.form_tokens import FIELD, HEADER
from labhub.service.identity import Role, User
from labhub.service.state import ServiceState, state_of

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
COURSE = "course"
"""The part of an address that names the course."""
WORDS: Mapping[Role, str] = {
    Role.STUDENT: "students",
    Role.TA: "the staff of the course",
    Role.INSTRUCTOR: "the instructors of the course",
}


async def guard(request: Request) -> None:
    """Let a request through to its route, or raise what the answer says.

    Afterwards `request.state.user` holds who asks (None where no login is needed and none came),
    and `request.state.course` the course of the address, opened.
    """
    state = state_of(request)
    name = request.scope["route"].name
    access = state.access[name]
    request.state.user = None
    request.state.course = None
    if name not in REST and request.path_params.get(COURSE) == "api":
        # The pages' addresses begin with a course; what begins with `api` is none of them.
        raise NothingHereError(f"There is nothing at {request.url.path[:200]}.")
    if not access.login:
        return
    user = await _user(request, state)
    request.state.user = user
    if COURSE in request.path_params:
        course = CourseId(request.path_params[COURSE])
        _check_role(user, course, access)
        request.state.course = state.courses[course]
    await _check_form(request, state, user, access)


async def _user(request: Request, state: ServiceState) -> User:
    user = await state.identify.user(request, state.courses.ids)
    if user is None:
        raise NotLoggedInError(
            "Nobody is logged in.",
            hint="Log in at the Hub, or send a token: Authorization: Bearer TOKEN.",
        )
    return user


def _check_role(user: User, course: CourseId, access: Access) -> None:
    role = user.roles.get(course)
    if role is None:
        raise NotYourCourseError(
            f"{user.name} has no part in a course '{course[:64]}'.",
            hint="Ask the staff of the course to enrol you; a new group takes half a minute.",
        )
    if access.role is not None and role < access.role:
        raise RoleNeededError(
            f"This is for {WORDS[access.role]}.", hint="Ask one of them to do it."
        )


async def _check_form(request: Request, state: ServiceState, user: User, access: Access) -> None:
    """A browser sends its cookie for any site; only our pages know the token of the session."""
    if request.method in SAFE or not user.by_cookie:
        return
    token = request.headers.get(HEADER, "")
    if not token and access.upload:
        return  # the reader of the stream asks for it before the first file
    if not token and "form" in request.headers.get("content-type", ""):
        given = (await request.form()).get(FIELD, "")
        token = given if isinstance(given, str) else ""
    state.form_tokens.check(user, token)


def form_check(request: Request) -> Callable[[str], None]:
    """What the reader of an upload calls with the form's token, before the first file."""
    user: User = request.state.user
    tokens = state_of(request).form_tokens

    def check(token: str) -> None:
        if user.by_cookie and HEADER not in request.headers:
            tokens.check(user, token)

    return check

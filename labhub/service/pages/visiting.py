"""The visit that a request makes: who, in which language, in which course, at which time."""

from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse

from labhub.clock import SystemClock
from labhub.service.courses import OpenedCourse
from labhub.service.identity import User
from labhub.service.pages import flashes, languages
from labhub.service.pages.frame import CourseHead, Tab, Visit
from labhub.service.pages.languages import language_of, words_in
from labhub.service.pages.links import Links
from labhub.service.pages.navigation import tabs
from labhub.service.pages.times import Moments
from labhub.service.state import state_of


def visit_of(request: Request) -> Visit:
    """The visit; it can be made of any request, of one that is refused too."""
    state = state_of(request)
    user: User | None = getattr(request.state, "user", None)
    course: OpenedCourse | None = getattr(request.state, "course", None)
    language = language_of(
        request.cookies.get(languages.COOKIE, ""), request.headers.get("accept-language", "")
    )
    clock = course.clock if course is not None else SystemClock()
    links = Links(state.settings.prefix)
    return Visit(
        links=links,
        user=user.name if user is not None else "",
        language=language,
        moments=Moments(language, _zone(course, state.courses), clock.now()),
        path=request.url.path,
        form_token=state.form_tokens.of(user) if user is not None else "",
        course=_head(course),
        tabs=_tabs(request, links, user, course, language),
        said=flashes.parse(request.cookies.get(flashes.COOKIE, "")),
    )


CurrentVisit = Annotated[Visit, Depends(visit_of)]


def go(visit: Visit, href: str, said: str = "") -> RedirectResponse:
    """The answer to a form: go to that page, and say there what has been done."""
    answer = RedirectResponse(href, status_code=303)
    if said:
        flashes.add(answer, said, visit.links.prefix)
    return answer


def _zone(course: OpenedCourse | None, courses: Iterable[OpenedCourse]) -> tzinfo:
    """The course's zone; outside of one that of the first course."""
    asked = course or next(iter(courses), None)
    return asked.course.zone if asked is not None else UTC


def _head(course: OpenedCourse | None) -> CourseHead | None:
    if course is None:
        return None
    return CourseHead(course.id, course.title, course.course.term)


def _tabs(
    request: Request, links: Links, user: User | None, course: OpenedCourse | None, language: str
) -> tuple[Tab, ...]:
    if user is None or course is None:
        return ()
    plan = course.course
    together = any(plan.rules.of(each.id).group_work for each in plan.assignments)
    role = user.roles[course.id]
    words = words_in(language)
    return tabs(links, course.id, role, request.url.path, words, together=together)

"""What is there for everyone: the list of courses, the language, static files, refusals."""

import mimetypes
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from labhub.errors import LabhubError
from labhub.service.access import ANYBODY, Access
from labhub.service.context import CurrentState, CurrentUser
from labhub.service.errors import NothingHereError
from labhub.service.pages import languages
from labhub.service.pages.frame import Visit, render
from labhub.service.pages.links import static_file
from labhub.service.pages.refusals import refusal_of
from labhub.service.pages.visiting import CurrentVisit, go, visit_of

STATIC = "static"
"""The name of the route of static files, the one that needs no row."""
ACCESS: Mapping[str, Access] = {"my-courses": ANYBODY, "language": ANYBODY}
YEAR_S = 31_536_000

router = APIRouter(include_in_schema=False)


@router.get("/", name="my-courses")
def my_courses(visit: CurrentVisit, user: CurrentUser, state: CurrentState) -> Response:
    """The courses in which the visitor has a role; of a single one, that one."""
    mine = [course for course in state.courses if course.id in user.roles]
    if len(mine) == 1:
        return RedirectResponse(visit.links.course(mine[0].id), status_code=302)
    rows = [(course, user.roles[course.id]) for course in mine]
    return render(visit, "courses.html", rows=rows)


@router.post("/language", name="language")
def language(
    visit: CurrentVisit, language: Annotated[str, Form()], back: Annotated[str, Form()] = ""
) -> Response:
    """Choose a language, and go back to where one was."""
    inside = back.startswith(visit.links.prefix) and "\\" not in back
    answer = go(visit, back if inside else visit.links.courses(), said="language")
    if language in languages.LANGUAGES:
        answer.set_cookie(
            languages.COOKIE, language, max_age=YEAR_S, path=visit.links.prefix, samesite="lax"
        )
    return answer


async def static(request: Request) -> Response:
    """A file that pages load. Its address changes with its content, so it may be kept."""
    name = request.path_params["name"]
    content = static_file(name)
    if content is None:
        raise NothingHereError(f"There is no file '{name[:80]}'.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {"Cache-Control": f"public, max-age={YEAR_S}, immutable"}
    return Response(content, media_type=kind, headers=headers)


def error_page(request: Request, error: LabhubError) -> Response:
    """The page that says what is wrong, and what to do next."""
    visit = visit_of(request)
    refusal = refusal_of(error, visit.language, visit.words, _came_from(request, visit))
    return render(visit, "refusal.html", status=error.http_status, refusal=refusal)


def _came_from(request: Request, visit: Visit) -> str:
    """The page of ours that the visitor came from, where it is another than this one."""
    page = urlsplit(request.headers.get("referer", ""))
    here = page.netloc == request.url.netloc and page.path.startswith(visit.links.prefix)
    return page.path if here and page.path != visit.path else ""

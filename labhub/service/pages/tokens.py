"""The page of Colab and own machines: how to hand in from there, and a key for it.

The key is a token with the address of the service before it, so that one text is enough to paste.
"""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from labhub.exchange.client.configured import key_of
from labhub.service.access import OWN, Access
from labhub.service.context import CurrentCourse, CurrentState, CurrentUser
from labhub.service.pages.frame import render
from labhub.service.pages.visiting import CurrentVisit
from labhub.service.tokens import mint

ACCESS: Mapping[str, Access] = {"token-page": OWN, "token-form": OWN}

router = APIRouter(include_in_schema=False)


@router.get("/{course}/token", name="token-page")
def token_page(visit: CurrentVisit) -> Response:
    """How to hand in from elsewhere."""
    return render(visit, "student/token.html", key="")


@router.post("/{course}/token", name="token-form")
async def token_form(
    request: Request,
    visit: CurrentVisit,
    course: CurrentCourse,
    user: CurrentUser,
    state: CurrentState,
) -> Response:
    """Make a token. It is shown in this answer, and never again."""
    made = await mint(state.identify, request, user, f"Handing in to {course.title}")
    return render(
        visit,
        "student/token.html",
        key=key_of(_address(request, visit.links.prefix), made.token),
        until=visit.now + made.lasts,
    )


def _address(request: Request, prefix: str) -> str:
    """The address of the service as the visitor's browser knows it."""
    return f"{request.url.scheme}://{request.url.netloc}{prefix.rstrip('/')}"

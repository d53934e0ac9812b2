"""Every error as an answer: JSON for programs, a page with the same words for browsers."""

import logging
from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from labhub.errors import LabhubError
from labhub.service.errors import (
    BadRequestError,
    BadUploadError,
    BodyTooLargeError,
    InternalError,
    MethodNotAllowedError,
    NothingHereError,
    NotLoggedInError,
)
from labhub.service.state import state_of

log = logging.getLogger("labhub.service")

ErrorPage = Callable[[Request, LabhubError], Response]
"""Makes the page for a browser; set by `labhub.service.pages`."""

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="labhub"'}


def add_answers(app: FastAPI, page: ErrorPage) -> None:
    """Let the app answer every error in one shape."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, LabhubError)
        return _answer(request, error, page)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _answer(request, _of_validation(error), page)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        answer = _answer(request, _of_http(request, error), page)
        answer.headers.update(error.headers or {})
        return answer

    async def unforeseen(request: Request, error: Exception) -> Response:
        # Starlette logs the traceback after this; the answer names nothing of the inside.
        sorry = InternalError(
            "The service met something it was not prepared for.",
            hint="Try again; when it stays, tell the operator the time.",
        )
        return _answer(request, sorry, page)

    app.add_exception_handler(LabhubError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unforeseen)


def error_json(error: LabhubError) -> JSONResponse:
    """The one JSON shape of errors."""
    body = {"error": {"code": error.code, "message": error.message, "hint": error.hint}}
    headers = CHALLENGE if error.http_status == 401 else None
    return JSONResponse(body, status_code=error.http_status, headers=headers)


def wants_page(request: Request) -> bool:
    """Whether a person reads the answer: outside `api/`, or a browser that went there itself."""
    if "/api/" not in request.url.path.removeprefix(state_of(request).settings.prefix[:-1]):
        # A script of a page asks for data, and says so.
        return request.headers.get("accept", "") != "application/json"
    return request.headers.get("sec-fetch-mode") == "navigate"


def _answer(request: Request, error: LabhubError, page: ErrorPage) -> Response:
    if error.http_status >= 500:
        log.error("%s %s: %s: %s", request.method, request.url.path, error.code, error.message)
    if not wants_page(request):
        return error_json(error)
    if isinstance(error, NotLoggedInError) and request.method == "GET":
        return state_of(request).identify.login(request)
    return page(request, error)


def _of_validation(error: RequestValidationError) -> LabhubError:
    """What is wrong with which part, without repeating the value."""
    said = "; ".join(
        f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"
        for found in error.errors()[:5]
    )
    return BadRequestError(f"The request does not fit: {said}.", hint="See docs/reference/rest.md.")


def _of_http(request: Request, error: HTTPException) -> LabhubError:
    path = request.url.path[:200]
    match error.status_code:
        case 404:
            return NothingHereError(f"There is nothing at {path}.")
        case 405:
            return MethodNotAllowedError(f"{path} does not take {request.method}.")
        case 413:
            return BodyTooLargeError("The body is larger than this address takes.")
        case 400 | 422:
            return BadUploadError("The body cannot be read.", hint="Send the form once more.")
        case _:
            return InternalError("The service could not answer.")

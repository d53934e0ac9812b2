"""The one JSON shape of errors, as the description of the interface has it."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable; docs/reference/errors.md lists every one.")
    message: str = Field(description="A sentence for a person.")
    hint: str = Field(description="What to do next; may be empty.")


class ErrorAnswer(BaseModel):
    """The answer to every request that was refused or failed."""

    error: ErrorBody


Answers = dict[int | str, dict[str, Any]]


def refusals(*statuses: int) -> Answers:
    """These statuses, as `responses` of a route."""
    return {
        status: {"model": ErrorAnswer, "description": HTTPStatus(status).phrase}
        for status in statuses
    }


COMMON: Answers = refusals(400, 401, 403, 404, 413, 422, 500, 502, 503)
"""What every route may answer: a body that cannot be read, no login, no right, nothing there, too
much, a request that does not fit, a mistake of ours, a Hub that is silent, a course that cannot be
opened."""

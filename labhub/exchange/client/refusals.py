"""The service's refusals as errors of ours: its code, its sentence and its hint come along."""

import importlib
import json
from email.message import Message

from labhub.errors import LabhubError
from labhub.exchange.client.errors import (
    ServiceFailedError,
    ServiceRefusedError,
    TokenRefusedError,
)

_REASONS = (
    "labhub.exchange.handin.errors",
    "labhub.exchange.store.errors",
    "labhub.course.errors",
)
"""Where the errors stand that a client knows by their code."""


def refusal_of(url: str, status: int, headers: Message, body: bytes) -> LabhubError:
    """The error that an answer stands for."""
    code, message, hint = _said(body)
    if status == 401 or code == "service-access":
        return TokenRefusedError(
            message or "The hand-in service does not accept the token.",
            hint=hint
            or "Tokens live for a day: make a new one on the course's page 'Colab and own "
            "machine', or with `labhub token` on the Hub.",
        )
    if 300 <= status < 400:
        return ServiceFailedError(
            f"{url} sends elsewhere, to {headers.get('Location', 'nowhere')}.",
            hint="Look whether the address of the hand-in service is right.",
        )
    if not code:
        return ServiceFailedError(
            f"{url} answers HTTP {status}, and not as a hand-in service does.",
            hint="Look whether the address is right.",
        )
    if status >= 500 and status != 507:
        return ServiceFailedError(message, hint=hint)
    known = _by_code().get(code)
    return (
        known(message, hint=hint) if known else ServiceRefusedError(message, hint=hint, said=code)
    )


def _by_code() -> dict[str, type[LabhubError]]:
    for module in _REASONS:
        importlib.import_module(module)
    return {leaf.code: leaf for leaf in LabhubError.leaves() if leaf.__module__ in _REASONS}


def _said(body: bytes) -> tuple[str, str, str]:
    """Code, message and hint of an answer; empty where it is not of our shape."""
    try:
        error = json.loads(body)["error"]
        return str(error["code"]), str(error["message"]), str(error.get("hint", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return "", "", ""

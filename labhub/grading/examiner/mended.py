"""Text of a student's process that is no Unicode, and numbers that are no JSON, made whole.

Half a character passes through Python and through JSON, and stops whoever first writes it down as
UTF-8: a page, a database, an answer of the web service.
"""

# ruff: noqa: ANN401 - JSON of every shape passes through here

import math
from typing import Any

_DEEPEST = 100


def whole_text(text: str) -> str:
    """The text, with a question mark for each half character.

    >>> whole_text("caf\\xe9 \\ud800")
    'café ?'
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def whole(value: Any, depth: int = 0) -> Any:
    """JSON with whole texts and finite numbers; None for what is nested too deeply."""
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, list | dict) and depth > _DEEPEST:
        return None
    if isinstance(value, list):
        return [whole(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {whole_text(key): whole(item, depth + 1) for key, item in value.items()}
    return value

"""How uploads stand in the description of the interface: their bodies are read as they stream."""

from collections.abc import Mapping
from typing import Any

from labhub.service.errors import BadRequestError
from labhub.service.form_tokens import FIELD
from labhub.service.uploads import FILES

MOST_DIGITS = 9


def form_of(fields: Mapping[str, str], *, required: bool = True) -> dict[str, Any]:
    """A multipart body: any number of files in the field `files`, and these text fields."""
    texts = {name: {"type": "string", "description": words} for name, words in fields.items()}
    token = {
        FIELD: {
            "type": "string",
            "description": "Only for logins by cookie: the token of the page, before the files.",
        }
    }
    files = {
        FILES: {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": "The files; the name of each is its path in the hand-in.",
        }
    }
    schema = {
        "type": "object",
        "properties": {**texts, **token, **files},
        "required": [FILES] if required else [],
    }
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }


def number_of(text: str) -> int | None:
    """The number of a text field; None for an empty one. Raises `BadRequestError`."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise BadRequestError("The version is no number.", hint="Leave it out for the newest.")
    return int(text)

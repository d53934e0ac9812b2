"""A notebook for peers: names out of texts, comments, outputs and pictures; no metadata.

The declaration, where students name their helpers, is hidden; who is reviewed decides nothing.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labhub.exchange.anonymise.identities import Identity, Scrubber
from labhub.exchange.anonymise.images import without_metadata
from labhub.exchange.intake.parse import HandedCell, parse_notebook
from labhub.exchange.intake.scrub import OutputKeeper, personal_names

DECLARATION = "declaration"
"""The tag of the cell in which students say who helped them."""
HIDDEN = "*The declaration of helpers and sources is hidden from reviewers.*"
LEFT_OUT = "[a picture was left out: it could name its author]"
PICTURES = ("image/png", "image/jpeg")
TEXTUAL = ("text/plain", "text/latex", "text/markdown")
"""Kinds of outputs that reviewers see beside pictures. HTML and SVG can hide a name anywhere."""


def anonymised(raw: bytes, name: str, people: tuple[Identity, ...]) -> bytes:
    """The notebook without anything that tells who made it.

    Raises the errors of `labhub.exchange.intake` for a file that is no notebook.
    """
    handed = parse_notebook(raw, name)
    written = tuple(Identity(each) for each in sorted(personal_names(handed.cells)))
    scrubber = Scrubber((*people, *written))
    keeper = OutputKeeper()
    cells = [
        _cell(cell, number, scrubber, keeper) for number, cell in enumerate(handed.cells, start=1)
    ]
    notebook = {
        "cells": cells,
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode("utf-8")


def _cell(
    cell: HandedCell, number: int, scrubber: Scrubber, keeper: OutputKeeper
) -> dict[str, Any]:
    """The cell under an id that says nothing but its place."""
    if DECLARATION in _tags(cell):
        cell = replace(cell, cell_type="markdown", source=HIDDEN, attachments={})
    clean = scrubber.code if cell.cell_type == "code" else scrubber.prose
    found: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": f"cell-{number}",
        "metadata": {},
        "source": clean(cell.source),
    }
    if cell.cell_type == "code":
        found["execution_count"] = None
        found["outputs"] = [_output(each, scrubber) for each in keeper.kept(cell.outputs)]
    elif pictures := _attachments(cell):
        found["attachments"] = pictures
    return found


def _tags(cell: HandedCell) -> list[object]:
    tags = cell.metadata.get("tags")
    return tags if isinstance(tags, list) else []


def _attachments(cell: HandedCell) -> dict[str, Any]:
    """Pasted pictures under their names, which the text uses."""
    found = {
        name: _pictures(bundle)
        for name, bundle in cell.attachments.items()
        if isinstance(bundle, Mapping)
    }
    return {name: bundle for name, bundle in found.items() if bundle}


def _pictures(bundle: Mapping[str, Any]) -> dict[str, str]:
    found = {mime: without_metadata(_text(bundle[mime])) for mime in PICTURES if mime in bundle}
    return {mime: clean for mime, clean in found.items() if clean is not None}


def _output(output: dict[str, Any], scrubber: Scrubber) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "stream":
        return {**output, "text": scrubber.prose(output["text"])}
    if kind == "error":
        lines = [scrubber.prose(line) for line in output["traceback"]]
        said = {name: scrubber.prose(output[name]) for name in ("ename", "evalue")}
        return {"output_type": kind, **said, "traceback": lines}
    data: dict[str, Any] = {
        mime: scrubber.prose(_text(output["data"][mime]))
        for mime in TEXTUAL
        if mime in output["data"]
    }
    pictures = _pictures(output["data"])
    if not pictures and any(mime.startswith("image/") for mime in output["data"]):
        data["text/plain"] = LEFT_OUT
    found = {"output_type": kind, "data": data | pictures, "metadata": {}}
    return found | ({"execution_count": None} if kind == "execute_result" else {})


def _text(value: object) -> str:
    """A text that a notebook may keep as a list of lines."""
    if isinstance(value, list):
        return "".join(map(str, value))
    return value if isinstance(value, str) else ""

"""From bytes to the cells of a handed-in notebook, whatever shape they come in.

Nothing here trusts the file: every value is checked for its type, broken pieces are left out
and counted, and what is no notebook at all raises its named status.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labhub.exchange.intake.errors import (
    Nbformat3Error,
    NewerNbformatError,
    NotANotebookError,
    NotJsonError,
    TooDeepError,
    TooLargeError,
    WrongKernelError,
)
from labhub.exchange.intake.read import DEFAULT_BOUNDS, Bounds
from labhub.exchange.intake.release import language_of

CELL_TYPES = ("code", "markdown", "raw")


@dataclass(frozen=True)
class HandedCell:
    """One cell as it was handed in, with every field of the right type."""

    cell_type: str
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    outputs: tuple[Any, ...] = ()
    """Not checked yet."""
    execution_count: int | None = None
    attachments: Mapping[str, Any] = field(default_factory=dict)
    cell_id: str = ""

    @property
    def marks(self) -> Mapping[str, Any]:
        """What the file claims to be nbgrader's metadata."""
        marks = self.metadata.get("nbgrader")
        return marks if isinstance(marks, Mapping) else {}

    @property
    def claimed_id(self) -> str:
        """The grade id that the file claims for this cell; empty for none."""
        grade_id = self.marks.get("grade_id")
        return grade_id if isinstance(grade_id, str) else ""


@dataclass(frozen=True)
class HandedNotebook:
    """A handed-in notebook. `broken` counts pieces that had to be replaced or left out."""

    cells: tuple[HandedCell, ...]
    metadata: Mapping[str, Any]
    broken: int = 0


def parse_notebook(raw: bytes, name: str, bounds: Bounds = DEFAULT_BOUNDS) -> HandedNotebook:
    """The notebook in these bytes.

    Args:
        raw: The file.
        name: Its name, for sentences.
        bounds: What a notebook may have.

    Raises:
        IntakeError: one of its leaves, for each way in which this is no notebook.
    """
    text, broken = _decoded(raw)
    parsed = _json(text, name, bounds)
    broken += _clean(parsed, name, bounds)
    content = _ensure_notebook(parsed, name)
    listed = content["cells"]
    if len(listed) > bounds.cells:
        raise TooLargeError(
            f"The notebook {name} has {len(listed)} cells; at most {bounds.cells} are read."
        )
    cells = tuple(_cell(piece) for piece in listed if isinstance(piece, dict))
    broken += len(listed) - len(cells)
    return HandedNotebook(cells, _mapping(content.get("metadata")), broken)


def ensure_language(notebook: HandedNotebook, name: str, language: str) -> None:
    """Refuses a notebook that ran in another language than the lab's (lower case).

    Raises:
        WrongKernelError: as said. Metadata that name no language pass.
    """
    found = language_of(notebook.metadata)
    if found and found != language:
        raise WrongKernelError(
            f"The notebook {name} runs on a kernel for {found[:40]}, the lab on {language}. Choose "
            "the right kernel, run the notebook again from top to bottom, and hand it in again."
        )


def _decoded(raw: bytes) -> tuple[str, int]:
    """UTF-8, with or without a byte order mark, or UTF-16 with one; broken bytes are replaced."""
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    codec = "utf-16" if wide else "utf-8-sig"
    try:
        return raw.decode(codec), 0
    except UnicodeDecodeError:
        text = raw.decode(codec, errors="replace")
        return text, text.count("\ufffd")


def _json(text: str, name: str, bounds: Bounds) -> object:
    if text.count("[") + text.count("{") > bounds.containers or text.count(",") > bounds.values:
        raise TooLargeError(
            f"The file {name} holds more values than a notebook needs. Clear large outputs, "
            "save, and hand in again."
        )
    try:
        parsed: object = json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise _too_deep(name) from error
    except ValueError as error:
        raise NotJsonError(f"The file {name} is not a notebook: {_what_is_it(text)}") from error
    return parsed


def _what_is_it(text: str) -> str:
    start = text.lstrip()[:400]
    if start.startswith("PK\x03\x04"):
        return "it is a zip archive. Unpack it and hand in the .ipynb file."
    if start[:9].lower().startswith(("<!doctype", "<html")):
        return "it is a web page. Download the notebook itself (.ipynb) and hand that in."
    if "\n<<<<<<< " in text:
        return "it holds conflict marks of git (<<<<<<<). Resolve them, save, and hand in again."
    if start.startswith("{"):
        return "its JSON text is cut short or broken. Open it, save it, and hand it in again."
    return "it is not JSON text. Hand in the .ipynb file as Jupyter or Colab saves it."


def _clean(content: object, name: str, bounds: Bounds) -> int:
    """Replaces in place what no file of ours may hold, and bounds the depth.

    Lone surrogates cannot be written as UTF-8, NUL ends a text in databases, and infinite
    numbers are no JSON. Returns how many values were replaced. A loop instead of recursion:
    the depth is the sender's choice.
    """
    broken = 0
    stack: list[tuple[object, int]] = [(content, 1)]
    while stack:
        node, depth = stack.pop()
        if not isinstance(node, dict | list):
            continue
        if depth > bounds.depth:
            raise _too_deep(name)
        if isinstance(node, dict) and any(_broken(key) for key in node):
            broken += 1
            renamed = {str(_mended(key)): value for key, value in node.items()}
            node.clear()
            node.update(renamed)
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, dict | list):
                stack.append((value, depth + 1))
            elif _broken(value):
                broken += 1
                node[key] = _mended(value)
    return broken


def _broken(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value or not (value.isascii() or _encodable(value))
    return isinstance(value, float) and not math.isfinite(value)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mended(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    text = value.replace("\0", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _too_deep(name: str) -> TooDeepError:
    return TooDeepError(
        f"The JSON of {name} is nested deeper than any notebook is. Open it in Jupyter, save it, "
        "and hand it in again."
    )


def _ensure_notebook(content: object, name: str) -> dict[str, Any]:
    notebook = _mapping(content)
    major = notebook.get("nbformat")
    major = major if type(major) is int else 4
    if major > 4:
        raise NewerNbformatError(
            f"{name} has notebook format {major}, which does not exist yet. Save it as format 4."
        )
    if major < 4 or ("worksheets" in notebook and "cells" not in notebook):
        raise Nbformat3Error(
            f"{name} has the notebook format of before 2015 (nbformat 3). Open it in Jupyter, "
            "save it, and hand it in again."
        )
    if not isinstance(notebook.get("cells"), list):
        raise NotANotebookError(
            f"The file {name} is not a Jupyter notebook: it has no cells. Hand in the .ipynb "
            "file as Jupyter or Colab saves it."
        )
    return notebook


def _cell(piece: dict[str, Any]) -> HandedCell:
    count = piece.get("execution_count")
    metadata = _mapping(piece.get("metadata"))
    # Colab keeps the cell's id in the metadata.
    ids = (piece.get("id"), metadata.get("id"))
    outputs = piece.get("outputs")
    return HandedCell(
        cell_type=_cell_type(piece),
        source=_source(piece.get("source")),
        metadata=metadata,
        outputs=tuple(outputs) if isinstance(outputs, list) else (),
        execution_count=count if type(count) is int and 0 <= count < 1 << 31 else None,
        attachments=_mapping(piece.get("attachments")),
        cell_id=next((name for name in ids if isinstance(name, str)), ""),
    )


def _cell_type(piece: Mapping[str, Any]) -> str:
    kind = piece.get("cell_type")
    if kind in CELL_TYPES:
        return str(kind)
    return "code" if "outputs" in piece or "execution_count" in piece else "markdown"


def _source(source: object) -> str:
    lines = source if isinstance(source, list) else [source]
    text = "".join(line for line in lines if isinstance(line, str))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

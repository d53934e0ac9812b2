"""Takes out personal data, and bounds what a notebook shows.

Colab writes the reader's name and account number into every executed cell, editors write paths
with the user's name into outputs. Metadata are not scrubbed but replaced by the release's
(`repair`); here are the outputs, which must also be valid nbformat and not too large.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labhub.exchange.intake.parse import HandedCell
from labhub.exchange.intake.read import DEFAULT_BOUNDS, Bounds

_HOME = re.compile(r"""(?:/home/|/Users/|[A-Za-z]:(?:\\+|/)Users(?:\\+|/))[^/\\\s"'<>:]+""")
_STREAMS = ("stdout", "stderr")
_FOREIGN_MIME = ("application/vnd.google", "application/vnd.jupyter.widget")
_MOST_OUTPUTS = 200
"""Kept of one cell."""
_CUT = "\n[cut: the output is longer than what is kept]"


def personal_names(cells: Iterable[HandedCell]) -> frozenset[str]:
    """Names and account numbers of people that Colab wrote into the cells' metadata."""
    users = (cell.metadata.get("executionInfo") for cell in cells)
    people = [info.get("user") for info in users if isinstance(info, Mapping)]
    values = [
        str(value).strip()
        for person in people
        if isinstance(person, Mapping)
        for value in (person.get("displayName"), person.get("userId"))
    ]
    # A short name would also be found inside other words.
    return frozenset(value for value in values if len(value) >= 5 and value != "None")


def holds_personal_data(metadata: Mapping[str, Any]) -> bool:
    """Whether an editor wrote something about a person into these metadata."""
    return any(key in metadata for key in ("executionInfo", "outputId", "colab", "authors"))


def kept_attachments(attachments: Mapping[str, Any], keeper: "OutputKeeper") -> dict[str, Any]:
    """Pictures that were pasted into a text cell, as nbformat has them."""
    return {
        name: bundle
        for name, found in attachments.items()
        if isinstance(found, dict)
        and (bundle := {mime: text for mime, text in found.items() if keeper.keeps(text)})
    }


def kept_tags(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The tags of a cell of the student's own, the only metadata of it that stay."""
    tags = dict.fromkeys(tag for tag in _lines(metadata.get("tags")) if tag and "," not in tag)
    return {"tags": list(tags)[:20]} if tags else {}


@dataclass
class OutputKeeper:
    """Keeps the outputs of one notebook: valid, scrubbed and within its bounds."""

    names: frozenset[str] = frozenset()
    bounds: Bounds = field(default_factory=lambda: DEFAULT_BOUNDS)
    spent_bytes: int = 0
    cut: int = 0
    """Outputs that were shortened or left out."""
    scrubbed: int = 0
    """Texts out of which something personal was taken."""

    def kept(self, outputs: Sequence[object]) -> list[dict[str, Any]]:
        """The valid outputs among these, as nbformat 4 has them."""
        kept = [
            output
            for piece in outputs[:_MOST_OUTPUTS]
            if isinstance(piece, dict) and (output := self._output(piece)) is not None
        ]
        self.cut += max(0, len(outputs) - _MOST_OUTPUTS)
        return kept

    def keeps(self, text: object) -> bool:
        """Whether this is a text for which there is room; if so it is counted."""
        return isinstance(text, str) and self._fits(len(text))

    def _output(self, piece: Mapping[str, Any]) -> dict[str, Any] | None:
        kind = piece.get("output_type")
        if kind == "stream":
            name = piece.get("name")
            return {
                "output_type": kind,
                "name": name if name in _STREAMS else "stdout",
                "text": self._text(_joined(piece.get("text"))),
            }
        if kind == "error":
            return {
                "output_type": kind,
                "ename": self._text(_joined(piece.get("ename"))),
                "evalue": self._text(_joined(piece.get("evalue"))),
                "traceback": [self._text(line) for line in _lines(piece.get("traceback"))],
            }
        if kind in ("display_data", "execute_result"):
            return self._rich(str(kind), piece)
        return None

    def _rich(self, kind: str, piece: Mapping[str, Any]) -> dict[str, Any]:
        found = piece.get("data")
        data = {
            mime: value
            for mime, content in (found if isinstance(found, dict) else {}).items()
            if not mime.startswith(_FOREIGN_MIME)
            and (value := self._mime(mime, content)) is not None
        }
        about = piece.get("metadata")
        about = about if isinstance(about, dict) else {}
        output: dict[str, Any] = {
            "output_type": kind,
            "data": data,
            "metadata": {mime: about[mime] for mime in data if isinstance(about.get(mime), dict)},
        }
        if kind == "execute_result":
            count = piece.get("execution_count")
            output["execution_count"] = count if type(count) is int and count >= 0 else None
        return output

    def _mime(self, mime: str, content: object) -> object:
        if mime == "application/json" or mime.endswith("+json"):
            return content if self._fits(len(json.dumps(content))) else None
        text = _joined(content)
        if mime.startswith("image/") and mime != "image/svg+xml":
            return text if self._fits(len(text)) else None
        return self._text(text) if mime == "text/plain" or self._fits(len(text)) else None

    def _fits(self, size: int) -> bool:
        """Whether this much may still be kept; what is kept is counted."""
        if size > self._room():
            self.cut += 1
            return False
        self.spent_bytes += size
        return True

    def _room(self) -> int:
        left = self.bounds.notebook_output_bytes - self.spent_bytes
        return max(0, min(self.bounds.output_bytes, left))

    def _text(self, text: str) -> str:
        text = self._scrub(text)
        if self._fits(len(text)):
            return text
        kept = text[: max(0, self._room() - len(_CUT))] + _CUT
        self.spent_bytes += len(kept)
        return kept

    def _scrub(self, text: str) -> str:
        clean = _HOME.sub("~", text)
        for name in self.names:
            clean = clean.replace(name, "[name]")
        self.scrubbed += clean != text
        return clean


def _joined(value: object) -> str:
    return value if isinstance(value, str) else "".join(_lines(value))


def _lines(value: object) -> list[str]:
    return [line for line in value if isinstance(line, str)] if isinstance(value, list) else []

"""What a student's cells showed, as inert HTML."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from labhub.feedback.sanitise import MOST_HTML, as_text, clean_html, picture
from labhub.feedback.text import shown
from labhub.feedback.words import render_words

MOST_TEXT = 60_000
"""Characters of one text output that are shown."""
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml")
_ALT = "Picture made by the cell above"


def render_outputs(outputs: Sequence[Mapping[str, Any]]) -> list[Markup]:
    """One piece of HTML per output; neighbouring prints to one stream are joined."""
    pieces: list[Markup] = []
    for kind, run in groupby(outputs, key=_kind):
        if kind.startswith("stream"):
            pieces.append(_pre("".join(_text(output.get("text")) for output in run), kind))
        else:
            pieces += [_output(output) for output in run]
    return [piece for piece in pieces if piece]


def _kind(output: Mapping[str, Any]) -> str:
    kind = str(output.get("output_type", ""))
    return f"stream {output.get('name')}" if kind == "stream" else kind


def _output(output: Mapping[str, Any]) -> Markup:
    if output.get("output_type") == "error":
        trace = output.get("traceback")
        lines = [_text(line) for line in trace] if isinstance(trace, list) else []
        summary = f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
        return _pre("\n".join(lines) or summary, "error")
    data = output.get("data")
    return _rich(data) if isinstance(data, Mapping) else Markup("")


def _rich(data: Mapping[str, Any]) -> Markup:
    """The richest form that can be shown without running anything."""
    html = _text(data.get("text/html"))
    if 0 < len(html) <= MOST_HTML:
        clean = clean_html(html)
        if clean.striptags().strip() or "<img" in clean:
            return Markup('<div class="html">{}</div>').format(clean)
    for mime in _PICTURES:
        content = _text(data.get(mime))
        if content and (image := picture(mime, content, _ALT)):
            return Markup("<div>{}</div>").format(image)
    if words := _text(data.get("text/markdown")):
        return Markup('<div class="words">{}</div>').format(render_words(words))
    if text := _text(data.get("text/plain")) or _text(data.get("text/latex")):
        return _pre(text, "result")
    kinds = ", ".join(str(mime) for mime in data)[:200]
    note = Markup('<p class="note">An output is not shown here ({}).</p>')
    return note.format(as_text(kinds)) if kinds else Markup("")


def _pre(text: str, kind: str) -> Markup:
    cut = text[:MOST_TEXT]
    rest = len(text) - len(cut)
    note = Markup("\n[{} more characters]").format(rest) if rest else ""
    flavour = {"error": " error", "stream stderr": " stderr"}.get(kind, "")
    return Markup('<pre class="text{}">{}{}</pre>').format(flavour, shown(cut), note)


def _text(value: object) -> str:
    lines = value if isinstance(value, list) else [value]
    return "".join(line for line in lines if isinstance(line, str))

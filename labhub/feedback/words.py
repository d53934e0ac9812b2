"""Markdown as HTML. Raw HTML in it is shown as text, mathematics in signs that need no script."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import mistune
from markupsafe import Markup, escape
from mistune.plugins import import_plugin

from labhub.feedback.mathematics import readable
from labhub.feedback.sanitise import clean_markdown, is_picture_uri, picture
from labhub.feedback.text import plain

MOST_WORDS = 40_000
"""Characters of Markdown that are rendered; a longer cell is shown as text."""


def render_words(
    source: str, attachments: Mapping[str, Any] | None = None, *, of_course: bool = False
) -> Markup:
    """A text cell as HTML.

    Args:
        source: Markdown with LaTeX between dollars.
        attachments: Pictures of the cell, as nbformat has them.
        of_course: The course wrote it: headings stay headings and https links can be clicked.
            In a student's text they are words in bold and addresses in plain sight.
    """
    if attachments:
        return _rendered(source, attachments, of_course=of_course)
    return _remembered(source, of_course=of_course)


@lru_cache(maxsize=512)
def _remembered(source: str, *, of_course: bool) -> Markup:
    """The course's text is the same on every page of a batch."""
    return _rendered(source, {}, of_course=of_course)


def _rendered(source: str, attachments: Mapping[str, Any], *, of_course: bool) -> Markup:
    text = plain(source)
    if len(text) > MOST_WORDS or _NESTED.search(text):
        return Markup("<pre>{}</pre>").format(text)
    renderer = _Renderer(attachments, of_course=of_course)
    html = mistune.Markdown(renderer, plugins=_PLUGINS)(text)
    return clean_markdown(str(html), links=of_course)


class _Renderer(mistune.HTMLRenderer):
    """Markdown's own constructs; whatever could act or mislead becomes text."""

    def __init__(self, attachments: Mapping[str, Any], *, of_course: bool) -> None:
        super().__init__(escape=not of_course)
        self._attachments = attachments
        self._of_course = of_course

    def heading(self, text: str, level: int, **attrs: object) -> str:
        """The page has its own headings of level 1 and 2."""
        if self._of_course:
            depth = min(level + 2, 6)
            return f"<h{depth}>{text}</h{depth}>\n"
        return f'<p class="heading">{text}</p>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if self._of_course and url.startswith("https://"):
            return f'<a href="{escape(url)}">{text}</a>'
        return f'{text} <span class="address">({escape(url)})</span>'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        alt = str(escape(text))
        if is_picture_uri(url):
            return f'<img src="{url}" alt="{alt}">'
        return self._attached(url, alt) or f'<span class="address">[picture: {alt}]</span>'

    def _attached(self, url: str, alt: str) -> str:
        bundle = self._attachments.get(url.removeprefix("attachment:"))
        for mime, content in (bundle if isinstance(bundle, Mapping) else {}).items():
            if isinstance(content, str) and (image := picture(mime, content, alt)):
                return str(image)
        return ""

    def inline_math(self, text: str) -> str:
        return f'<span class="math">{readable(text)}</span>'

    def block_math(self, text: str) -> str:
        return f'<div class="display math">{readable(text)}</div>\n'


_PLUGINS = tuple(import_plugin(name) for name in ("table", "strikethrough", "math"))
_NESTED = re.compile(r"[\[(<*_`>~$]{120}|(?:[\[(<*_`>~$]\w?){400}")
"""Walls of markup characters, which take a parser long and say nothing."""

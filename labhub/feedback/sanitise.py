"""HTML and pictures of a student, made inert.

What stays is structure and text: no script, no style, no class or id that could borrow this
page's looks, no link to click, no address to load. Pictures stay as `data:` images. nh3 parses
like a browser and writes the tree anew, so that nothing rests on how broken markup is guessed.
"""

import base64
import re

import nh3
from markupsafe import Markup, escape

from labhub.feedback.text import plain

MOST_HTML = 500_000
"""Characters of HTML that are cleaned and shown; more is shown as a note."""

_TAGS = {
    *("b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "hr", "i"),
    *("img", "kbd", "li", "ol", "p", "pre", "s", "samp", "span", "strong", "sub", "sup", "table"),
    *("tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
_WITH_CONTENT = {
    *("audio", "button", "canvas", "embed", "form", "frame", "frameset", "iframe", "math", "meta"),
    *("noembed", "noscript", "object", "option", "script", "select", "style", "svg", "template"),
    *("textarea", "title", "video"),
}
_CELL = {"colspan", "rowspan"}
_ATTRIBUTES = {"td": _CELL, "th": _CELL, "img": {"src", "alt"}, "ol": {"start"}}
_MAGIC = {
    "image/png": "iVBORw0KGgo",
    "image/jpeg": "/9j/",
    "image/gif": "R0lGOD",
    "image/webp": "UklGR",
}
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_DATA_URI = re.compile(r"data:(image/[a-z]+);base64,([A-Za-z0-9+/]+={0,2})")


def clean_html(html: str) -> Markup:
    """The HTML of a student's output with everything gone that acts, loads, hides or overlays."""
    return Markup(_OF_STUDENT.clean(plain(html)))  # noqa: S704 - nh3 wrote it


def clean_markdown(html: str, *, links: bool) -> Markup:
    """Rendered Markdown after a second look; `links` is for the course's own text only."""
    cleaner = _OF_COURSE if links else _OF_WORDS
    return Markup(cleaner.clean(html))  # noqa: S704 - nh3 wrote it


def picture(mime: str, content: str, alt: str) -> Markup | None:
    """An `<img>` that holds its bytes itself; None when the bytes are no such picture.

    SVG becomes an image as well: in an `<img>` it runs no script and loads nothing.
    """
    if mime == "image/svg+xml":
        data = base64.b64encode(content.encode()).decode()
    else:
        data = "".join(content.split())
        magic = _MAGIC.get(mime)
        if magic is None or not data.startswith(magic) or not _BASE64.fullmatch(data):
            return None
    return Markup('<img src="data:{};base64,{}" alt="{}">').format(mime, Markup(data), alt)  # noqa: S704 - checked to be base64


def is_picture_uri(uri: str) -> bool:
    """Whether this is a `data:` address of a picture."""
    found = _DATA_URI.fullmatch(uri)
    return found is not None and found[2].startswith(_MAGIC.get(found[1], " "))


def as_text(text: str) -> Markup:
    """The text itself, with nothing hidden."""
    return escape(plain(text))


def _picture_only(tag: str, attribute: str, value: str) -> str | None:
    if (tag, attribute) == ("img", "src"):
        return value if is_picture_uri(value) else None
    if attribute in ("colspan", "rowspan", "start"):
        return value if value.isascii() and value.isdigit() and len(value) < 4 else None
    return value


def _page_class_only(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "class":
        return value if value in ("math", "display math", "heading", "address") else None
    if attribute == "href":
        return value if value.startswith("https://") else None
    return _picture_only(tag, attribute, value)


_OF_STUDENT = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_picture_only,
    url_schemes={"data"},
    link_rel=None,
)
_WORDS = {**_ATTRIBUTES, "span": {"class"}, "div": {"class"}, "p": {"class"}}
_OF_WORDS = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_WITH_CONTENT,
    attributes=_WORDS,
    attribute_filter=_page_class_only,
    url_schemes={"data"},
    link_rel=None,
)
_OF_COURSE = nh3.Cleaner(
    tags=_TAGS | {"a", "h3", "h4", "h5", "h6"},
    clean_content_tags=_WITH_CONTENT,
    attributes={**_WORDS, "a": {"href"}},
    attribute_filter=_page_class_only,
    url_schemes={"data", "https"},
    link_rel="noopener noreferrer",
)

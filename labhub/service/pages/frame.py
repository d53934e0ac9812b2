"""The frame of every page: who visits, in which language, and the template that is filled.

A page is a template below `templates/` that begins with `{% extends "base.html" %}` and fills the
blocks `title`, `head` and `main`. It is made by `render(visit, "student/receipt.html", ...)`. Every
template knows `visit` (this module's `Visit`), `_` and `ngettext` for words, and may import the
macros of `macros.html` (chips, notes, bars, tables of facts). What it shows comes from a view
model: a frozen dataclass, made by a pure function that is tested without HTTP.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from labhub.feedback.view import number
from labhub.service.pages.flashes import Said, forget
from labhub.service.pages.languages import LANGUAGES, Words, words_in
from labhub.service.pages.links import HTMX, Links
from labhub.service.pages.times import Moments


@dataclass(frozen=True)
class Tab:
    """One section of a course."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True)
class CourseHead:
    """The course that a page belongs to."""

    id: str
    title: str
    term: str = ""


@dataclass(frozen=True)
class Visit:
    """One look at one page."""

    links: Links
    user: str
    """The name of the visitor; empty for nobody known."""
    language: str
    moments: Moments
    path: str
    """The address of this page, to come back to it."""
    form_token: str = ""
    """What every form sends along, in a hidden field."""
    course: CourseHead | None = None
    tabs: tuple[Tab, ...] = ()
    said: Said | None = None
    """What has just been done."""

    @property
    def words(self) -> Words:
        """The words of the visitor's language."""
        return words_in(self.language)

    @property
    def now(self) -> datetime:
        """The time of the visit."""
        return self.moments.now

    @property
    def other_languages(self) -> dict[str, str]:
        """The languages that the visitor can change to, by their codes."""
        return {code: name for code, name in LANGUAGES.items() if code != self.language}


def render(visit: Visit, template: str, *, status: int = 200, **content: Any) -> HTMLResponse:  # noqa: ANN401 - whatever the template shows
    """The page as an answer; `labhub.service.headers` adds what keeps it ours."""
    filled = environment(visit.language).get_template(template)
    html = filled.render(visit=visit, links=visit.links, moments=visit.moments, **content)
    headers = {
        "Content-Language": visit.language,
        "Vary": "Accept-Language, Cookie",
    }
    answer = HTMLResponse(html, status_code=status, headers=headers)
    if visit.said is not None:
        forget(answer, visit.links.prefix)
    return answer


@cache
def environment(language: str) -> Environment:
    """Jinja's environment of one language; everything is escaped, nothing may be undefined."""
    made = Environment(
        autoescape=True,
        loader=PackageLoader("labhub.service", "templates"),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(words_in(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters["number"] = number
    made.globals["has_htmx"] = HTMX.is_file()
    return made

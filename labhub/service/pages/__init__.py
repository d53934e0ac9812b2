"""The pages of the service: what `create_app` takes from here, and how a page is added.

1. A template in `templates/` extends `base.html`, fills the blocks `title` and `main`, and takes
   its pieces from `macros.html` (`ui.head`, `ui.chip`, `ui.note`, `ui.bar`, `ui.form_token`).
   Texts stand in `_("...")` and `ngettext(...)`; `moments.time(moment)` says a moment. Colours,
   cards, tables (`class="stack"` for phones) and buttons are those of `static/labhub.css`; no
   style and no script stands in a page.
2. A view model says what it shows: a frozen dataclass, made by a pure function of data.
3. A route in a router of this package asks for `CurrentVisit` and answers with
   `render(visit, template, ...)`; a form is answered with `go(visit, href, said=...)`, where
   `said` is a sentence of `flashes`. A refusal is raised, and becomes a page by itself.
4. The module stands in `_PARTS`: it has a `router`, and in `ACCESS` the name of each route. A
   section of a course stands in `navigation.SECTIONS`.
5. `python -m tools.translations` collects the new texts; the Swedish ones are then written into
   `locales/sv/LC_MESSAGES/labhub.po`. A test fails for a text that has none.
"""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, FastAPI

from labhub.service.access import Access
from labhub.service.pages import everyone, my_group, owned, staff, students, tokens
from labhub.service.pages.everyone import STATIC, error_page

__all__ = ["ACCESS", "STATIC", "error_page", "mount", "routers"]

# Staff before students, whose `/{course}/{assignment}/` would take `/{course}/staff/` for its own.
_PARTS = (everyone, owned, my_group, tokens, staff, students)
ROUTERS: Sequence[APIRouter] = tuple(part.router for part in _PARTS)
ACCESS: Mapping[str, Access] = {name: row for part in _PARTS for name, row in part.ACCESS.items()}
"""The row of the table of access for every route of the pages, by the route's name."""


def routers() -> Sequence[APIRouter]:
    """The routes of the pages, relative to the service's prefix; each asks the guard."""
    return ROUTERS


def mount(app: FastAPI, prefix: str) -> None:
    """Add what needs no guard: static files."""
    app.add_route(f"{prefix}static/{{name}}", everyone.static, name=STATIC)

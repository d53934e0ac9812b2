"""The sections of a course, as one table: what is called how, where it is, and who sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labhub.service.identity import Role
from labhub.service.pages.frame import Tab
from labhub.service.pages.languages import Words
from labhub.service.pages.languages import marked as _
from labhub.service.pages.links import Links


@dataclass(frozen=True)
class Section:
    """One row of the table."""

    label: str
    href: Callable[[Links, str], str]
    roles: Sequence[Role]
    together: bool = False
    """Whether it is only there in a course in which groups hand in."""


STUDENT = (Role.STUDENT,)
STAFF = (Role.TA, Role.INSTRUCTOR)

SECTIONS = (
    Section(_("Hand-ins and marking"), Links.staff, STAFF),
    Section(_("Extensions"), lambda links, course: links.staff(course, "extensions"), STAFF),
    Section(_("Appeals"), lambda links, course: links.staff(course, "appeals"), STAFF),
    Section(_("Assignments"), Links.course, (*STUDENT, *STAFF)),
    Section(_("My group"), Links.group, STUDENT, together=True),
    Section(_("Colab and own machine"), Links.token, STUDENT),
)


def tabs(
    links: Links, course: str, role: Role, path: str, words: Words, *, together: bool
) -> tuple[Tab, ...]:
    """The sections that somebody of this role sees; the one that holds `path` is the current."""
    shown = [
        (section, section.href(links, course))
        for section in SECTIONS
        if role in section.roles and (together or not section.together)
    ]
    inside = [href for _, href in shown if path.startswith(href)]
    current = max(inside, key=len, default="")
    return tuple(
        Tab(words.gettext(section.label), href, href == current) for section, href in shown
    )

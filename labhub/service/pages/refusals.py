"""Refusals as pages: what is wrong in a few words, the whole sentence, and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass

from labhub.errors import LabhubError
from labhub.service.pages.languages import DEFAULT, Words
from labhub.service.pages.languages import marked as _


@dataclass(frozen=True)
class Refusal:
    """What the page says."""

    title: str
    message: str
    """The error's own sentence, in English: it names the very thing."""
    hint: str
    """What to do next, in the visitor's language."""
    hint_language: str
    code: str
    ours: bool
    """Whether it is our fault and not the visitor's."""


STATUS: Mapping[int, tuple[str, str]] = {
    400: (_("That could not be read"), _("Go back, and try once more.")),
    401: (_("You are not signed in"), _("Sign in, and open the page again.")),
    403: (_("You may not do that"), _("If you think you should, ask the staff of your course.")),
    404: (_("There is nothing here"), _("Go to your courses, and look from there.")),
    405: (_("That does not work here"), _("Go back, and use the buttons of the page.")),
    409: (_("That is not possible now"), _("Open the page again: something has changed.")),
    413: (_("That is too much"), _("Hand in less: only the notebook and what it needs.")),
    422: (_("Something in the form is not right"), _("Go back, and look at what you wrote.")),
    502: (_("The Hub does not answer"), _("Try again in a minute.")),
    507: (
        _("The disk of the service is full"),
        _("Nothing was kept. Try again soon, and tell the staff."),
    ),
}
"""What an answer's status means, and what to do next, where nothing better is known."""

CODES: Mapping[str, tuple[str, str]] = {
    "form-token": (_("The form is too old"), _("Open the page again, and send it once more.")),
    "group-change": (
        _("The group stays as it is"),
        _("Look at the rules on the page of your group."),
    ),
}
"""The same for single errors, by their codes."""

_OURS = (
    _("Something went wrong on our side"),
    _("Try again; if it stays, tell the staff the time."),
)


def refusal_of(error: LabhubError, language: str, words: Words) -> Refusal:
    """The words of an error. Its own hint is more exact than ours, but is in English alone."""
    title, next_step = CODES.get(error.code) or STATUS.get(error.http_status) or _OURS
    own = language == DEFAULT and error.hint
    return Refusal(
        title=words.gettext(title),
        message=error.message,
        hint=error.hint if own else words.gettext(next_step),
        hint_language=DEFAULT if own else language,
        code=error.code,
        ours=error.http_status >= 500,
    )

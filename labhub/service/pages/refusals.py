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
    back: str = ""
    """The page that the visitor came from; empty where it is not one of ours."""


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

_GROUP_PAGE = _("Look at the page of your group.")
_STAFF = _("Ask the staff of your course.")

CODES: Mapping[str, tuple[str, str]] = {
    "form-token": (_("The form is too old"), _("Open the page again, and send it once more.")),
    "group-change-refused": (_("The group stays as it is"), _GROUP_PAGE),
    "unknown-group": (_("There is no such group"), _GROUP_PAGE),
    "unknown-person": (_("There is no such student"), _("Look at how the name is spelt.")),
    "bad-id": (_("That cannot be a name"), _("Use letters, digits and hyphens.")),
    "not-enrolled": (_("You are not enrolled"), _STAFF),
    "not-expected": (_("You need not hand this in"), _STAFF),
    "not-released": (_("Not released yet"), _("Come back when it has been released.")),
    "hand-in-closed": (
        _("Too late: nothing is accepted any more"),
        _("If there was a reason, ask the staff for an extension. Keep your file."),
    ),
    "version-withdrawn": (
        _("That version has been withdrawn"),
        _("Download the newest version, put your answers into it, and hand that in."),
    ),
    "attempts-used-up": (
        _("No attempts are left for now"),
        _("Look on the page of the assignment when the next one is."),
    ),
    "nothing-handed-in": (_("There was no file"), _("Go back, and choose your notebook.")),
    "hand-in-too-large": (
        _("The files are too large"),
        _("Clear the outputs of the notebook, leave data out, and hand in again."),
    ),
    "too-many-files": (
        _("There are too many files"),
        _("Hand in the notebook and only what it needs."),
    ),
    "path-in-name": (
        _("The name of a file cannot be used"),
        _("Rename the file, and hand in again."),
    ),
    "name-twice": (_("Two files have the same name"), _("Rename one of them, and hand in again.")),
    "no-notebook": (
        _("No notebook of this assignment was found"),
        _("Choose the notebook itself, the file that ends in .ipynb."),
    ),
    "bundle-damaged": (
        _("The file is not whole"),
        _("Make it again with the last cell of the lab, or hand in the notebook itself."),
    ),
    "wrong-assignment": (
        _("That belongs to another assignment"),
        _("Go back, and choose the notebook of this assignment."),
    ),
}
"""The same for single errors, by their codes."""

_OURS = (
    _("Something went wrong on our side"),
    _("Try again; if it stays, tell the staff the time."),
)


def refusal_of(error: LabhubError, language: str, words: Words, back: str = "") -> Refusal:
    """The words of an error. Its own hint is more exact than ours, but is in English alone."""
    title, next_step = CODES.get(error.code) or STATUS.get(error.http_status) or _OURS
    # Hints that name a command of the terminal are for the staff.
    own = language == DEFAULT and error.hint and "labhub " not in error.hint
    return Refusal(
        title=words.gettext(title),
        message=error.message,
        hint=error.hint if own else words.gettext(next_step),
        hint_language=DEFAULT if own else language,
        code=error.code,
        ours=error.http_status >= 500,
        back=back,
    )

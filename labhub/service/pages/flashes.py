"""What has just been done, said once on the next page.

A form is answered by a redirect; the words travel in a cookie of a minute. The cookie holds only
the name of a sentence and a number, so that nobody can put words into our mouth.
"""

from dataclasses import dataclass

from starlette.responses import Response

from labhub.service.pages.languages import Words
from labhub.service.pages.languages import marked as _

COOKIE = "labhub-said"
LASTS_S = 60

SENTENCES = {
    "handed-in": _("Your work is in. This is its receipt."),
    "already-in": _(
        "These very files were handed in before, so nothing has changed. "
        "This is the receipt of that time."
    ),
    "language": _("The pages are in English now."),
    "group-formed": _("Your group has been made, and you are its first member."),
    "group-invited": _("The invitation has been sent. It shows on the other student's group page."),
    "group-joined": _("You are in the group now."),
    "group-left": _("You have left the group."),
    "group-declined": _("You have turned the invitation down."),
    "job-queued": _("It has been queued. This page shows how far it is."),
    "version-released": _("The version has been released."),
    "version-withdrawn": _("The version has been withdrawn."),
    "extension-granted": _("The extension has been granted."),
    "extension-withdrawn": _("The extension has been withdrawn."),
    "appeal-answered": _("Your reply has been sent."),
    "mark-saved": _("The mark has been saved."),
    "appeal-sent": _("Your question has been sent to the staff. The answer will stand here."),
}
"""Every sentence that can be said, by its name."""


@dataclass(frozen=True)
class Said:
    """A sentence that is said once."""

    name: str

    def words(self, words: Words) -> str:
        """The sentence in a language."""
        return words.gettext(SENTENCES[self.name])


def parse(cookie: str) -> Said | None:
    """What a cookie says; None for what we never said.

    >>> parse("group-left"), parse("<b>free beer</b>")
    (Said(name='group-left'), None)
    """
    return Said(cookie) if cookie in SENTENCES else None


def add(answer: Response, name: str, path: str) -> None:
    """Have the next page below `path` say this sentence."""
    assert name in SENTENCES, name
    answer.set_cookie(COOKIE, name, max_age=LASTS_S, path=path, httponly=True, samesite="lax")


def forget(answer: Response, path: str) -> None:
    """It has been said."""
    answer.delete_cookie(COOKIE, path=path, httponly=True, samesite="lax")

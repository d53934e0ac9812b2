"""The languages of the pages: which one a visitor reads, and its words.

Texts stand in the code and the templates in English. `locales/<language>/LC_MESSAGES/labhub.po`
translates them; it is read when the first page in that language is made, so that nothing compiled
needs to be kept. `python -m tools.translations` brings the file up to date.
"""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Protocol

LANGUAGES = {"en": "English", "sv": "Svenska"}
"""What a visitor can choose, each named in its own language."""
DEFAULT = "en"
COOKIE = "labhub-language"


class Words(Protocol):
    """Gives texts in one language."""

    def gettext(self, message: str, /) -> str:
        """The text in this language."""
        ...

    def ngettext(self, one: str, many: str, number: int, /) -> str:
        """The text in this language, in singular or plural."""
        ...


def marked(message: str) -> str:
    """The text itself, marked for translation where it is kept before its language is known."""
    return message


def language_of(chosen: str, accepted: str) -> str:
    """The language of a visitor who chose one (a cookie), or whose browser accepts some.

    >>> language_of("", "sv-SE,sv;q=0.9,en;q=0.5")
    'sv'
    >>> language_of("en", "sv"), language_of("", "fi")
    ('en', 'en')
    """
    if chosen in LANGUAGES:
        return chosen
    return next((found for found in _ranked(accepted) if found in LANGUAGES), DEFAULT)


@cache
def words_in(language: str) -> Words:
    """The words of a language; English stands in the code itself."""
    if language == DEFAULT:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    file = files("labhub.service") / "locales" / language / "LC_MESSAGES" / "labhub.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(file.read_bytes()), locale=language))
    return GNUTranslations(io.BytesIO(compiled.getvalue()))


def _ranked(accepted: str) -> list[str]:
    """The languages of an Accept-Language header, the dearest first, without their regions."""
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        wishes.append((_quality(parameter), tag.partition("-")[0].lower()))
    ranked = sorted(wishes, key=lambda wish: -wish[0])  # stable: the header's order among equals
    return [tag for quality, tag in ranked if quality > 0]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0

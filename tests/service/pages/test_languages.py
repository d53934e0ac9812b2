"""Every text of the pages is there in every language."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from labhub.service.pages.languages import LANGUAGES, language_of, words_in
from labhub.service.pages.times import Moments
from tools.translations import texts, translations

FOREIGN = sorted(set(LANGUAGES) - {"en"})
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%%|%\w")


@pytest.mark.parametrize("language", FOREIGN)
def test_every_text_has_a_translation_and_no_translation_is_left_over(language: str) -> None:
    known = translations(language)
    translated = {each.id for each in known if each.id and all(_forms(each.string))}
    assert translated == {each.id for each in texts() if each.id}, (
        "run: python -m tools.translations, and translate what is new"
    )


@pytest.mark.parametrize("language", FOREIGN)
def test_translations_have_the_placeholders_of_their_texts(language: str) -> None:
    for each in translations(language):
        wanted = set(PLACEHOLDER.findall(_forms(each.id)[-1]))
        for form in filter(None, _forms(each.string)):
            assert set(PLACEHOLDER.findall(form)) == wanted, each.id


def test_plurals_follow_the_number() -> None:
    words = words_in("sv")
    one, many = "%(num)s student", "%(num)s students"
    assert words.ngettext(one, many, 1) % {"num": 1} == "1 student"
    assert words.ngettext(one, many, 2) % {"num": 2} == "2 studenter"


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "sv", "sv"),
        ("", "de, sv;q=0.7, en;q=0.3", "sv"),
        ("", "sv;q=0.2, en-GB;q=0.8", "en"),
        ("", "sv;q=0, en", "en"),
        ("", "sv;q=nonsense", "en"),
        ("en", "sv", "en"),
        ("xx", "sv", "sv"),
    ],
)
def test_a_choice_wins_over_what_the_browser_accepts(
    chosen: str, accepted: str, language: str
) -> None:
    assert language_of(chosen, accepted) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_moments(language: str) -> None:
    now = datetime(2027, 2, 7, 12, tzinfo=UTC)
    moments = Moments(language, UTC, now)
    assert moments.far(now)
    assert "2027" in moments.say(now)
    assert "2027" not in moments.say_short(now)
    assert "2026" in moments.say_short(now - timedelta(days=300))


def _forms(text: object) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (str(text),)

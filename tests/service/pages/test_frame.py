"""What every page has in common: language, headers, sections, words of refusals."""

import re

import pytest

from labhub.errors import LabhubError
from labhub.exchange.handin import errors as handin_errors
from labhub.service.identity import Role
from labhub.service.pages.flashes import SENTENCES, parse
from labhub.service.pages.languages import words_in
from labhub.service.pages.links import Links, static_file
from labhub.service.pages.navigation import tabs
from labhub.service.pages.refusals import CODES, STATUS, refusal_of
from tests.service.pages.conftest import Campus
from tests.service.stand import PREFIX

FOR_STAFF = (handin_errors.NothingToReleaseError,)
PAGES = ("", "ps1/", "ps2/", "group", "token", "nothing/")


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_nothing_from_elsewhere_and_hold_no_script_or_style(
    campus: Campus, path: str
) -> None:
    page = campus.browser("ada").get(path)
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text
    assert not re.search(r"<script(?! src=\"/services/labhub/static/)", page.text)
    assert not re.search(r"\s(style|on\w+)=", page.text)
    assert page.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_follows_the_language_of_the_browser(campus: Campus, path: str) -> None:
    page = campus.browser("ada").get(path, **{"Accept-Language": "sv-SE,en;q=0.5"})
    assert page.headers["content-language"] == "sv"
    assert '<html lang="sv">' in page.text
    assert "Logga ut" in page.text


def test_a_chosen_language_stays(campus: Campus) -> None:
    ada = campus.browser("ada")
    page = ada.post("/language", "", language="sv", back=f"{PREFIX}/dl/group")
    assert str(page.url).endswith("/dl/group")
    assert "Sidorna är på svenska nu." in page.text
    assert '<html lang="sv">' in ada.get("").text


@pytest.mark.parametrize("back", ["https://elsewhere.invalid/", "//elsewhere.invalid", "/hub/"])
def test_the_way_back_stays_inside(campus: Campus, back: str) -> None:
    ada = campus.browser("ada", follow=False)
    reply = ada.post("/language", "", language="sv", back=back)
    assert reply.headers["location"] == f"{PREFIX}/"


def test_an_unknown_language_changes_nothing(campus: Campus) -> None:
    assert '<html lang="en">' in campus.browser("ada").post("/language", "", language="xx").text


def test_static_files_are_there_and_nothing_else_is(campus: Campus) -> None:
    nobody = campus.browser("")
    for name in ("labhub.css", "labhub.js", "icon.svg"):
        reply = nobody.get(f"/static/{name}")
        assert reply.status_code == 200
        assert "immutable" in reply.headers["cache-control"]
    assert nobody.get("/static/labhub.py").status_code == 404
    assert static_file("../pages/links.py") is None


def test_a_page_that_is_not_there_says_where_to_go(campus: Campus) -> None:
    page = campus.browser("ada").get("no-such-lab/")
    assert page.status_code == 404
    assert "The course dl has no assignment" in page.text
    assert "To my assignments" in page.text


def test_who_has_no_part_in_the_course_reads_whom_to_ask(campus: Campus) -> None:
    page = campus.browser("mallory").get("")
    assert page.status_code == 403
    assert "You may not do that" in page.text
    assert "Ask the staff of the course to enrol you" in page.text


def test_every_refusal_of_a_hand_in_has_words_of_its_own() -> None:
    leaves = [
        each
        for each in vars(handin_errors).values()
        if isinstance(each, type)
        and issubclass(each, LabhubError)
        and each.__module__ == handin_errors.__name__
    ]
    assert leaves
    for error in leaves:
        if error.http_status < 500 and error not in FOR_STAFF:
            assert error.code in CODES, f"{error.code} needs words in refusals.CODES"


def test_a_refusal_says_its_own_hint_in_english_and_ours_in_swedish() -> None:
    error = handin_errors.HandInClosedError("Lab 1 is closed.", hint="Ask.")
    english = refusal_of(error, "en", words_in("en"))
    assert (english.hint, english.hint_language) == ("Ask.", "en")
    swedish = refusal_of(error, "sv", words_in("sv"))
    assert swedish.title == "För sent: inget tas emot längre"
    assert swedish.hint_language == "sv"
    assert swedish.message == "Lab 1 is closed."


def test_an_error_of_ours_says_that_it_is_ours() -> None:
    found = refusal_of(LabhubError("Broken."), "en", words_in("en"))
    assert found.ours
    assert found.title == "Something went wrong on our side"
    assert 507 in STATUS


def test_only_our_own_sentences_are_said() -> None:
    assert parse("<script>") is None
    assert all(parse(name) for name in SENTENCES)


def test_sections_depend_on_the_role_and_the_deepest_one_is_the_current() -> None:
    links, words = Links("/s/"), words_in("en")
    student = tabs(links, "dl", Role.STUDENT, "/s/dl/group", words, together=True)
    assert [tab.label for tab in student if tab.current] == ["My group"]
    alone = tabs(links, "dl", Role.STUDENT, "/s/dl/ps1/", words, together=False)
    assert "My group" not in [tab.label for tab in alone]
    assert [tab.label for tab in alone if tab.current] == ["Assignments"]


def test_addresses_are_quoted() -> None:
    links = Links("/s/")
    assert links.assignment("a b", "c/d") == "/s/a%20b/c/d/"
    assert links.feedback("dl", 3, "page 1.html") == "/s/dl/feedback/3/page%201.html"

"""Forms, packages and letters of a peer review, without names."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from labhub.course.rule_model import FormRow
from labhub.exchange.anonymise import Identity, Scrubber
from labhub.exchange.peer.errors import BadFormError
from labhub.exchange.peer.forms import empty_form, read_form
from labhub.exchange.peer.packages import (
    Paper,
    filled_forms,
    letter,
    write_answers,
    write_letters,
    write_packages,
)
from labhub.exchange.peer.pseudonyms import pseudonymous_pairs, pseudonymous_works
from labhub.exchange.store.reviewing import (
    Reply,
    ReviewedWork,
    ReviewPair,
    Round,
    WrittenReview,
)
from labhub.ids import AssignmentId, StudentId
from labhub.policy.allocations import Pair, Work, allocate
from labhub.policy.reviews import Review

ROWS = (FormRow("method", "Is it right?", 8.0), FormRow("sources", "Are they named?", 2.0))
ANN, BO, CIA = (StudentId(name) for name in ("ann", "bo", "cia"))
LAB = AssignmentId("lab1")


def filled(method: str = "6", sources: str = "1,5") -> str:
    text = empty_form("work-01", ROWS, "Friday")
    text = text.replace("Points (0 to 8):", f"Points (0 to 8): {method}")
    text = text.replace("Points (0 to 2):", f"Points: {sources}")
    return text.replace("Why:", "Why: Clear.", 1) + "Well done."


def test_a_filled_form_gives_points_and_text() -> None:
    form = read_form(filled(), ROWS, "form")
    assert form.points == {"method": Fraction(6), "sources": Fraction(3, 2)}
    assert form.share(ROWS) == Fraction(3, 4)
    assert form.text == "Clear.\n\nWell done."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (empty_form("w", ROWS, "x"), "form: [method] says nothing; expected points from 0 to 8."),
        (filled("nine"), "[method] says 'nine'; expected points"),
        (filled("9"), "[method] says '9'"),
        (filled("-1"), "[method] says '-1'"),
        (filled("1/0"), "[method] says '1/0'"),
        (filled(sources="3"), "[sources] says '3'; expected points from 0 to 2"),
        ("# Review", "the part '## [method]' is missing"),
    ],
)
def test_a_form_that_is_not_filled_in_right_is_named(text: str, words: str) -> None:
    with pytest.raises(BadFormError) as caught:
        read_form(text, ROWS, "form")
    assert words in str(caught.value)


def test_pseudonyms_stay_when_the_allocation_changes() -> None:
    works = [Work(f"g{n}", frozenset({StudentId(f"s{n}")})) for n in range(6)]
    people = [StudentId(f"s{n}") for n in range(6)]
    found = allocate(works, people, seed="a")
    named = pseudonymous_works(works, Round(LAB), "a")
    pairs = pseudonymous_pairs(found, Round(LAB), "a")
    held = Round(LAB, tuple(named), tuple(pairs))
    assert sorted(work.pseudonym for work in named) == [f"work-{n:02}" for n in range(1, 7)]
    assert [work.pseudonym for work in named] != sorted(work.pseudonym for work in named)
    more = [*works, Work("g9", frozenset({StudentId("s9")}))]
    again = pseudonymous_works(more, held, "b")
    assert again[:6] == named
    assert again[6].pseudonym == "work-07"
    assert pseudonymous_pairs(found, held, "b") == pairs


def test_the_reviewers_of_a_work_have_different_pseudonyms() -> None:
    works = [Work("g", frozenset({ANN}))]
    people = [StudentId(f"s{n}") for n in range(30)]
    from labhub.policy.allocations import ReviewRules

    found = allocate(works, people, seed="a", rules=ReviewRules(30, 30))
    names = {each.pseudonym for each in pseudonymous_pairs(found, Round(LAB), "a")}
    assert len(names) == 30
    assert {"Reviewer A", "Reviewer Z", "Reviewer 27"} <= names


def held_round() -> Round:
    pair = Pair(BO, "g1")
    review = Review(pair, Fraction(3, 4), "Bo says: well done, Ann.")
    return Round(
        LAB,
        (ReviewedWork("g1", "work-07", frozenset({ANN})),),
        (ReviewPair(pair, "Reviewer B"), ReviewPair(Pair(CIA, "g1"), "Reviewer A")),
        (WrittenReview(review, {"method": "6"}, datetime(2026, 9, 1, tzinfo=UTC)),),
    )


def test_packages_name_nobody_and_keep_what_was_begun(tmp_path: Path) -> None:
    source = tmp_path / "submitted"
    source.mkdir()
    cells = [{"cell_type": "markdown", "source": "By Ann Ek", "metadata": {}}]
    raw = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (source / "lab_ann.ipynb").write_text(json.dumps(raw))
    papers = {"g1": Paper(source, (Identity("ann", "Ann Ek"),))}
    to = tmp_path / "out"
    assert write_packages(to, held_round(), papers, ROWS, "Friday") == 2
    folder = to / "bo" / "work-07"
    assert "Ann" not in (folder / "hand-in-1.ipynb").read_text()
    (folder / "review.md").write_text(filled())
    write_packages(to, held_round(), papers, ROWS, "Friday")
    assert (folder / "review.md").read_text() == filled()
    forms = dict(filled_forms(to, held_round()))
    assert set(forms) == {Pair(BO, "g1"), Pair(CIA, "g1")}


def test_reviewers_read_answers_without_names_and_stars(tmp_path: Path) -> None:
    replies = (
        Reply(Pair(BO, "g1"), 5, "Thank you, says Ann", ANN),
        Reply(Pair(CIA, "g1"), 2, "", ANN),
    )
    held = replace(held_round(), replies=replies)
    authors = {"g1": Scrubber((Identity("ann", "Ann Ek"), Identity("g1")))}
    assert write_answers(tmp_path, held, authors) == 1
    text = (tmp_path / "bo" / "answers.md").read_text()
    assert text == "# Answers to your reviews\n\n## work-07\n\nThank you, says [name]\n"


def test_letters_show_reviewers_by_pseudonym(tmp_path: Path) -> None:
    people = {BO: Identity("bo", "Bo Berg"), CIA: Identity("cia")}
    assert write_letters(tmp_path, held_round(), people, "Friday") == 1
    text = (tmp_path / "ann" / "reviews.md").read_text()
    assert text == letter(held_round(), "g1", people, "Friday")
    assert "## Reviewer A\n\nHas not come." in text
    assert "Points: 75 % of what there is." in text
    assert "- method: 6" in text
    assert "Berg" not in text

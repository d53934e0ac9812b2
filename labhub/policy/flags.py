"""Flags: reviews that a member of the staff should look at. A flag costs nobody anything."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from labhub.policy.allocations import Pair
from labhub.policy.reviews import Review
from labhub.policy.words import say_count, say_list

WORD = re.compile(r"\w+")


class FlagKind(StrEnum):
    """What is odd about a review."""

    MISSING = "missing"
    EMPTY = "empty"
    COPIED = "copied"
    ABUSIVE = "abusive"


@dataclass(frozen=True)
class Flag:
    """One reason to look at one review."""

    kind: FlagKind
    pair: Pair
    words: str


INSULTS = frozenset(
    {"idiot", "idiots", "idiotic", "moron", "morons", "moronic", "stupid", "imbecile", "loser"}
    | {"retard", "retarded", "pathetic", "crap", "shit", "bullshit", "fuck", "fucking", "asshole"}
    | {"bitch", "idioter", "idiotisk", "korkad", "jävla"}
)
"""Words that have no place in a review, in English and Swedish. A course may pass its own."""


@dataclass(frozen=True)
class FlagRules:
    """Where a review begins to look odd."""

    fewest_words: int = 20
    phrase: int = 5
    """Words in a row that are compared between reviews."""
    alike: float = 0.6
    """Flagged when this share of the shorter review's phrases stands in the other one."""
    insults: frozenset[str] = INSULTS


def flags(
    pairs: Iterable[Pair], reviews: Collection[Review], rules: FlagRules | None = None
) -> tuple[Flag, ...]:
    """Every flag, in order of the pair and of the kind."""
    rules = rules or FlagRules()
    found = [*_missing(pairs, reviews)]
    for review in reviews:
        found += [*_empty(review, rules), *_abusive(review, rules)]
    found += _copied(reviews, rules)
    return tuple(sorted(found, key=lambda flag: (flag.pair, flag.kind, flag.words)))


def _missing(pairs: Iterable[Pair], reviews: Collection[Review]) -> Iterator[Flag]:
    written = {review.pair for review in reviews}
    for pair in pairs:
        if pair not in written:
            yield Flag(FlagKind.MISSING, pair, "Nothing was handed in.")


def _empty(review: Review, rules: FlagRules) -> Iterator[Flag]:
    number = len(_words(review))
    if number < rules.fewest_words:
        words = f"It has {say_count(number, 'word')}, fewer than {rules.fewest_words}."
        yield Flag(FlagKind.EMPTY, review.pair, words)


def _abusive(review: Review, rules: FlagRules) -> Iterator[Flag]:
    insults = sorted(rules.insults & set(_words(review)))
    if insults:
        words = f"It says {say_list([f'“{word}”' for word in insults])}."
        yield Flag(FlagKind.ABUSIVE, review.pair, words)


def _copied(reviews: Collection[Review], rules: FlagRules) -> Iterator[Flag]:
    """Both sides of two reviews that share most of their phrases."""
    phrases = {review.pair: _phrases(review, rules.phrase) for review in reviews}
    for one, other in sorted(_sharing(phrases)):
        shared = len(phrases[one] & phrases[other])
        shorter = min(len(phrases[one]), len(phrases[other]))
        if shared >= rules.alike * shorter:
            percent = round(100 * shared / shorter)
            yield Flag(FlagKind.COPIED, one, _say_alike(one, other, percent))
            yield Flag(FlagKind.COPIED, other, _say_alike(other, one, percent))


def _sharing(phrases: dict[Pair, set[tuple[str, ...]]]) -> set[tuple[Pair, Pair]]:
    """The pairs of reviews that have at least one phrase in common."""
    having: dict[tuple[str, ...], list[Pair]] = {}
    for pair in sorted(phrases):
        for phrase in phrases[pair]:
            having.setdefault(phrase, []).append(pair)
    return {two for there in having.values() for two in combinations(there, 2)}


def _phrases(review: Review, length: int) -> set[tuple[str, ...]]:
    words = _words(review)
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


def _words(review: Review) -> list[str]:
    return WORD.findall(review.text.casefold())


def _say_alike(one: Pair, other: Pair, percent: int) -> str:
    whose = "own review" if one.reviewer == other.reviewer else f"review by {other.reviewer}"
    return f"{percent} % of the phrases stand in the {whose} of {other.work} too."

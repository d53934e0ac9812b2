"""States as a page shows them: a sign, a word and a tint, so that no colour speaks alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chip:
    """A state. `tone` is a class of the style sheet: `good`, `part`, `bad` or `wait`."""

    sign: str
    word: str
    tone: str


def good(word: str, sign: str = "✓") -> Chip:
    """What is as it should be."""
    return Chip(sign, word, "good")


def part(word: str, sign: str = "!") -> Chip:
    """What wants attention."""
    return Chip(sign, word, "part")


def bad(word: str, sign: str = "✗") -> Chip:
    """What went wrong."""
    return Chip(sign, word, "bad")


def wait(word: str, sign: str = "·") -> Chip:
    """What is not there yet."""
    return Chip(sign, word, "wait")

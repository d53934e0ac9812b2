"""What a cell says, in forms that can be compared: key, anchor comment, likeness."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from itertools import pairwise

Shingles = frozenset[tuple[str, ...]]

_WORD = re.compile(r"\w+|[^\w\s]")
_ANCHOR = re.compile(r"\s*(?:#|//|<!--)\s*(\[[^\]\n]{1,40}\])[^\n]*")
_STUB_LINE = re.compile(
    r"your (?:code|answer|solution) here|NotImplemented|^\s*pass\s*$", re.IGNORECASE
)
_MOST_CHARS = 20_000
"""Compared of one cell; a longer one is compared by its beginning."""


class Text:
    """The source of one cell, with what comparing it needs (worked out once, when asked for)."""

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def key(self) -> str:
        """The source with all white space collapsed: equal for what editors reformat."""
        return " ".join(self.source.split())

    @cached_property
    def tag(self) -> str:
        """The bracketed name of a first-line comment such as `# [1.3] softmax`; may be empty."""
        found = _ANCHOR.match(self.source)
        return found[1] if found else ""

    @cached_property
    def shingles(self) -> Shingles:
        """Pairs of neighbouring words, without the lines that only mark an empty answer."""
        lines = self.source[:_MOST_CHARS].split("\n")
        told = "\n".join(line for line in lines if not _STUB_LINE.search(line))
        words = _WORD.findall(told)
        return frozenset(pairwise(words)) or frozenset((word,) for word in words)

    def likeness(self, other: "Text") -> float:
        """How much of both texts is common, 0 to 1."""
        total = len(self.shingles) + len(other.shingles)
        return 2 * len(self.shingles & other.shingles) / total if total else 0.0

    def holds(self, stub: "Text") -> float:
        """How much of a released, empty answer is left in this one, 0 to 1."""
        return len(self.shingles & stub.shingles) / len(stub.shingles) if stub.shingles else 0.0


def unique_tags(texts: Iterable[Text]) -> frozenset[str]:
    """The anchors that exactly one of these texts bears."""
    counts = Counter(text.tag for text in texts if text.tag)
    return frozenset(tag for tag, count in counts.items() if count == 1)

"""The points on a released feedback page, read back from the page itself.

What the student sees is what was released, to the point: the gradebook may have moved on since.
A page that another program made has no points for us; it can be read all the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

from labhub.feedback.view import percent
from labhub.service.pages.states import Chip

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_VOID = frozenset({"meta", "link", "img", "br", "hr", "input", "rect", "path", "circle"})


@dataclass(frozen=True)
class Part:
    """One marked cell."""

    label: str
    state: Chip
    """The word is the page's own, in English."""
    sentence: str
    points: str
    comment: str = ""


@dataclass(frozen=True)
class Exercise:
    """One exercise with its points, e.g. `3.5 / 5`."""

    title: str
    points: str
    parts: tuple[Part, ...]

    @property
    def share(self) -> float:
        """Earned of possible, in percent."""
        earned, possible = [*_floats(self.points), 0.0, 0.0][:2]
        return percent(earned, possible)


@dataclass(frozen=True)
class ReleasedPage:
    """The points of one notebook."""

    earned: float
    possible: float
    pending: float
    exercises: tuple[Exercise, ...]
    notes: tuple[str, ...] = ()
    """What the page says about lateness, problems and repairs, in English."""


def read_page(html: str) -> ReleasedPage | None:
    """The points on a feedback page of ours; None for another page."""
    reader = _Reader()
    reader.feed(html.partition('<section id="notebook"')[0])
    possible = _floats(reader.of)
    earned = _floats(reader.earned)
    if not (possible and earned):
        return None
    pending = _floats(reader.pending)
    return ReleasedPage(
        earned[0],
        possible[0],
        pending[0] if pending else 0.0,
        tuple(
            Exercise(
                _clean(found.texts.get("title", "")),
                _clean(found.texts.get("points", "")),
                tuple(_part(texts) for texts in found.parts),
            )
            for found in reader.exercises
        ),
        tuple(_clean(note) for note in reader.notes),
    )


def _part(texts: dict[str, str]) -> Part:
    sign, _, word = _clean(texts.get("state", "")).partition(" ")
    return Part(
        label=_clean(texts.get("label", "")),
        state=Chip(sign, word, texts.get("tone", "wait")),
        sentence=_clean(texts.get("sentence", "")),
        points=_clean(texts.get("points", "")),
        comment=_clean(texts.get("comment", "")),
    )


@dataclass
class _Found:
    texts: dict[str, str] = field(default_factory=dict)
    parts: list[dict[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Follows the page's own elements; what a student wrote stands behind them, not before."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, Sequence[str]]] = []
        self.earned = self.of = self.pending = ""
        self.exercises: list[_Found] = []
        self.notes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where we are."""
        if tag in _VOID:
            return
        classes = (dict(attrs).get("class") or "").split()
        self.open.append((tag, classes))
        if tag == "article" and "exercise" in classes:
            self.exercises.append(_Found())
        if tag == "li" and self._inside("parts"):
            self.exercises[-1].parts.append({})
        if tag == "li" and self._inside("notes"):
            self.notes.append("")
        if "tone" in classes and self._inside("parts"):
            self.exercises[-1].parts[-1]["tone"] = classes[-1]

    def handle_endtag(self, tag: str) -> None:
        """Leave the element, and whatever was not closed in it."""
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place][0] == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Keep text where it belongs."""
        if self._inside("score"):
            self._score(data)
        elif self._inside("notes") and self.notes:
            self.notes[-1] += data + (": " if self._here()[0] == "b" else "")
        elif self._inside("parts") and self.exercises[-1].parts:
            self._add(self.exercises[-1].parts[-1], self._part_key(), data)
        elif self._inside("exercise"):
            tag, classes = self._here()
            key = "title" if tag == "h3" else "points" if "points" in classes else ""
            self._add(self.exercises[-1].texts, key, data)

    def _score(self, data: str) -> None:
        tag = self._here()[0]
        if tag == "strong":
            self.earned += data
        elif tag == "span":
            self.of += data
        elif tag == "p":
            self.pending += data

    def _part_key(self) -> str:
        tag, classes = self._here()
        if self._inside("comment"):
            return "" if tag == "b" else "comment"
        if self._inside("tone"):
            return "state"
        if "points" in classes:
            return "points"
        return {"a": "label", "span": "sentence"}.get(tag, "")

    def _here(self) -> tuple[str, Sequence[str]]:
        return self.open[-1] if self.open else ("", ())

    def _inside(self, name: str) -> bool:
        return any(name in classes for _, classes in self.open)

    @staticmethod
    def _add(texts: dict[str, str], key: str, data: str) -> None:
        if key:
            texts[key] = texts.get(key, "") + data


def _floats(text: str) -> list[float]:
    return [float(found) for found in _NUMBER.findall(text)]


def _clean(text: str) -> str:
    return " ".join(text.split())

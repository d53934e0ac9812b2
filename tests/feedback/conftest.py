"""A page with every kind of cell, and a reader that sees HTML as a browser's parser does."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from labhub.feedback import CellKind, ExerciseFeedback, FeedbackCell, FeedbackPage, Mark
from labhub.grading.model import TestStatus


@dataclass
class Seen(HTMLParser):
    """All tags with their attributes, and all text."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self):
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]

    @property
    def text(self):
        return " ".join("".join(self.texts).split())


@pytest.fixture
def see():
    def read(html):
        seen = Seen()
        seen.feed(html)
        seen.close()
        return seen

    return read


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


@pytest.fixture
def page():
    """Builds a page around one student cell; the rest is a small, ordinary notebook."""

    def build(*outputs, source="x = 1", cell_type="code", attachments=None, **fields):
        cells = (
            FeedbackCell(CellKind.GIVEN, "markdown", "# Lab\n\nRead <b>all</b> of $\\alpha^2$."),
            FeedbackCell(
                CellKind.ANSWER,
                cell_type,
                source,
                outputs=outputs,
                attachments=attachments or {},
                grade_id="l1m-a",
                mark=Mark(None, 5),
                exercise="1.1",
            ),
            FeedbackCell(
                CellKind.TEST,
                "code",
                "assert visible(1)",
                outputs=(stream("HIDDEN-OUTPUT expected 41.5"),),
                grade_id="l1e01-t1",
                mark=Mark(1, 2),
                status=TestStatus.PARTIAL,
                law="rows sum to one",
                exercise="1.1",
            ),
        )
        known = {
            "student": "s1",
            "assignment": "Lab 1",
            "notebook_id": "lab1",
            "cells": cells,
            "exercises": (ExerciseFeedback("1.1", "1.1 Softmax"),),
        }
        return FeedbackPage(**(known | fields))

    return build

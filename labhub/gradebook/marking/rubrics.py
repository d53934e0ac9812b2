"""The rubric of a written question, read from its anchor answers in the instructor's notebook.

An anchor answer stands in the solution of the question's cell, one paragraph per level, which
begins with the level's name and points in bold: `**Half (about 2.5).** States the rule ...`.
"""

import re
from dataclasses import dataclass
from itertools import zip_longest

import nbformat
from nbformat import NotebookNode

from labhub.authoring.notebook import SOLUTION, split_lines
from labhub.gradebook.plan import NotebookPlan
from labhub.ids import GradeId

HEADING = re.compile(r"^\*\*(?P<title>[^*\n]{1,80})\*\*", re.MULTILINE)
POINTS = re.compile(r"\.? ?\((?:about )?(?P<points>\d+(?:\.\d+)?)(?: of \d+(?:\.\d+)?)?\)")


@dataclass(frozen=True)
class RubricRow:
    """One level of an answer."""

    title: str
    points: float
    text: str
    """Markdown: what an answer of this level says."""


@dataclass(frozen=True)
class Rubric:
    """The levels, the best first, and what else the instructor wrote down for TAs."""

    rows: tuple[RubricRow, ...] = ()
    notes: str = ""
    """Markdown, such as frequent misconceptions."""


def rubrics_of(part: NotebookPlan) -> dict[GradeId, Rubric]:
    """The rubrics of a notebook by cell; a cell for which the instructor wrote none is left out."""
    if part.source is None:
        return {}
    notebook = nbformat.read(part.source, as_version=4)
    texts = {_grade_id(cell): split_lines(cell.source, SOLUTION)[1] for cell in notebook.cells}
    return {
        cell: read_rubric("\n".join(texts[cell]))
        for cell, planned in part.cells.items()
        if planned.is_graded and not planned.is_test and texts.get(cell)
    }


def read_rubric(text: str) -> Rubric:
    """The rubric in a text; paragraphs without points are notes.

    >>> read_rubric("**Full (2 of 2).** Both.\\n\\n**None (0).** Neither.\\n").rows
    (RubricRow(title='Full', points=2.0, text='Both.'), RubricRow(title='None', points=0.0, \
text='Neither.'))
    """
    rows, notes = [], []
    headings = list(HEADING.finditer(text))
    for heading, following in zip_longest(headings, headings[1:]):
        body = text[heading.end() : following.start() if following else None].strip()
        if points := POINTS.search(heading["title"]):
            title = POINTS.sub("", heading["title"]).strip(" .").replace(" ,", ",")
            rows.append(RubricRow(title, float(points["points"]), body))
        elif body:
            notes.append(f"{heading[0]} {body}")
    rows.sort(key=lambda row: -row.points)
    return Rubric(tuple(rows), "\n\n".join(notes))


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))

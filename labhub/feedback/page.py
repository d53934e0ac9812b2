"""One page of HTML: the points, the laws that failed, and the notebook as it was graded.

The page holds no script, loads nothing and sends nothing; its policy allows one style sheet, its
own, by hash. Whatever a student wrote stands in a frame and has been made inert before.
"""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from labhub.feedback import view
from labhub.feedback.code import render_code
from labhub.feedback.model import CellKind, FeedbackCell, FeedbackPage
from labhub.feedback.outputs import render_outputs
from labhub.feedback.sanitise import as_text
from labhub.feedback.words import render_words

_LABELS = {CellKind.GIVEN: "Given", CellKind.ANSWER: "Your answer", CellKind.EXTRA: "Your own cell"}
_STAFF_LABELS = {CellKind.GIVEN: "Given", CellKind.ANSWER: "Answer", CellKind.EXTRA: "Added cell"}


@dataclass(frozen=True)
class CellView:
    """One cell, ready for the template: every text of it is escaped or cleaned."""

    anchor: str
    name: str
    label: str
    is_test: bool
    is_given: bool
    is_words: bool
    body: Markup
    tag: str
    """Of a test: what `body` is; else: what `outputs` are."""
    outputs: list[Markup]
    verdict: view.Verdict
    points: str
    sentence: str
    comment: str
    in_process: bool


def render_page(page: FeedbackPage) -> str:
    """The whole page as HTML, to be written as UTF-8."""
    sheet = style()
    return _template("page.html").render(
        page=page,
        policy=policy(sheet),
        style=Markup(sheet),  # noqa: S704 - our own file
        share=view.percent(page.earned, page.possible),
        waiting=view.percent(page.pending, page.possible),
        exercises=view.exercises(page),
        cells=[_cell(at, cell) for at, cell in enumerate(page.cells)],
    )


def render_answer(title: str, cells: Sequence[FeedbackCell]) -> str:
    """The cells of one exercise as HTML for staff: tests with their whole source and output.

    Never for a student; `policy(style())` and a sandbox belong into the header of the answer.
    """
    return _template("answer.html").render(
        title=title,
        style=Markup(style()),  # noqa: S704 - our own file
        cells=[_cell(at, cell, for_staff=True) for at, cell in enumerate(cells)],
    )


def policy(sheet: str) -> str:
    """The page's Content-Security-Policy: nothing but its own style and pictures inside it."""
    digest = b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def style() -> str:
    """The style sheet of the page."""
    return _file("style.css")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        autoescape=True, loader=FunctionLoader(_file), undefined=StrictUndefined
    )
    environment.filters |= {
        "shown": as_text,
        "words": render_words,
        "number": view.number,
        "moment": _moment,
    }
    return environment.get_template(name)


def _file(name: str) -> str:
    return (files("labhub.feedback") / "templates" / name).read_text(encoding="utf-8")


def _moment(time: datetime) -> str:
    return f"{time:%-d %B %Y, %H:%M} {time:%Z}".strip()


def _cell(at: int, cell: FeedbackCell, *, for_staff: bool = False) -> CellView:
    is_test = cell.kind is CellKind.TEST
    is_words = cell.cell_type == "markdown" and not is_test
    is_given = cell.kind is CellKind.GIVEN
    labels = _STAFF_LABELS if for_staff else _LABELS
    return CellView(
        anchor=view.anchor(at),
        name=str(cell.grade_id or ""),
        label=labels.get(cell.kind, "Test"),
        is_test=is_test,
        is_given=is_given,
        is_words=is_words,
        body=_body(cell, is_words=is_words),
        tag=_tag(cell.kind, for_staff=for_staff),
        # A test's own output would show its source: the verdict says what there is to say.
        outputs=[] if is_test and not for_staff else render_outputs(cell.outputs),
        verdict=view.verdict(cell),
        points=view.points(cell.mark) if cell.mark else "",
        sentence=view.sentence(cell),
        comment=cell.comment,
        in_process=cell.in_process,
    )


def _tag(kind: CellKind, *, for_staff: bool) -> str:
    if kind is CellKind.TEST:
        return "The whole test" if for_staff else "What you have seen of this test"
    return "Output" if for_staff or kind is CellKind.GIVEN else "Output of your code"


def _body(cell: FeedbackCell, *, is_words: bool) -> Markup:
    if is_words:
        is_given = cell.kind is CellKind.GIVEN
        return render_words(cell.source, cell.attachments, of_course=is_given)
    return render_code(cell.source) if cell.cell_type == "code" else as_text(cell.source)

"""The same on screen: a table of the points and the laws that failed."""

import io

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from labhub.feedback import view
from labhub.feedback.model import FeedbackPage
from labhub.feedback.text import plain

_STYLES = {"good": "green", "part": "yellow", "bad": "red", "wait": "dim"}
_BAR = 12


def render_table(page: FeedbackPage, *, width: int = 100, colour: bool = False) -> str:
    """The points of a page as text.

    Args:
        page: What the HTML page would show.
        width: Columns of the terminal.
        colour: Whether to add ANSI colours.
    """
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=colour, no_color=not colour, highlight=False
    )
    console.print(feedback_table(page))
    for word, sentences in (
        ("Problem", page.problems),
        ("Late", (page.late,) if page.late else ()),
        ("Mended", page.repairs),
        ("Comment", (page.comment,) if page.comment else ()),
    ):
        for sentence in sentences:
            console.print(Text(f"{word}: ", style="bold"), Text(plain(sentence)), sep="")
    return stream.getvalue()


def feedback_table(page: FeedbackPage) -> Table:
    """The points of a page as a table of rich."""
    total = f"{view.number(page.earned)} of {view.number(page.possible)} points"
    waiting = f", {view.number(page.pending)} still to be graded" if page.pending else ""
    title = Text(plain(f"{page.assignment} · {page.student} · {total}{waiting}"), style="bold")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Exercise", ratio=3)
    table.add_column("", no_wrap=True)
    table.add_column("Points", justify="right", no_wrap=True)
    table.add_column("What to look at", ratio=4)
    for exercise in view.exercises(page):
        full = round(_BAR * exercise.share / 100)
        bar = Text("█" * full + "░" * (_BAR - full), style="blue")
        table.add_row(Text(plain(exercise.title)), bar, exercise.points, _remarks(exercise))
    return table


def _remarks(exercise: view.Exercise) -> Text:
    lines = [
        Text(plain(f"{part.verdict.sign} {part.label}: {said}"), _STYLES[part.verdict.tone])
        for part in exercise.parts
        for said in (part.sentence, part.comment)
        if said
    ]
    return Text("\n").join(lines)

"""What the audience sees."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console, Group
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from labhub.hub.process import RunningHub
from tools.demo.stage import Cast
from tools.demo.verdicts import Verdict

COLOURS = {"ok": "green", "late": "yellow", "repaired": "cyan"}
SHOWN_STUDENTS = 3


class Screen:
    """Steps as they happen, then the summary, then the way in."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, words: str) -> Iterator[list[str]]:
        """Show a step and how long it took; what is put into the list stands beside it."""
        begin = time.monotonic()
        notes: list[str] = []
        with self._console.status(words):
            yield notes
        spent = f"{time.monotonic() - begin:5.1f} s"
        line = Text.assemble(("✓ ", "green"), f"{words:46}", (spent, "dim"), "  ", *notes)
        self._console.print(line)

    def say(self, words: str) -> None:
        """Show a line."""
        self._console.print(words)

    def summary(self, verdicts: Sequence[Verdict], out_of: float) -> None:
        """The class: each hand-in with its points, its status and why."""
        table = Table(box=box.SIMPLE_HEAD, title="The class", title_justify="left")
        for header in ("student", "the hand-in", "points of the tests", "", "status"):
            table.add_column(header)
        for each in verdicts:
            why = Text(each.sentence, style="dim") if each.sentence else ""
            table.add_row(
                each.hand_in.student,
                Group(each.hand_in.what, why) if why else each.hand_in.what,
                ProgressBar(total=out_of, completed=each.points, width=20),
                f"{each.points:g} of {out_of:g}",
                Text(each.status, style=COLOURS.get(each.status, "magenta")),
            )
        self._console.print(table)
        self._judge(verdicts)

    def _judge(self, verdicts: Sequence[Verdict]) -> None:
        mistakes = [mistake for each in verdicts for mistake in each.mistakes]
        for mistake in mistakes:
            self._console.print(Text(f"✗ {mistake}", style="red"))
        if not mistakes:
            self._console.print(
                f"[green]✓[/] all {len(verdicts)} hand-ins got the points and the status that "
                "they deserve"
            )

    def way_in(self, hub: RunningHub, cast: Cast, course_id: str) -> None:
        """Addresses and logins."""
        table = Table(box=box.SIMPLE_HEAD, title="The Hub is open", title_justify="left")
        for header in ("who", "address", "name", "password"):
            table.add_column(header, overflow="fold")
        formgrader = f"{hub.url}/services/{course_id}/"
        rows = [
            *(("instructor", formgrader, name) for name in cast.instructors),
            *(("TA", formgrader, name) for name in cast.tas),
            *(("student", f"{hub.url}/", name) for name in cast.students[:SHOWN_STUDENTS]),
        ]
        for who, address, name in rows:
            table.add_row(who, address, name, hub.settings.logins[name])
        self._console.print(table)
        self._console.print(f"All logins stand in {hub.settings.state_dir / 'hub.toml'}.")
        self._console.print("Ctrl-C closes the Hub.")

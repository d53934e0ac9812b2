"""The live table of a batch on a terminal: what has ended, progress, rate, time left."""

from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.console import Console, Group
    from rich.progress import Progress

    from labhub.gradebook.outcome import Outcome

SHOWN = 12
COLOURS = {"refused": "yellow", "failed": "red", "unchanged": "dim"}


class LiveTable:
    """Shows the latest outcomes and how far the batch is; leaves nothing behind when it ends."""

    def __init__(self, title: str, total: int, console: "Console | None" = None) -> None:
        from rich.console import Console
        from rich.live import Live

        self._latest: deque[Outcome] = deque(maxlen=SHOWN)
        self._progress = _progress()
        self._task = self._progress.add_task(title, total=total)
        self._live = Live(
            get_renderable=self._render,
            console=console or Console(stderr=True),
            transient=True,
            refresh_per_second=4,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def add(self, outcome: "Outcome") -> None:
        """Show a hand-in that has ended."""
        self._latest.append(outcome)
        self._progress.advance(self._task)

    def _render(self) -> "Group":
        from rich import box
        from rich.console import Group
        from rich.table import Table

        table = Table("student", "state", "points", "seconds", box=box.SIMPLE_HEAD)
        for each in self._latest:
            table.add_row(
                each.student,
                each.state,
                f"{each.score:g} of {each.max_score:g}",
                f"{each.wall_s:.1f}",
                style=COLOURS.get(each.standing, ""),
            )
        return Group(table, self._progress)


def _progress() -> "Progress":
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """Hand-ins per minute."""

        def render(self, task: Task) -> Text:
            speed = task.speed or 0.0
            return Text(f"{speed * 60:.0f}/min" if speed else "")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )

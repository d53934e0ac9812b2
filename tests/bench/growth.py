"""How seconds and memory grow with the class: a table and a plot."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.classes import make_course
from tests.bench.measure import Cost
from tests.bench.ways import ALL, CORES, LIMIT, once


@dataclass(frozen=True)
class Size:
    """One size of the class, graded by labhub and run by the limit."""

    students: int
    labhub: Cost
    limit: Cost
    memory: Cost
    """A run of its own: looking at memory costs time."""


def grow(lab: str, sizes: list[int]) -> list[Size]:
    """Grades classes of these sizes."""
    return [_measured(lab, students) for students in sizes]


def _measured(lab: str, students: int) -> Size:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        prepared = Path(name) / "prepared"
        make_course(prepared, lab, students)
        limit, labhub = once(LIMIT, prepared, lab), once(ALL, prepared, lab)
        return Size(students, labhub, limit, once(ALL, prepared, lab, memory=True))


def show(console: Console, lab: str, grown: list[Size]) -> None:
    """The table of all sizes."""
    table = Table(title=f"{lab}: growth, {CORES} cores")
    headings = (
        "students", "wall s", "CPU s", "wall s each", "CPU s each", "wall / limit",
        "CPU over limit each", "peak MB, all", "peak MB, grader",
    )  # fmt: skip
    for heading in headings:
        table.add_column(heading, justify="right")
    for size in grown:
        labhub, limit, memory = size.labhub, size.limit, size.memory
        table.add_row(
            str(size.students), f"{labhub.wall_s:.1f}", f"{labhub.cpu_s:.1f}",
            f"{labhub.wall_s / size.students:.2f}", f"{labhub.cpu_s / size.students:.2f}",
            f"{labhub.wall_s / limit.wall_s:.2f}",
            f"{(labhub.cpu_s - limit.cpu_s) / size.students:.2f}",
            f"{memory.peak_pss_bytes / 1e6:.0f}", f"{memory.peak_grader_bytes / 1e6:.0f}",
        )  # fmt: skip
    console.print(table)
    if len(grown) > 1:
        _show_slopes(console, grown[0], grown[-1])


def _show_slopes(console: Console, first: Size, last: Size) -> None:
    """What one more hand-in costs, the start of everything left out."""
    more = last.students - first.students
    wall, cpu = (
        (last.labhub.wall_s - first.labhub.wall_s) / more,
        (last.labhub.cpu_s - first.labhub.cpu_s) / more,
    )
    own_cpu = (last.limit.cpu_s - first.limit.cpu_s) / more
    own_wall = (last.limit.wall_s - first.limit.wall_s) / more
    console.print(
        f"One more hand-in: {wall:.3f} s wall ({wall / own_wall:.2f} times the limit),"
        f" {cpu:.3f} s CPU, {cpu - own_cpu:.3f} s of it beyond the student's own cells."
    )


def draw(grown: list[Size], lab: str, target: Path) -> None:
    """Seconds per hand-in and memory against the size of the class."""
    import matplotlib.pyplot as plt

    sizes = [size.students for size in grown]
    figure, (seconds, memory) = plt.subplots(1, 2, figsize=(10, 4))
    seconds.plot(sizes, [s.labhub.wall_s / s.students for s in grown], "o-", label="labhub, wall")
    seconds.plot(sizes, [s.labhub.cpu_s / s.students for s in grown], "o--", label="labhub, CPU")
    seconds.plot(sizes, [s.limit.wall_s / s.students for s in grown], "s-", label="limit, wall")
    seconds.plot(sizes, [s.limit.cpu_s / s.students for s in grown], "s--", label="limit, CPU")
    seconds.set_ylabel("seconds per hand-in")
    memory.plot(sizes, [s.memory.peak_pss_bytes / 1e6 for s in grown], "o-", label="all processes")
    memory.plot(sizes, [s.memory.peak_grader_bytes / 1e6 for s in grown], "s-", label="the grader")
    memory.set_ylabel("peak memory, MB")
    for axes in (seconds, memory):
        axes.set_xlabel("hand-ins")
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.legend()
    figure.suptitle(f"{lab} on {CORES} cores")
    figure.tight_layout()
    figure.savefig(target, dpi=120)

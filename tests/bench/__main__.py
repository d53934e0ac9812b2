"""`make bench`: classes graded in four ways, in alternating rounds, and how the cost grows.

    python -m tests.bench [--lab torchlab] [--lab lab1_feedforward] [--students 24] [--rounds 3]
                          [--growth 6,24,96] [--plot FILE] [--without-nbgrader]
    python -m tests.bench --lab shortlab --rounds 0 --growth 100,1000

Prints wall and CPU seconds per submission as medians over the rounds, and ratios of the same
round against the limit and against nbgrader. Seconds of a shared machine differ from day to
day; ratios hold better.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import growth
from tests.bench.classes import make_course
from tests.bench.measure import Cost
from tests.bench.ways import ALL, CORES, LIMIT, NBGRADER, ONE, Way, once


def rounds_of(ways: list[Way], prepared: Path, lab: str, rounds: int) -> dict[Way, list[Cost]]:
    """Each way once per round, in turn, so that a busy minute hits all of them."""
    costs: dict[Way, list[Cost]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way in ways:
            costs[way].append(once(way, prepared, lab))
            print(f"{way.name}: {costs[way][-1].wall_s:.1f} s", file=sys.stderr)
    return costs


def show(console: Console, costs: dict[Way, list[Cost]], students: int, title: str) -> None:
    """The table of one class."""
    table = Table(title=title)
    for heading in (
        "way",
        "wall s",
        "CPU s",
        "wall s each",
        "CPU s each",
        "wall / limit",
        "nbgrader / wall",
    ):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for way, runs in costs.items():
        wall, cpu = (
            statistics.median(x) for x in ([r.wall_s for r in runs], [r.cpu_s for r in runs])
        )
        table.add_row(
            way.name, f"{wall:.1f}", f"{cpu:.1f}", f"{wall / students:.2f}", f"{cpu / students:.2f}",
            _ratio(runs, costs[LIMIT]), _ratio(costs.get(NBGRADER, []), runs),
        )  # fmt: skip
    console.print(table)


def _ratio(above: list[Cost], below: list[Cost]) -> str:
    ratios = [a.wall_s / b.wall_s for a, b in zip(above, below, strict=False)]
    return f"{statistics.median(ratios):.2f}" if ratios else ""


def bench(console: Console, lab: str, ways: list[Way], students: int, rounds: int) -> None:
    """One class, every way, every round."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        prepared = Path(name) / "prepared"
        make_course(prepared, lab, students)
        costs = rounds_of(ways, prepared, lab, rounds)
        further = once(ALL, prepared, lab, memory=True), once(ONE, prepared, lab, memory=True)
    show(console, costs, students, f"{lab}, {students} submissions, {CORES} cores")
    if CORES > 1:
        more = (further[0].peak_pss_bytes - further[1].peak_pss_bytes) / (CORES - 1)
        console.print(f"A further submission in flight: {more / 1e6:.0f} MB.")


def main() -> None:
    """Reads the options and prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--lab", action="append", dest="labs")
    parser.add_argument("--students", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", default="")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--without-nbgrader", action="store_true")
    options = parser.parse_args()
    labs = options.labs or ["torchlab"]
    console = Console(width=120)
    ways = [LIMIT, ONE, ALL, *([] if options.without_nbgrader else [NBGRADER])]
    if options.rounds:
        for lab in labs:
            bench(console, lab, ways, options.students, options.rounds)
    if options.growth:
        grown = growth.grow(labs[0], [int(size) for size in options.growth.split(",")])
        growth.show(console, labs[0], grown)
        if options.plot:
            growth.draw(grown, labs[0], options.plot)


if __name__ == "__main__":
    main()

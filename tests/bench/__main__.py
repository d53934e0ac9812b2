"""`make bench`: one class graded in four ways, in alternating rounds.

    python -m tests.bench [--lab torchlab|lab1_feedforward] [--students 24] [--rounds 3]
                          [--growth 6,24,96] [--plot FILE]

Prints wall and CPU seconds per submission as medians over the rounds, and ratios of the same
round against the limit and against nbgrader. Seconds of a shared machine differ from day to
day; ratios hold better.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.classes import REPOSITORY, make_course
from tests.bench.measure import Cost, measure

CORES = len(os.sched_getaffinity(0))
STARTUP = "get_ipython().run_line_magic('load_ext', 'labhub.authoring.magics')\n"


@dataclass(frozen=True)
class Way:
    """One way of grading a class."""

    name: str
    jobs: int = 0

    def command(self, course: Path, lab: str) -> list[str]:
        """The command line, to be run in the course folder."""
        if self.name == "nbgrader autograde":
            return ["nbgrader", "autograde", lab, "--log-level=ERROR"]
        if self.name == "limit":
            hand_ins = sorted(str(p) for p in course.glob(f"submitted/*/{lab}/{lab}.ipynb"))
            return [sys.executable, "-m", "tests.bench.limit", str(CORES), *hand_ins]
        return ["labhub", "autograde", lab, "--course-dir", ".", "--jobs", str(self.jobs)]


LIMIT, NBGRADER = Way("limit"), Way("nbgrader autograde")
ONE, ALL = Way("labhub, 1 job", 1), Way(f"labhub, {CORES} jobs", CORES)


def once(way: Way, prepared: Path, lab: str, *, memory: bool = False) -> Cost:
    """Grades a fresh copy of the prepared course in one way."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        course = Path(name) / "course"
        shutil.copytree(prepared, course)
        return measure(
            way.command(course, lab), cwd=course, env=_environment(course), memory=memory
        )


def _environment(course: Path) -> dict[str, str]:
    """One thread each, test mode; plain nbgrader's kernels know `reference` and `probe`."""
    startup = course / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-authoring.py").write_text(STARTUP)
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {
        **os.environ, **threads, "NNLAB_MODE": "test", "PYTHONPATH": str(REPOSITORY),
        "IPYTHONDIR": str(course / "ipython"),
    }  # fmt: skip


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


def growth(console: Console, lab: str, sizes: list[int], plot: Path | None) -> None:
    """How seconds and memory grow with the class."""
    table = Table(
        "students",
        "wall s each",
        "CPU s each",
        "limit wall s each",
        "peak MB",
        title=f"{lab}: growth",
    )
    grown: list[tuple[int, float, float]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            prepared = Path(name) / "prepared"
            make_course(prepared, lab, size)
            cost, limit = once(ALL, prepared, lab), once(LIMIT, prepared, lab)
            peak = once(ALL, prepared, lab, memory=True).peak_pss_bytes
        grown.append((size, cost.wall_s, limit.wall_s))
        table.add_row(
            str(size), f"{cost.wall_s / size:.2f}", f"{cost.cpu_s / size:.2f}",
            f"{limit.wall_s / size:.2f}", f"{peak / 1e6:.0f}",
        )  # fmt: skip
    console.print(table)
    if plot:
        _draw(grown, lab, plot)


def _draw(grown: list[tuple[int, float, float]], lab: str, plot: Path) -> None:
    import matplotlib.pyplot as plt

    sizes, walls, limits = zip(*grown, strict=True)
    figure, axes = plt.subplots(figsize=(6, 4))
    axes.plot(sizes, walls, "o-", label=ALL.name)
    axes.plot(sizes, limits, "s--", label="limit: the students' cells alone")
    axes.set_xlabel("submissions")
    axes.set_ylabel("wall seconds")
    axes.set_title(f"{lab} on {CORES} cores")
    axes.legend()
    figure.savefig(plot, dpi=120)


def main() -> None:
    """Reads the options and prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--lab", default="torchlab")
    parser.add_argument("--students", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--growth", default="")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--without-nbgrader", action="store_true")
    options = parser.parse_args()
    console = Console(width=120)
    ways = [LIMIT, ONE, ALL, *([] if options.without_nbgrader else [NBGRADER])]
    if options.rounds:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            prepared = Path(name) / "prepared"
            make_course(prepared, options.lab, options.students)
            costs = rounds_of(ways, prepared, options.lab, options.rounds)
        show(
            console,
            costs,
            options.students,
            f"{options.lab}, {options.students} submissions, {CORES} cores",
        )
    if options.growth:
        growth(console, options.lab, [int(n) for n in options.growth.split(",")], options.plot)


if __name__ == "__main__":
    main()

"""How `labhub check` speaks: progress while it runs, then what it found."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from labhub.cli.common import say, say_table

if TYPE_CHECKING:
    from labhub.grading.check import CheckReport, Step, Verdict
    from labhub.grading.check.margins import Margin

NEAR = 0.5
"""The share of the room to a limit from which on a value is shown."""
MOST_MARGINS = 12


@contextmanager
def watched_check(title: str) -> "Iterator[Callable[[Step], None]]":
    """A callback that shows the progress of a check, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title)

        def show(step: "Step") -> None:
            text = f"{title}: {step.stage} {step.label}"
            bar.update(task, description=text, completed=step.done, total=step.total)

        yield show


def say_check(report: "CheckReport") -> None:
    """Print what a check found: mutants and alternates by exercise, findings, one line in sum."""
    if report.verdicts:
        rows = [(exercise, *_counts(report, exercise)) for exercise in _exercises(report)]
        say_table(("exercise", "mutants killed", "alternates accepted"), rows)
    for run in report.kernel_runs:
        say(f"{run.notebook_id}: {run.score:g} of {run.max_score:g} in {run.seconds:.0f} s")
    _say_seeds(report)
    for finding in report.findings:
        say(f"{finding.severity}: {finding.place}: {finding.sentence} [{finding.code}]")
        if finding.hint:
            say(f"    {finding.hint}")
    say(report.summary)


def _say_seeds(report: "CheckReport") -> None:
    """How the author's solution did with other seeds: the tests that lost points, or none."""
    runs = report.seed_runs
    if not runs:
        return
    lost = [(run, test) for run in runs for test in run.lost]
    say(f"other seeds: full marks in {sum(not run.lost for run in runs)} of {len(runs)} runs")
    rows = []
    for grade_id in dict.fromkeys(test.grade_id for _, test in lost):
        mine = [(run, test) for run, test in lost if test.grade_id == grade_id]
        least = min(test.score for _, test in mine)
        seeds = ", ".join(str(run.seed) for run, _ in mine)
        rows.append((grade_id, f"{least:g} of {mine[0][1].points:g}", seeds, mine[0][1].law))
    if rows:
        say_table(("test", "least points", "seeds", "law"), rows)
    near = [each for each in report.margins if each.used >= NEAR][:MOST_MARGINS]
    if near:
        header = ("test", "nearest value", "limit", "law")
        say_table(header, [(m.grade_id, f"{m.value:.4g}", _limit(m), m.law) for m in near])


def _limit(margin: "Margin") -> str:
    return f"{'below' if margin.is_upper else 'above'} {margin.limit:g}"


def _exercises(report: "CheckReport") -> list[str]:
    return list(dict.fromkeys(verdict.exercise for verdict in report.verdicts))


def _counts(report: "CheckReport", exercise: str) -> tuple[str, str]:
    return _share(report.mutants, exercise), _share(report.alternates, exercise)


def _share(verdicts: "tuple[Verdict, ...]", exercise: str) -> str:
    """Right ones of all, e.g. `11 of 11`."""
    right = [verdict.ok for verdict in verdicts if verdict.exercise == exercise]
    return f"{sum(right)} of {len(right)}" if right else ""

"""The words of a hand-in: its tasks as rows of a table, titles, and what each exercise costs."""

import re
from dataclasses import dataclass

from labhub.authoring.handins.pool import Choice, PoolLab
from labhub.authoring.notebook import Cell

HEADING = re.compile(r"#+ (M?\d+\.\w+) (.*)")
COSTS = re.compile(r"\*[^*\n]*\bpoints?\b[^*\n]*\*")
"""The line below a heading, such as `*45 minutes · 6 points · D1, D3*`."""


@dataclass(frozen=True)
class Task:
    """A row of the table at the top: what a hand-in asks."""

    id: str
    """The unit's or the question's."""
    number: str
    """As people say it: `1.6 b, c` or `M1.a`."""
    title: str
    points: float
    minutes: int
    outcomes: tuple[str, ...]


def task_of(choice: Choice) -> Task:
    """What a choice asks; parts of an exercise take their share of its minutes."""
    cells = [choice.lab.notebook.cells[i] for s in choice.sections for i in s.cells]
    own = [c for c in cells if c.is_graded]
    points = sum(cell.points or 0.0 for cell in own)
    match = HEADING.match(cells[0].source)
    number, title = match.groups() if match else (choice.item.id, choice.item.title)
    letters = f" {', '.join(choice.parts)}" if choice.parts else ""
    minutes = choice.item.minutes or 0
    if choice.parts and choice.item.points:
        minutes = round(minutes * points / choice.item.points / 5) * 5
    outcomes = tuple(choice.item.outcomes)
    return Task(choice.item.id, number + letters, title, points, minutes, outcomes)


def title_of(lab: PoolLab) -> str:
    """`Lab 1 · By hand and from scratch`, from the first heading."""
    first = next((c.source for c in lab.header if c.source.startswith("# ")), f"# {lab.name}")
    return first.splitlines()[0].removeprefix("# ")


def is_table(cell: Cell) -> bool:
    """Whether a cell of the header begins with the table of the lab's exercises."""
    return cell.kind == "markdown" and cell.source.startswith("|")


def new_paragraphs(lab: PoolLab, said: set[str]) -> list[str]:
    """What a lab says below its table of exercises, without what another lab has said."""
    text = next((cell.source for cell in lab.header if is_table(cell)), "")
    paragraphs = [each for each in text.split("\n\n") if each and not each.startswith("|")]
    new = [each for each in paragraphs if each not in said]
    said.update(new)
    return new


def hours(minutes: int) -> str:
    """Minutes in words: below two hours as they are.

    >>> hours(90), hours(285)
    ('90 minutes', '5 hours')
    """
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"


def with_costs(source: str, task: Task) -> str:
    """The heading of an exercise of which only parts are asked, with the points of these."""
    points = f"{task.points:g} point{'' if task.points == 1 else 's'}"
    line = f"*{task.minutes} minutes · {points} · {', '.join(task.outcomes)}*"
    return COSTS.sub(line, source, count=1)

"""One hostile hand-in as data: which answers are hostile, and which points it deserves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXERCISES = ("mean", "scale", "net", "count", "norm", "unit", "square", "words", "half")
"""In the order of the notebook."""
POINTS = 2.0
"""What each exercise gives."""

WRONG = {
    "mean": "def mean(xs):\n    return -1.0",
    "scale": "def scale(a, k):\n    return a",
    "net": "net = nn.Linear(1, 1)",
    "count": "def count(xs, x):\n    return -1",
    "norm": "def norm(v):\n    return -1.0",
    "unit": "def unit(v):\n    return v",
    "square": "def square(x):\n    return -1.0",
    "words": "def words(text):\n    return [text, 'plum']",
    "half": "def half(x):\n    return x",
}
"""A wrong answer to each exercise; an attack wants points for it."""

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    """A hand-in made from the honest one.

    `cells` maps an exercise to the source that replaces its solution. `damage` changes the
    notebook after that; `place` writes the file itself, for what is no notebook at all.
    `lost` are the exercises that deserve nothing: by default those in `cells`.
    `named` is true where the hand-in cannot be read and must end with a named status.
    """

    name: str
    cells: dict[str, str] = field(default_factory=dict)
    damage: Callable[[Notebook], None] | None = None
    place: Callable[[Path, Notebook], None] | None = None
    lost: tuple[str, ...] | None = None
    named: bool = False

    @property
    def deserved(self) -> dict[str, float]:
        """Exercise to the points that this hand-in deserves."""
        lost = tuple(self.cells) if self.lost is None else self.lost
        return {e: 0.0 if self.named or e in lost else POINTS for e in EXERCISES}

    @property
    def student(self) -> str:
        """The name of the student who hands it in."""
        return self.name.replace(" ", "-")


def beside_wrong(name: str, exercise: str, code: str) -> Attack:
    """An attack that comes with a wrong answer to `exercise`: all others are honest."""
    return Attack(name, {exercise: f"{code}\n{WRONG[exercise]}"})


def after(exercise: str) -> tuple[str, ...]:
    """The exercises that come later in the notebook."""
    return EXERCISES[EXERCISES.index(exercise) + 1 :]


def instead(name: str, exercise: str, code: str) -> Attack:
    """An attack whose code is itself the (undeserving) answer to `exercise`."""
    return Attack(name, {exercise: code})


def harmless(name: str, exercise: str, honest_after: str) -> Attack:
    """Hostile code before a right answer: every point stays deserved."""
    return Attack(name, {exercise: honest_after}, lost=())

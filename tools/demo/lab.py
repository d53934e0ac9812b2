"""A lab as the demo class sees it: the student version, right answers, and what each is worth."""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
"""nbformat 4 as plain JSON."""

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")


@dataclass(frozen=True)
class Lab:
    """One notebook of a lab."""

    name: str
    released: Notebook
    answers: Mapping[str, str]
    """The reference's code for each answer cell."""
    points: Mapping[str, float]
    """What the tests of each exercise are worth, in the order of the notebook."""
    needs: Mapping[str, tuple[str, ...]]
    """The exercises that an exercise builds on."""

    @property
    def exercises(self) -> tuple[str, ...]:
        """All exercises with tests, in the order of the notebook."""
        return tuple(self.points)

    @property
    def last(self) -> str:
        """The last exercise that no other one builds on."""
        used = {need for needs in self.needs.values() for need in needs}
        return [exercise for exercise in self.exercises if exercise not in used][-1]

    def first(self, count: int) -> tuple[str, ...]:
        """The first exercises; what they build on is among them."""
        return self.exercises[:count]

    def worth(self, exercises: Iterable[str]) -> float:
        """The points that a hand-in deserves which solves these exercises."""
        return sum(self.points[exercise] for exercise in exercises)

    def solved(self, exercises: Iterable[str]) -> Notebook:
        """The student version with these exercises answered as the reference does."""
        wanted = set(exercises)
        notebook = deepcopy(self.released)
        for cell in notebook["cells"]:
            name = grade_id(cell)
            if name in self.answers and exercise_of(name) in wanted:
                cell["source"] = self.answers[name]
        return notebook


def read_lab(source: Path, release: Path) -> Lab:
    """Read the instructor's notebook and its student version."""
    author = json.loads(source.read_text(encoding="utf-8"))
    units = author["metadata"].get("nnlab", {}).get("units", [])
    return Lab(
        name=source.stem,
        released=json.loads(release.read_text(encoding="utf-8")),
        answers={grade_id(cell): _answer(cell) for cell in author["cells"] if is_answer(cell)},
        points=_points(author),
        needs={unit["id"]: tuple(unit["needs"]) for unit in units},
    )


def exercise_of(grade_id: str) -> str:
    """The exercise that a cell belongs to.

    >>> exercise_of("l1e03-t2")
    'l1e03'
    """
    return grade_id.partition("-")[0]


def grade_id(cell: Mapping[str, Any]) -> str:
    """nbgrader's name of a cell, or nothing."""
    return str(_nbgrader(cell).get("grade_id", ""))


def is_answer(cell: Mapping[str, Any]) -> bool:
    """Whether a student writes code into this cell and tests judge it."""
    flags = _nbgrader(cell)
    return cell["cell_type"] == "code" and bool(flags.get("solution")) and not flags.get("grade")


def is_test(cell: Mapping[str, Any]) -> bool:
    """Whether this cell gives points by running."""
    flags = _nbgrader(cell)
    return bool(flags.get("grade")) and not flags.get("solution")


def _nbgrader(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    flags: Mapping[str, Any] = cell["metadata"].get("nbgrader", {})
    return flags


def _points(author: Notebook) -> dict[str, float]:
    points: dict[str, float] = {}
    for cell in filter(is_test, author["cells"]):
        exercise = exercise_of(grade_id(cell))
        points[exercise] = points.get(exercise, 0.0) + float(_nbgrader(cell)["points"])
    return points


def _answer(cell: Mapping[str, Any]) -> str:
    lines = "".join(cell["source"]).splitlines()
    return "\n".join(line for line in lines if line.strip() not in MARKERS)

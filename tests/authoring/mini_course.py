"""A whole course in a temporary folder: one small lab with a mutant and an alternate."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Cell = dict[str, Any]

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}

MEAN_SOLUTION = '''# [1.1] mean
def mean(x):
    """The mean of the numbers in x."""
    ### BEGIN SOLUTION
    total_of_all_numbers = np.sum(x)
    return total_of_all_numbers / np.size(x)
    ### END SOLUTION'''

MEAN_TEST = """assert mean([2.0]) == 2.0, "the mean of one number is that number"
### BEGIN HIDDEN TESTS
shifted_by_seven = mean(np.array([1.0, 2.0, 4.0]) + 7.0)
expected = reference.mean([8.0, 9.0, 11.0])
assert np.isclose(shifted_by_seven, expected), "adding a constant adds it to the mean"
### END HIDDEN TESTS"""

SPREAD_SOLUTION = """# [1.2] spread
def spread(x):
    ### BEGIN SOLUTION
    deviation_from_centre = np.asarray(x) - mean(x)
    return mean(deviation_from_centre**2)
    ### END SOLUTION"""

SPREAD_TEST = """### BEGIN HIDDEN TESTS
mean = reference.mean
assert np.isclose(spread([1.0, 5.0]), 4.0), "two numbers lie half their distance from the mean"
### END HIDDEN TESTS"""

ANSWER = "The median shrugs at a single outlier, because it looks at ranks and not at sizes."

MUTANTS = """# %% [mutant] Divides by one less
# cell: l1e01-mean
# kills: l1e01-t1
def mean(x):
    return np.sum(x) / max(1, np.size(x) - 1)
# %% [alternate] Through a running sum
# cell: l1e01-mean
def mean(x):
    running = 0.0
    for number in x:
        running += number
    return running / len(x)
"""


def code(source: str, cell_id: str, **nbgrader: Any) -> Cell:
    """A code cell; keywords become nbgrader's metadata."""
    cell = {"cell_type": "code", "execution_count": None, "outputs": []}
    return cell | _common(source, cell_id, nbgrader)


def markdown(source: str, cell_id: str, **nbgrader: Any) -> Cell:
    """A markdown cell; keywords become nbgrader's metadata."""
    return {"cell_type": "markdown"} | _common(source, cell_id, nbgrader)


def _common(source: str, cell_id: str, nbgrader: Mapping[str, Any]) -> Cell:
    flags = {"schema_version": 3, "grade": False, "solution": False, "locked": False, "task": False}
    metadata = {"nbgrader": flags | nbgrader} if nbgrader else {}
    return {"id": cell_id, "metadata": metadata, "source": source}


def solution(source: str, grade_id: str) -> Cell:
    """An autograded answer."""
    return code(source, grade_id, grade_id=grade_id, solution=True)


def test_cell(source: str, grade_id: str, points: float) -> Cell:
    """Autograder tests."""
    return code(source, grade_id, grade_id=grade_id, grade=True, locked=True, points=points)


def manual(source: str, grade_id: str, points: float) -> Cell:
    """A manually graded answer."""
    return markdown(source, grade_id, grade_id=grade_id, grade=True, solution=True, points=points)


def given(source: str, grade_id: str) -> Cell:
    """A locked cell that students run and do not change."""
    return code(source, grade_id, grade_id=grade_id, locked=True)


def lab_cells() -> list[Cell]:
    """The cells of the small lab: two exercises, three points of tests, one written answer."""
    return [
        markdown("# A small lab\n\nTwo exercises.", "title"),
        given("import numpy as np", "l1g-imports"),
        solution(MEAN_SOLUTION, "l1e01-mean"),
        test_cell(MEAN_TEST, "l1e01-t1", 2),
        solution(SPREAD_SOLUTION, "l1e02-spread"),
        test_cell(SPREAD_TEST, "l1e02-t1", 1),
        given("picture = mean([1.0, 2.0])", "l1g-picture"),
        manual(ANSWER, "l1m-a", 5),
    ]


def units() -> dict[str, Any]:
    """The metadata `nnlab` that fits `lab_cells`."""

    def unit(number: str, title: str, points: int, needs: list[str]) -> dict[str, Any]:
        return {"id": number, "title": title, "points": points, "needs": needs, "kind": "auto"}

    return {
        "units": [unit("l1e01", "Mean", 2, []), unit("l1e02", "Spread", 1, ["l1e01"])],
        "manual": [{"id": "l1m-a", "title": "Outliers", "points": 5}],
    }


def notebook(cells: list[Cell], nnlab: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A notebook of format 4.5 as JSON data."""
    metadata: dict[str, Any] = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    if nnlab is not None:
        metadata["nnlab"] = nnlab
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


def write_notebook(path: Path, content: Mapping[str, Any]) -> Path:
    """Write a notebook as JupyterLab would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path


def write_course(
    root: Path,
    cells: list[Cell] | None = None,
    *,
    nnlab: Mapping[str, Any] | None = None,
    checks: Mapping[str, str] | None = None,
    assignment: str = "lab1",
) -> Path:
    """Write a course folder with one assignment; `nnlab={}` leaves the unit metadata out."""
    content = notebook(lab_cells() if cells is None else cells, units() if nnlab is None else nnlab)
    if nnlab == {}:
        del content["metadata"]["nnlab"]
    write_notebook(root / "source" / assignment / f"{assignment}.ipynb", content)
    (root / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "mini"\n', encoding="utf-8"
    )
    for name, text in ({"mean.py": MUTANTS} if checks is None else checks).items():
        path = root / "checks" / assignment / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root

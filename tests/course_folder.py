"""A tiny real nbgrader course for tests: two notebooks with everything that nbgrader can grade.

No torch, no course.toml. `make_course` writes the source and generates the student version with
nbgrader; `hand_in` puts a student's answers into it. In tests use the fixture `course_dir`.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT = "ps1"
COURSE_ID = "tiny101"
CONFIG = f'c = get_config()\nc.CourseDirectory.course_id = "{COURSE_ID}"\n'

SQUARES = """def squares(n):
    ### BEGIN SOLUTION
    return [i**2 for i in range(1, n + 1)]
    ### END SOLUTION"""
SQUARES_RIGHT = "def squares(n):\n    return [i**2 for i in range(1, n + 1)]"
SQUARES_SHIFTED = "def squares(n):\n    return [i**2 for i in range(n)]"
SUM_RIGHT = "def total(values):\n    return sum(values)"
WRITTEN = "Because every term is a square."

FULL: Mapping[str, str] = {
    "squares": SQUARES_RIGHT,
    "total": SUM_RIGHT,
    "plot-code": "figure = [squares(3)]",
    "why": WRITTEN,
}
"""Answers that earn every automatic point."""


def _cell(
    kind: str,
    source: str,
    grade_id: str,
    *,
    points: float | None = None,
    grade: bool = False,
    solution: bool = False,
    locked: bool = False,
    task: bool = False,
) -> Any:
    cell = new_code_cell(source) if kind == "code" else new_markdown_cell(source)
    cell.id = f"c-{grade_id}"
    cell.metadata["nbgrader"] = {
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": task,
        "grade_id": grade_id,
        "schema_version": 3,
        **({"points": points} if points is not None else {}),
    }
    return cell


def test_cell(source: str, grade_id: str, points: float) -> Any:
    """A graded test cell."""
    return _cell("code", source, grade_id, points=points, grade=True, locked=True)


test_cell.__test__ = False  # not a test case of pytest's


def solution_cell(source: str, grade_id: str) -> Any:
    """A code cell that the student fills in."""
    return _cell("code", source, grade_id, solution=True)


def notebook(cells: list[Any]) -> Any:
    """A Python notebook of these cells."""
    for number, cell in enumerate(cells):
        cell.id = cell.id if cell.id.startswith("c-") else f"plain-{number}"
    return new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


def problem1() -> Any:
    """Code: hidden tests, partial credit, a given cell, an answer in code that a person grades."""
    return notebook(
        [
            new_markdown_cell("# Squares"),
            _cell("code", "START = 1", "given", locked=True),
            solution_cell(SQUARES, "squares"),
            test_cell("assert squares(1) == [1], 'the first square is 1'", "squares-t1", 1),
            test_cell(
                "assert len(squares(3)) == 3, 'n squares come back'\n"
                "### BEGIN HIDDEN TESTS\n"
                "assert squares(4) == [1, 4, 9, 16], 'the squares of 1 to n'\n"
                "### END HIDDEN TESTS",
                "squares-t2",
                2,
            ),
            test_cell(
                "right = sum(squares(n)[-1] == n**2 for n in (1, 2, 3))\nright", "squares-t3", 3
            ),
            _cell(
                "code",
                "### BEGIN SOLUTION\nfigure = [squares(3)]\n### END SOLUTION",
                "plot-code",
                points=2,
                grade=True,
                solution=True,
            ),
            new_code_cell("print('checked', START)"),
        ]
    )


def problem2() -> Any:
    """Words: a written answer, a task, and one more exercise in code with a data file."""
    return notebook(
        [
            _cell(
                "markdown",
                "### BEGIN SOLUTION\nBecause.\n### END SOLUTION",
                "why",
                points=3,
                grade=True,
                solution=True,
            ),
            _cell("markdown", "Draw it on paper.", "draw", points=2, locked=True, task=True),
            solution_cell(
                "def total(values):\n    ### BEGIN SOLUTION\n    return sum(values)\n"
                "    ### END SOLUTION",
                "total",
            ),
            new_code_cell("with open('data.txt') as file:\n    numbers = [int(x) for x in file]"),
            test_cell("assert total(numbers) == 6, 'the sum of the numbers in data.txt'", "t", 2),
        ]
    )


def make_course(root: Path) -> Path:
    """Write the source and generate the student version with nbgrader."""
    from labhub.authoring.release import generate_assignment

    source = root / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(CONFIG)
    (source / "data.txt").write_text("1\n2\n3\n")
    nbformat.write(problem1(), source / "problem1.ipynb")
    nbformat.write(problem2(), source / "problem2.ipynb")
    generate_assignment(root, ASSIGNMENT)
    return root


def hand_in(
    root: Path,
    student: str,
    answers: Mapping[str, str] = FULL,
    *,
    timestamp: str = "2027-02-01 12:00:00 UTC",
    assignment: str = ASSIGNMENT,
) -> Path:
    """Hand in the released notebooks with these cells answered; what is not named is untouched."""
    target = root / "submitted" / student / assignment
    shutil.copytree(root / "release" / assignment, target, dirs_exist_ok=True)
    for path in target.glob("*.ipynb"):
        content = nbformat.read(path, as_version=4)
        for cell in content.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in answers:
                cell.source = answers[grade_id]
        nbformat.write(content, path)
    (target / "timestamp.txt").write_text(timestamp)
    return target

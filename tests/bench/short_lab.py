"""A lab that takes no time: what is left is the grader's own cost, also for 1,000 hand-ins."""

import copy
from typing import Any

from nbformat.v4 import new_notebook

from tests.bench.torch_lab import code_cell

NAME = "shortlab"


def source_notebook() -> Any:
    """The instructor's notebook: one function, one hidden test."""
    solution = "### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION"
    test = "### BEGIN HIDDEN TESTS\nassert double(21) == 42, 'twice'\n### END HIDDEN TESTS"
    cells = [
        code_cell(solution, "double", grade=False, locked=False, solution=True),
        code_cell(test, "double-t1", grade=True, locked=True, solution=False, points=1),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    return notebook


def hand_ins(released: Any, count: int) -> list[Any]:
    """`count` different hand-ins; every tenth is wrong."""
    made = []
    for number in range(count):
        notebook = copy.deepcopy(released)
        wrong = number % 10 == 9
        notebook.cells[0].source = f"def double(x):\n    return {number if wrong else '2 * x'}"
        made.append(notebook)
    return made

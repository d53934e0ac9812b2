"""The course under attack: small exercises whose hidden tests hold canaries.

A canary is a string, or an odd number given to the student's function, that no student may
ever read: not in an output, not in a feedback page, not in a file.
"""

import copy
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT = "fortress"
CANARY = "CANARY-" + "9f2c41"
"""In the source of each hidden test."""
HIDDEN_NUMBER = "73415.625"
"""An argument that a hidden test gives to the student's function."""
ENVIRONMENT_CANARY = "ENV-" + CANARY
BAIT_CANARY = "BAIT-" + CANARY

SOLUTIONS = {
    "mean": "def mean(xs):\n    return sum(xs) / len(xs)",
    "scale": "def scale(a, k):\n    return a * k",
    "net": "net = nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3))",
    "count": "def count(xs, x):\n    return list(xs).count(x)",
    "norm": "import math\ndef norm(v):\n    return math.hypot(*v)",
    "unit": "def unit(v):\n    return v / v.norm()",
    "square": "def square(x):\n    return x * x",
    "words": "def words(text):\n    return text.split()",
    "half": "def half(x):\n    return x / 2",
}

GIVEN = """\
import numpy as np
import torch
from torch import nn

def gap(a, b):
    return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))
"""
"""The course's locked cell: libraries, and a function with which tests compare."""

TESTS = {
    "mean": f"""\
secret = "{CANARY}"
want = 73417.125
got = mean([{HIDDEN_NUMBER}, 73418.625])
assert abs(got - want) < 1e-9, "the mean of two numbers lies half way between them"
assert got == want, "the mean is exact here"
""",
    "scale": f"""\
secret = "{CANARY}"
A = np.arange(12.0).reshape(3, 4) + {HIDDEN_NUMBER}
tripled, turned = A * 3, A * -2.5
np.testing.assert_allclose(scale(A.copy(), 3), tripled)
assert np.allclose(scale(A, -2.5), turned), "every element is multiplied"
""",
    "net": f"""\
secret = "{CANARY}"
assert isinstance(net, nn.Module), "net is a module"
assert sum(p.numel() for p in net.parameters()) == 66, "the number of parameters"
out = net(torch.full((4, 5), {HIDDEN_NUMBER}))
assert out.shape == (4, 3), "one row per example"
out.sum().backward()
assert all(p.grad is not None for p in net.parameters()), "every parameter learns"
""",
    "count": f"""\
secret = "{CANARY}"
score = 0.0
score += 0.5 * (count([1, 2, 1], 1) == 2)
score += 0.5 * (count([], 1) == 0)
score += 0.5 * (count([{HIDDEN_NUMBER}] * 3, {HIDDEN_NUMBER}) == 3)
score += 0.5 * (count("banana", "a") == 3)
score
""",
    "norm": f"""\
secret = "{CANARY}"
want = {HIDDEN_NUMBER}
assert abs(norm([want, 0.0]) - want) < 1e-6, "a vector along an axis is as long as its number"
""",
    "unit": f"""\
secret = "{CANARY}"
want = torch.tensor([0.6, 0.8])
assert (unit(torch.tensor([3.0, 4.0]) * {HIDDEN_NUMBER}) - want).abs().max() < 1e-5
""",
    "square": f"""\
secret = "{CANARY}"
for got, want in zip(map(square, [{HIDDEN_NUMBER}, -2.0]), [{HIDDEN_NUMBER} ** 2, 4.0]):
    assert got == want, "a number times itself"
""",
    "words": f"""\
secret = "{CANARY}"
assert "pear" in words("apple pear") and "plum" not in words(secret), "the words of a text"
assert sorted(words("b a")) == ["a", "b"], "every word once"
""",
    "half": f"""\
secret = "{CANARY}"
x = np.full(64, {HIDDEN_NUMBER})
want = x / 2
assert gap(half(x.copy()), want) < 1e-9, "half of each number"
""",
}


def _code(source: str, cell_id: str, nbgrader: dict[str, Any] | None = None) -> Any:
    cell = new_code_cell(source, id=cell_id)
    if nbgrader:
        cell.metadata["nbgrader"] = {"schema_version": 3, "task": False, **nbgrader}
    return cell


def source_notebook() -> Any:
    """The instructor's notebook."""
    given = {"grade": False, "locked": True, "solution": False, "grade_id": "imports"}
    cells = [
        new_markdown_cell("# Fortress\nFour small exercises.", id="title"),
        _code(GIVEN, "imports", given),
    ]
    for name, solution in SOLUTIONS.items():
        answer = {"grade": False, "locked": False, "solution": True, "grade_id": name}
        test = {"grade": True, "locked": True, "solution": False, "grade_id": f"{name}-t1"}
        cells += [
            _code(f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION", name, answer),
            _code(
                f"# Tests of {name}.\n### BEGIN HIDDEN TESTS\n{TESTS[name]}### END HIDDEN TESTS",
                f"{name}-t1",
                {**test, "points": 2},
            ),
        ]
    essay = new_markdown_cell("Why?", id="essay")
    essay.metadata["nbgrader"] = {
        "schema_version": 3, "grade": True, "locked": False, "solution": True,
        "task": False, "grade_id": "essay", "points": 2,
    }  # fmt: skip
    notebook = new_notebook(cells=[*cells, essay])
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


def cell_of(notebook: Any, grade_id: str) -> Any:
    """The cell with this grade id.

    Raises:
        StopIteration: there is none.
    """
    return next(
        c
        for c in notebook["cells"]
        if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def answered(released: Any, answers: dict[str, str]) -> Any:
    """The released notebook with honest solutions, but for what `answers` replaces."""
    notebook = copy.deepcopy(released)
    for name, solution in {**SOLUTIONS, **answers}.items():
        cell_of(notebook, name)["source"] = solution
    return notebook


def write_source(course: Path) -> None:
    """Writes the instructor's notebook where nbgrader looks for it."""
    folder = course / "source" / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(source_notebook(), folder / f"{ASSIGNMENT}.ipynb")

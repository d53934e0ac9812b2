"""A small lab with every kind of cell, and hand-ins of it, as plain notebook JSON."""

import copy
import json
import zlib
from pathlib import Path

import pytest

from labhub.exchange.intake import ReleaseVersion, release_notebook
from labhub.ids import AssignmentId, GradeId, NotebookId


def cell(kind, source, grade_id=None, **flags):
    metadata = {}
    if grade_id:
        marks = {"grade": False, "solution": False, "locked": False, "task": False, **flags}
        metadata["nbgrader"] = {"schema_version": 3, "grade_id": grade_id, **marks}
        if grade_id != "given":
            metadata["nbgrader"]["cell_type"] = kind
    made = {"cell_type": kind, "metadata": metadata, "source": source}
    made["id"] = grade_id or f"c{zlib.crc32(source.encode())}"
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    return made


def graded(source, grade_id, points):
    return cell("code", source, grade_id, grade=True, locked=True, points=points)


def stub(number, name, arguments):
    head = f"# [{number}] {name}\ndef {name}({arguments}):\n"
    return f"{head}    # YOUR CODE HERE\n    raise NotImplementedError()"


RELEASED = [
    cell("markdown", "# Lab 1: by hand and from scratch\n\nRead it all before you begin."),
    cell("code", "MODE = 'test'\nSEED = 7\nDATA_DIR = 'data'", "given", locked=True),
    cell("markdown", "## 1.1 Activations\n\nWrite the sigmoid."),
    cell("code", stub("1.1", "sigmoid", "z"), "l1e01-sigmoid", solution=True),
    graded("assert sigmoid(0) == 0.5, 'sigmoid of 0 is a half'", "l1e01-t1", 2),
    cell("markdown", "## 1.2 Softmax\n\nRows of logits to rows of probabilities."),
    cell("code", stub("1.2", "softmax", "logits, axis"), "l1e02-softmax", solution=True),
    graded("p = softmax([[1, 2]], 1)\nassert p.sum() == 1, 'rows sum to one'", "l1e02-t1", 3),
    graded("q = softmax([[9, 9]], 1)\nassert q[0][0] == q[0][1], 'equal logits'", "l1e02-t2", 1),
    cell("markdown", "## Questions\n\nWhy does depth make gradients vanish?"),
    cell("markdown", "YOUR ANSWER HERE", "l1m-a", grade=True, solution=True, points=5),
    cell("markdown", "What would you change in this network, and why?"),
    cell("markdown", "YOUR ANSWER HERE", "l1m-b", grade=True, solution=True, points=4),
    cell("markdown", "Plot what you like.", "l1k-plot", task=True, locked=True, points=2),
]

ANSWERS = {
    "l1e01-sigmoid": "# [1.1] sigmoid\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))",
    "l1e02-softmax": "# [1.2] softmax\ndef softmax(logits, axis):\n"
    "    e = np.exp(logits)\n    return e / e.sum(axis)",
    "l1m-a": "Each layer multiplies by a derivative below one quarter.",
    "l1m-b": "I would take ReLU units and residual connections.",
}


def released():
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "language": "python", "display_name": "P"}},
        "cells": copy.deepcopy(RELEASED),
    }


def answered():
    notebook = released()
    for one in notebook["cells"]:
        grade_id = one["metadata"].get("nbgrader", {}).get("grade_id")
        one["source"] = ANSWERS.get(grade_id, one["source"])
    return notebook


class Lab:
    """What the tests ask for: the release, hand-ins, and a folder to hand in from."""

    answers = ANSWERS

    def __init__(self, folder: Path):
        self.folder = folder
        self.notebook = release_notebook(NotebookId("lab1"), released())
        self.release = ReleaseVersion(AssignmentId("lab1"), (self.notebook,))
        self.ids = [c.course.grade_id for c in self.notebook.cells if c.course]

    released = staticmethod(released)
    answered = staticmethod(answered)
    cell = staticmethod(cell)

    def at(self, notebook, grade_id):
        """The position of a cell in plain notebook JSON."""
        marks = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in notebook["cells"]]
        return marks.index(grade_id)

    def write(self, content, name="lab1.ipynb"):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        (self.folder / name).write_bytes(raw)
        return self.folder


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


@pytest.fixture(scope="session")
def plain_lab(tmp_path_factory):
    return Lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def by_id():
    """The cells of a repaired notebook by grade id."""

    def found(notebook):
        return {
            GradeId(c["metadata"]["nbgrader"]["grade_id"]): c
            for c in notebook["cells"]
            if "nbgrader" in c["metadata"]
        }

    return found

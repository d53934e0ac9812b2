"""The tutorial is true: its files and cells, put where it says, give what it promises."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.course_folder import solution_cell, test_cell
from tools.demo.course import REPOSITORY

TUTORIAL = (REPOSITORY / "docs" / "tutorial" / "first-lab.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"<!-- (\w+): (.+?) -->\n```\w+\n(.*?)```", re.DOTALL)
FLAGS = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}


def blocks(kind: str) -> dict[str, str]:
    return {name: text.rstrip("\n") for sort, name, text in BLOCK.findall(TUTORIAL) if sort == kind}


def cell(words: str, source: str) -> nbformat.NotebookNode:
    grade_id, kind, *points = words.split()
    if kind == "answer":
        return solution_cell(source, grade_id)
    if kind == "tests":
        return test_cell(source, grade_id, float(points[0]))
    made = new_code_cell(source, id=grade_id)
    made.metadata["nbgrader"] = FLAGS | {"grade_id": grade_id}
    return made


@pytest.fixture
def course(tmp_path: Path) -> Path:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [cell(words, source) for words, source in blocks("cell").items()]
    (tmp_path / "source" / "week1").mkdir(parents=True)
    nbformat.write(
        new_notebook(cells=cells, metadata={"kernelspec": kernel}),
        tmp_path / "source" / "week1" / "week1.ipynb",
    )
    shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
    for name, text in blocks("file").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")
    return tmp_path


def labhub(course: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "labhub.cli", *arguments],
        cwd=course,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_first_lab_works_as_told(course: Path) -> None:
    labhub(course, "generate-assignment", "week1")
    told = re.search(r"week1: 1 of 1 mutants .*", TUTORIAL)
    assert told is not None
    assert told[0] in labhub(course, "check", "week1")

    released = nbformat.read(course / "release" / "week1" / "week1.ipynb", as_version=4)
    for each in released.cells:
        answer = blocks("answer").get(each.metadata.nbgrader.grade_id)
        each.source = answer or each.source
    handed_in = course / "submitted" / "ada" / "week1"
    handed_in.mkdir(parents=True)
    nbformat.write(released, handed_in / "week1.ipynb")

    labhub(course, "autograde", "week1")
    header, row = labhub(course, "export").splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["score"] == "0.0"
    labhub(course, "generate-feedback", "week1")
    page = (course / "feedback" / "ada" / "week1" / "week1.html").read_text()
    law = "the mean is the sum divided by the count"
    assert law in page
    assert law in TUTORIAL
    assert "reference.mean" not in page

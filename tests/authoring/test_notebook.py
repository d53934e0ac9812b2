import json

import pytest

from labhub.authoring.errors import NotebookUnreadableError
from labhub.authoring.notebook import Role, read_notebook, visible_part
from tests.authoring import mini_course


@pytest.fixture
def notebook(tmp_path):
    content = mini_course.notebook(mini_course.lab_cells())
    return read_notebook(mini_course.write_notebook(tmp_path / "lab1.ipynb", content))


def test_roles_come_from_nbgraders_metadata(notebook):
    roles = [cell.role for cell in notebook.cells]
    assert roles == [
        Role.FREE,
        Role.GIVEN,
        Role.SOLUTION,
        Role.TEST,
        Role.SOLUTION,
        Role.TEST,
        Role.GIVEN,
        Role.MANUAL,
    ]


def test_a_task_is_a_task_whatever_else_it_says(tmp_path):
    cell = mini_course.markdown("Do it.", "a", grade_id="a", task=True, points=2, locked=True)
    path = mini_course.write_notebook(tmp_path / "x.ipynb", mini_course.notebook([cell]))
    assert read_notebook(path).cells[0].role is Role.TASK


def test_points_are_those_of_the_test_cells(notebook):
    assert notebook.max_points == 3


def test_a_source_may_be_a_list_of_lines(tmp_path):
    cell = mini_course.markdown("", "a") | {"source": ["one\n", "two"]}
    path = mini_course.write_notebook(tmp_path / "x.ipynb", mini_course.notebook([cell]))
    assert read_notebook(path).cells[0].source == "one\ntwo"


def test_a_cell_is_found_by_its_grade_id(notebook):
    assert notebook.cell("l1e01-t1").points == 2
    assert notebook.cell("l9") is None


def test_the_visible_part_is_what_a_student_sees():
    assert visible_part(mini_course.MEAN_TEST) == (
        'assert mean([2.0]) == 2.0, "the mean of one number is that number"'
    )


@pytest.mark.parametrize(
    "content", ["", "[1]", '{"nbformat": 3}', '{"nbformat": 4}', '{"nbformat": 4, "cells": [{}]}']
)
def test_what_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "bad.ipynb"
    path.write_text(content)
    with pytest.raises(NotebookUnreadableError, match=r"bad\.ipynb"):
        read_notebook(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotebookUnreadableError, match=r"none\.ipynb"):
        read_notebook(tmp_path / "none.ipynb")


def test_the_ids_of_the_mini_lab_are_unique():
    ids = [cell["id"] for cell in mini_course.lab_cells()]
    assert len(ids) == len(set(ids)), json.dumps(ids)

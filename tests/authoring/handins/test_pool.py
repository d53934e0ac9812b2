"""The labs are cut into units by their headings."""

from pathlib import Path

import pytest

from labhub.authoring.errors import UnknownExerciseError
from labhub.authoring.handins.pool import Pool, read_pool
from tests.authoring import mini_course, pool_course
from tests.authoring.pool_course import FIRST, SECOND


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    return read_pool(pool_course.write_pool(tmp_path) / "source")


def test_a_section_runs_from_one_heading_to_the_next(pool):
    lab = pool.labs[0]
    ids = [[lab.notebook.cells[i].cell_id for i in section.cells] for section in lab.sections]
    assert [(s.owner, s.part) for s in lab.sections] == [
        ("l1e01", ""),
        ("l1e02", ""),
        ("l1e02", "a"),
        ("l1e02", "b"),
        ("l1e03", ""),
        ("", ""),
        ("l1m-a", ""),
        ("", ""),
    ]
    assert ids[0] == ["e01", "l1e01-mean", "l1g-check-mean", "l1e01-t1"]
    assert ids[3] == ["e02-spec-b", "l1e02-deviation", "l1e02-t2", "l1g-plot"]
    assert ids[6] == ["l1m-a-question", "l1m-a"]


def test_every_cell_stands_in_the_header_or_in_one_section(pool):
    for lab in pool.labs:
        cells = [cell.index for cell in lab.header]
        cells += [index for section in lab.sections for index in section.cells]
        assert cells == list(range(len(lab.raw)))


def test_a_lab_has_the_prefix_of_its_units(pool):
    assert [(lab.name, lab.prefix) for lab in pool.labs] == [(FIRST, "l1"), (SECOND, "l2")]


@pytest.mark.parametrize(
    ("name", "parts"), [("l1e02", ["", "a", "b"]), ("l1e02b", ["", "b"]), ("l1m-a", [""])]
)
def test_an_exercise_a_part_and_a_question_can_be_chosen(pool, name, parts):
    assert [section.part for section in pool.choose(name).sections] == parts


@pytest.mark.parametrize("name", ["l1e09", "l1e02c", "l1e01a", "l9m-a", "mean"])
def test_what_no_lab_has_is_an_error_that_names_the_labs(pool, name):
    with pytest.raises(UnknownExerciseError, match=f"'{name}' in the pool \\({FIRST}, {SECOND}\\)"):
        pool.choose(name)


def test_a_near_name_is_a_hint(pool):
    with pytest.raises(UnknownExerciseError) as caught:
        pool.choose("l1e02c")
    assert "l1e02" in caught.value.hint


def test_notebooks_without_units_and_hand_ins_are_no_labs(tmp_path):
    mini_course.write_course(tmp_path, nnlab={}, assignment="plain")
    assembled = mini_course.units() | {"assembled": {"from": ["lab1"]}}
    mini_course.write_course(tmp_path, nnlab=assembled, assignment="handin1")
    assert read_pool(tmp_path / "source").labs == ()

"""A hand-in takes what it asks, and what that builds on."""

from pathlib import Path
from typing import Any

import pytest

from labhub.authoring.errors import ExerciseCycleError, MissingNeedError, NamesClashError
from labhub.authoring.handins.pool import Pool, pool_lab
from labhub.authoring.handins.selection import LabSelection, merged, select
from labhub.ids import AssignmentId
from tests.authoring import pool_course
from tests.authoring.mini_course import Cell
from tests.authoring.mini_course import test_cell as graded
from tests.authoring.pool_course import FIRST, SECOND


def pool_of(*contents: dict[str, Any]) -> Pool:
    names = (FIRST, SECOND)
    return Pool(
        tuple(
            pool_lab(AssignmentId(name), content, Path(f"{name}.ipynb"))
            for name, content in zip(names, contents, strict=False)
        )
    )


def labs() -> Pool:
    return pool_of(pool_course.first_lab(), pool_course.second_lab())


def given(selections: tuple[LabSelection, ...]) -> list[str]:
    return [
        str(each.lab.notebook.cells[index].grade_id)
        for each in selections
        for index in sorted(each.given)
    ]


def with_unit(content: dict[str, Any], name: str, **keys: Any) -> dict[str, Any]:
    for unit in content["metadata"]["nnlab"]["units"]:
        if unit["id"] == name:
            unit.update(keys)
    return content


def with_cell(content: dict[str, Any], cell: Cell, after: str) -> dict[str, Any]:
    place = next(i for i, other in enumerate(content["cells"]) if other["id"] == after)
    content["cells"].insert(place + 1, cell)
    return content


def test_what_stands_alone_is_taken_alone():
    (selection,) = select(labs(), ["l1e01"], {})
    taken = [selection.lab.notebook.cells[i].cell_id for i in selection.cells]
    assert taken[5:] == ["e01", "l1e01-mean", "l1g-check-mean", "l1e01-t1"]
    assert given((selection,)) == []


def test_a_need_comes_in_as_a_given_solution():
    assert "l1e01-mean" in given(select(labs(), ["l1e02"], {}))


def test_a_cell_that_binds_a_name_comes_in_with_what_it_needs():
    """`DATA` is bound by a cell of 1.1 that calls `mean`."""
    content = with_unit(pool_course.first_lab(), "l1e02", needs=[])
    assert given(select(pool_of(content), ["l1e02b"], {})) == [
        "l1e01-mean",
        "l1g-check-mean",
        "l1e02-spread",
    ]


def test_needs_are_followed_to_their_end():
    content = with_unit(pool_course.first_lab(), "l1e03", needs=["l1e02"])
    assert given(select(pool_of(content), ["l1e03"], {})) == [
        "l1e01-mean",
        "l1e02-spread",
        "l1e02-deviation",
    ]


def test_a_question_brings_the_pictures_of_what_it_asks_about():
    assert "l1g-plot" in given(select(labs(), ["l1m-a"], {}))
    assert "l1e02-t1" not in given(select(labs(), ["l1m-a"], {}))


def test_names_that_mutants_use_are_provided():
    codes = {"l1e03-width": ["def width(x):\n    return deviation(x)"]}
    assert "l1e02-deviation" in given(select(labs(), ["l1e03"], codes))


def test_only_solutions_are_given_away():
    (selection,) = select(labs(), ["l1e02b"], {})
    assert selection.given_away == ("l1e01-mean", "l1e02-spread")


def test_parts_are_joined_and_the_whole_covers_them():
    pool = labs()
    (both,) = merged([pool.choose("l1e02b"), pool.choose("l1e02a")])
    assert both.parts == "ab"
    (whole,) = merged([pool.choose("l1e02b"), pool.choose("l1e02")])
    assert whole.parts == ""


def test_labs_of_which_nothing_is_asked_are_left_out():
    assert [each.lab.name for each in select(labs(), ["l2e01"], {})] == [SECOND]


def test_a_circle_is_refused():
    content = with_unit(pool_course.first_lab(), "l1e01", needs=["l1e02"])
    with pytest.raises(ExerciseCycleError, match="l1e01, l1e02"):
        select(pool_of(content), ["l1e03"], {})


def test_a_need_that_no_lab_has_is_refused():
    content = with_unit(pool_course.first_lab(), "l1e01", needs=["l1e77"])
    with pytest.raises(MissingNeedError, match="l1e01 needs l1e77"):
        select(pool_of(content), ["l1e02"], {})


def test_a_name_with_two_meanings_is_refused_where_a_test_asks_for_it():
    second = pool_course.second_lab()
    second["cells"].insert(5, pool_course.answer("spread", "l2e01-spread", "0"))
    with pytest.raises(NamesClashError, match=f"spread: the tests of {FIRST}"):
        select(pool_of(pool_course.first_lab(), second), ["l1e02", "l2e01"], {})
    first = pool_course.first_lab()
    first["cells"] = [cell for cell in first["cells"] if cell["id"] != "l1e02-t1"]
    assert len(select(pool_of(first, second), ["l1e02", "l2e01"], {})) == 2


def test_what_tests_ask_of_the_reference_is_taken():
    asks = graded("assert width([1, 2]) == reference.deviation([1, 3]), 'a'", "l1e03-t2", 1)
    content = with_cell(pool_course.first_lab(), asks, "l1e03-t1")
    assert "l1e02-deviation" in given(select(pool_of(content), ["l1e03"], {}))

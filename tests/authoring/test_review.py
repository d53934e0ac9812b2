from collections.abc import Callable
from pathlib import Path

import pytest

from labhub.authoring.findings import Severity
from labhub.authoring.notebook import parse_notebook
from labhub.authoring.review import review
from tests.authoring import mini_course
from tests.authoring.mini_course import Cell, code, given, manual, markdown, solution, test_cell

test_cell.__test__ = False


def found(cells: list[Cell], nnlab: dict | None = None) -> dict[str, str]:
    """Code -> sentence of everything that the review says."""
    content = mini_course.notebook(cells, nnlab)
    notebook = parse_notebook(content, Path("lab1.ipynb"))
    return {finding.code: finding.sentence for finding in review(notebook)}


def whole(change: Callable[[dict], None]) -> dict[str, str]:
    """The findings about the mini lab after a change of its unit metadata."""
    units = mini_course.units()
    change(units)
    return found(mini_course.lab_cells(), units)


def test_the_mini_lab_is_without_fault():
    assert found(mini_course.lab_cells(), mini_course.units()) == {}


def test_a_place_names_file_and_cell():
    notebook = parse_notebook(
        mini_course.notebook([solution("def", "l1e01-a")]), Path("somewhere/lab1.ipynb")
    )
    assert review(notebook)[0].place == "lab1.ipynb: l1e01-a"


def no_points() -> Cell:
    return code("assert f(), 'x'", "t", grade_id="t", grade=True, locked=True)


CASES: dict[str, list[Cell]] = {
    "duplicate-id": [given("x = 1", "a"), given("y = 1", "a")],
    "cell-without-id": [{"cell_type": "markdown", "metadata": {}, "source": "hello"}],
    "old-schema": [code("x = 1", "a", grade_id="a", locked=True, schema_version=2)],
    "bad-id": [given("x = 1", "not good")],
    "no-points": [no_points()],
    "points-on-nothing": [code("x = 1", "a", grade_id="a", locked=True, points=2)],
    "zero-points": [test_cell("assert f(), 'x'", "t", 0)],
    "wrong-type": [markdown("x", "a", grade_id="a", solution=True)],
    "unbalanced-markers": [solution("### BEGIN SOLUTION\nx = 1", "a")],
    "marker-in-wrong-cell": [given("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "a")],
    "absolute-path": [given("open('/home/ada/data.csv')", "a")],
    "syntax-error": [given("def f(:", "a")],
    "test-cannot-fail": [test_cell("x = 1", "t", 1)],
    "assert-without-law": [test_cell("assert f() == 1", "t", 1)],
}


@pytest.mark.parametrize("expected", CASES)
def test_a_fault_is_found_and_nothing_else(expected):
    assert set(found(CASES[expected])) == {expected}


@pytest.mark.parametrize(
    "source",
    [
        "### END SOLUTION",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
        "### BEGIN SOLUTION\n### END SOLUTION\n### END SOLUTION",
    ],
)
def test_every_kind_of_unbalance_is_found(source):
    assert "unbalanced-markers" in found([solution(source, "a")])


def test_a_task_must_be_markdown():
    cell = code("x = 1", "a", grade_id="a", task=True, points=1)
    assert "wrong-type" in found([cell])


def test_hidden_tests_belong_into_test_cells():
    hidden = "### BEGIN HIDDEN TESTS\nassert f(), 'x'\n### END HIDDEN TESTS"
    assert "marker-in-wrong-cell" in found([manual(hidden, "m", 2)])


@pytest.mark.parametrize(
    "stored", [{"outputs": [{"output_type": "stream"}]}, {"execution_count": 3}]
)
def test_stored_outputs_are_found(stored):
    assert "stored-output" in found([given("x = 1", "a") | stored])


def test_magics_are_no_syntax_error():
    assert found([given("%matplotlib inline\nx = 1", "a"), given("!ls", "b")]) == {}


@pytest.mark.parametrize("text", ["https://x.org/home/y", "a/home/b", "C: and D:", "1:/4"])
def test_what_only_looks_like_a_path_is_fine(text):
    assert found([markdown(text, "a")]) == {}


def test_an_assertion_with_a_computed_message_is_advised_against():
    notebook = parse_notebook(
        mini_course.notebook([test_cell("assert f(), f'got {f()}'", "t", 1)]), Path("lab1.ipynb")
    )
    (finding,) = review(notebook)
    assert (finding.code, finding.severity) == ("assert-without-law", Severity.ADVICE)


def test_another_language_is_found():
    content = mini_course.notebook([])
    content["metadata"]["kernelspec"] = {"name": "ir", "language": "R"}
    assert [f.code for f in review(parse_notebook(content, Path("lab1.ipynb")))] == ["kernel"]


class TestUnits:
    def test_an_unknown_key_is_found(self):
        sentence = whole(lambda units: units["units"][0].update(pionts=3))["unit-metadata"]
        assert "units.0.pionts" in sentence

    def test_points_must_be_those_of_the_cells(self):
        sentence = whole(lambda units: units["units"][0].update(points=7))["unit-points"]
        assert "7 points" in sentence
        assert "2." in sentence

    def test_points_of_a_question_must_be_those_of_its_cell(self):
        assert "unit-points" in whole(lambda units: units["manual"][0].update(points=7))

    def test_a_question_needs_its_cell(self):
        sentences = whole(lambda units: units["manual"].append({"id": "l1m-z", "points": 1}))
        assert "no such cell" in sentences["unit-points"]

    def test_needs_must_exist(self):
        assert "l9e09" in whole(lambda u: u["units"][0].update(needs=["l9e09"]))["unit-needs"]

    def test_needs_in_a_circle_are_found(self):
        assert "circle" in whole(lambda u: u["units"][0].update(needs=["l1e02"]))["unit-needs"]

    def test_provides_must_be_defined(self):
        sentence = whole(lambda u: u["units"][0].update(provides=["mean", "median"]))
        assert "median" in sentence["unit-provides"]

    def test_every_graded_cell_has_a_unit(self):
        cells = [*mini_course.lab_cells(), test_cell("assert f(), 'x'", "l1e03-t1", 1)]
        assert set(found(cells, mini_course.units())) == {"no-unit"}

    def test_grade_ids_follow_the_rule(self):
        cells = [*mini_course.lab_cells(), given("x = 1", "helper")]
        assert set(found(cells, mini_course.units())) == {"id-prefix"}

    def test_a_unit_takes_an_answer(self):
        cells = [c for c in mini_course.lab_cells() if c["id"] != "l1e02-spread"]
        assert set(found(cells, mini_course.units())) == {"unit-without-answer"}

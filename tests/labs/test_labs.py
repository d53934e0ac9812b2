"""Lab 1 as the specification of the labs wants it."""

import ast
import json
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from labhub.authoring.checks import Alternate, Mutant
from labhub.authoring.notebook import Cell, Role, visible_part
from labhub.grading.check.kernel import run_in_kernel
from nnlab.manifests import CELLS
from tests.labs.lab1 import FOLDER, NAME, checks, notebook, units

POINTS = {
    "l1e01": [1, 1, 2],
    "l1e02": [1, 1, 1],
    "l1e03": [2, 2, 1],
    "l1e04": [2, 1],
    "l1e05": [1, 3],
    "l1e06": [2, 2, 2],
    "l1e07": [1, 3, 1, 1],
    "l1e08": [2, 1, 2],
    "l1e09": [2, 1],
    "l1e10": [1],
}
QUESTIONS = {"l1m-a": 5, "l1m-b": 6, "l1m-c": 4, "l1m-d": 5}
TESTS = notebook().with_role(Role.TEST)
SOLUTIONS = notebook().with_role(Role.SOLUTION)
MANUAL = notebook().with_role(Role.MANUAL)
MARKDOWN = [cell for cell in notebook().cells if cell.kind == "markdown"]


def ids(cells: list[Cell]) -> list[str]:
    return [cell.place for cell in cells]


def heading_of(number: str) -> str:
    """The markdown cell that opens the exercise or question `number`."""
    return next(
        cell.source for cell in MARKDOWN if re.match(rf"#+ {re.escape(number)} ", cell.source)
    )


def number_of(unit_id: str) -> str:
    """`1.3` for `l1e03`, `M1.a` for `l1m-a`."""
    return f"M1.{unit_id[-1]}" if unit_id.startswith("l1m") else f"1.{int(unit_id[3:])}"


def test_the_points_are_split_as_specified():
    found = {
        unit.id: [c.points for c in TESTS if c.place.startswith(unit.id)] for unit in units().units
    }
    assert found == POINTS
    assert {cell.place: cell.points for cell in MANUAL} == QUESTIONS


def test_forty_points_are_automatic_and_twenty_are_not():
    assert sum(cell.points or 0 for cell in TESTS) == 40
    assert sum(cell.points or 0 for cell in MANUAL) == 20


def test_the_file_is_a_valid_notebook_without_outputs():
    path = FOLDER / f"{NAME}.ipynb"
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    assert nb.metadata.kernelspec.name == "python3"
    assert [c.id for c in nb.cells if c.get("outputs") or c.get("execution_count")] == []
    assert [path.name for path in FOLDER.iterdir()] == [f"{NAME}.ipynb"]


def test_every_cell_has_a_readable_id_of_its_own():
    counts = Counter(cell.cell_id for cell in notebook().cells)
    assert counts.most_common(1)[0][1] == 1
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", cell_id) for cell_id in counts)
    assert [c.place for c in notebook().cells if c.grade_id and c.cell_id != c.grade_id] == []


def test_the_hand_in_cell_knows_every_cell_of_nbgrader():
    known = {cell.grade_id: cell.kind for cell in notebook().cells if cell.grade_id}
    assert CELLS[NAME] == known


def test_units_and_cells_agree():
    defined = "\n".join(cell.source for cell in SOLUTIONS)
    for unit in units().units:
        cells = [cell for cell in notebook().cells if cell.place.startswith(f"{unit.id}-")]
        assert sum(cell.points or 0 for cell in cells) == unit.points
        assert set(unit.needs) < {other.id for other in units().units}
        for name in unit.provides:
            assert re.search(rf"^(def|class) {name}\b|^{name} = ", defined, re.MULTILINE), name
    assert {question.id: question.points for question in units().manual} == QUESTIONS


@pytest.mark.parametrize("unit", [*units().units, *units().manual], ids=lambda unit: unit.id)
def test_a_heading_says_title_time_points_and_outcomes(unit):
    extra = unit.model_extra or {}
    minutes = extra.get("minutes") or unit.minutes
    outcomes = extra.get("outcomes") or unit.outcomes
    first, second = heading_of(number_of(unit.id)).splitlines()[:2]
    assert first.lstrip("# ") == f"{number_of(unit.id)} {unit.title}"
    points = f"{unit.points:g} point{'s' * (unit.points != 1)}"
    assert second == f"*{minutes} minutes · {points} · {', '.join(outcomes)}*"


def test_the_table_of_contents_repeats_the_units():
    table = next(cell.source for cell in MARKDOWN if cell.cell_id == "map")
    for unit in units().units:
        outcomes = ", ".join(unit.outcomes)
        columns = (number_of(unit.id), unit.title, f"{unit.points:g}", str(unit.minutes), outcomes)
        assert f"| {' | '.join(columns)} |" in table


@pytest.mark.parametrize("cell", SOLUTIONS, ids=ids(SOLUTIONS))
def test_a_solution_starts_with_its_name_tag_and_keeps_something_to_fill(cell):
    assert re.match(r"# \[(1\.\d+|M1\.[a-d])\] \S", cell.source)
    assert "### BEGIN SOLUTION" in cell.source
    assert "### END SOLUTION" in cell.source


@pytest.mark.parametrize("cell", SOLUTIONS, ids=ids(SOLUTIONS))
def test_no_solution_uses_more_than_numpy(cell):
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
    }
    assert imported <= {"numpy", "math"}


@pytest.mark.parametrize("cell", TESTS, ids=ids(TESTS))
def test_a_test_cell_has_a_visible_law_and_hidden_ones(cell):
    visible = visible_part(cell.source)
    assert "assert" in visible
    assert "reference" not in visible
    assert "probe" not in visible
    assert cell.source.count("assert") > visible.count("assert")
    assert f"{cell.points:g} point" in cell.source.splitlines()[0]


@pytest.mark.parametrize("cell", TESTS, ids=ids(TESTS))
def test_every_assertion_states_its_law_in_a_literal_sentence(cell):
    asserts = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assert)]
    for node in asserts:
        assert isinstance(node.msg, ast.Constant), ast.unparse(node)
        sentence = str(node.msg.value)
        assert len(sentence) > 15
        assert not sentence.endswith(".")


@pytest.mark.parametrize("cell", TESTS, ids=ids(TESTS))
def test_a_probe_holds_no_expected_value(cell):
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.FunctionDef) and any(
            "probe" in ast.unparse(d) for d in node.decorator_list
        ):
            assert "reference" not in ast.unparse(node)
            assert not any(isinstance(inner, ast.Assert) for inner in ast.walk(node))


def test_each_exercise_has_mutants_and_alternates():
    for unit in units().units:
        variants = checks().of_exercise(unit.id).variants
        assert sum(isinstance(v, Mutant) for v in variants) >= 8, unit.id
        assert sum(isinstance(v, Alternate) for v in variants) >= 2, unit.id


def test_every_test_cell_is_killed_by_some_mutant():
    killed = {place for v in checks().variants if isinstance(v, Mutant) for place in v.kills}
    assert killed == {cell.place for cell in TESTS}


def test_variants_have_titles_of_their_own():
    titles = Counter((v.exercise, v.title) for v in checks().variants)
    assert titles.most_common(1)[0][1] == 1


@pytest.mark.parametrize("cell", MANUAL, ids=ids(MANUAL))
def test_students_see_the_rubric_and_not_the_anchor_answers(cell):
    before = notebook().cells[: cell.index]
    question = next(
        c.source for c in reversed(before) if "| criterion | full | half | none |" in c.source
    )
    rows = re.findall(r"^\| [^|]+ \((\d)\) \|", question, re.MULTILINE)
    assert sum(map(int, rows)) == cell.points
    lines = cell.source.splitlines()
    hidden = "\n".join(lines[lines.index("### BEGIN SOLUTION") : lines.index("### END SOLUTION")])
    for level in ("**Full", "**Half", "**None", "**Frequent misconceptions.**"):
        assert level in hidden
    assert lines[0] == f"**Answer {number_of(cell.place)}**"


def test_the_five_questions_before_training_are_asked_in_order():
    asked = [c.source.splitlines()[0] for c in notebook().cells if c.place.startswith("l1g-before")]
    assert [line[:8] for line in asked] == [f"# {k} of 5:"[:8] for k in range(1, 6)]


def test_the_parameters_can_be_injected_and_are_locked():
    raw = json.loads((FOLDER / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    cell = next(c for c in raw["cells"] if "parameters" in c["metadata"].get("tags", ()))
    assert cell["metadata"]["nbgrader"]["locked"] is True
    names = {node.targets[0].id for node in ast.parse("".join(cell["source"])).body}
    assert {"MODE", "SEED", "DATA_DIR", "DEVICE"} <= names


@pytest.mark.parametrize("cell", MARKDOWN, ids=[cell.cell_id for cell in MARKDOWN])
def test_formulas_are_closed_and_no_link_or_image_leaves_the_notebook(cell):
    text = re.sub(r"`[^`\n]*`", "", cell.source)
    assert text.count("$$") % 2 == 0
    assert text.replace("$$", "").count("$") % 2 == 0
    assert "](" not in text
    assert "<img" not in text


@pytest.mark.slow
def test_the_reference_earns_all_points_in_a_plain_kernel_without_a_network(tmp_path: Path):
    run, findings = run_in_kernel(notebook(), tmp_path)
    assert [finding.sentence for finding in findings if finding.is_error] == []
    assert (run.score, run.max_score) == (40, 40)
    assert run.cpu_s < 60

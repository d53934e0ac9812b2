"""Each lab as the specification of the labs wants it."""

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from labhub.authoring.checks import Alternate, Mutant
from labhub.authoring.notebook import Cell, Role, visible_part
from labhub.grading.check.kernel import run_in_kernel
from nnlab.manifests import CELLS
from tests.labs.catalogue import LABS, Lab

each_lab = pytest.mark.parametrize("lab", LABS, ids=str)


def each(name: str, things: Callable[[Lab], Iterable[Any]]) -> pytest.MarkDecorator:
    """Parametrise over `lab` and the things of every lab."""
    pairs = [(lab, thing) for lab in LABS for thing in things(lab)]
    ids = [f"{lab}-{_id_of(thing)}" for lab, thing in pairs]
    return pytest.mark.parametrize(("lab", name), pairs, ids=ids)


def _id_of(thing: Any) -> str:
    return thing.grade_id or thing.cell_id if isinstance(thing, Cell) else thing.id


each_test = each("cell", lambda lab: lab.notebook.with_role(Role.TEST))
each_solution = each("cell", lambda lab: lab.notebook.with_role(Role.SOLUTION))
each_answer = each("cell", lambda lab: lab.notebook.with_role(Role.MANUAL))
each_text = each("cell", lambda lab: lab.markdown)
each_unit = each("unit", lambda lab: [*lab.units.units, *lab.units.manual])


def points_of(lab: Lab, role: Role) -> dict[str, float]:
    return {cell.place: cell.points or 0 for cell in lab.notebook.with_role(role)}


@each_lab
def test_the_points_are_split_as_specified(lab):
    tests = points_of(lab, Role.TEST)
    found = {
        unit.id: tuple(points for place, points in tests.items() if place.startswith(unit.id))
        for unit in lab.units.units
    }
    assert found == lab.points
    assert points_of(lab, Role.MANUAL) == lab.questions


@each_lab
def test_forty_points_are_automatic_and_twenty_are_not(lab):
    assert sum(points_of(lab, Role.TEST).values()) == 40
    assert sum(points_of(lab, Role.MANUAL).values()) == 20


@each_lab
def test_the_file_is_a_valid_notebook_without_outputs(lab):
    path = lab.folder / f"{lab.name}.ipynb"
    nb = nbformat.read(path, as_version=4)
    nbformat.validate(nb)
    assert (nb.nbformat, nb.nbformat_minor) == (4, 5)
    assert nb.metadata.kernelspec.name == "python3"
    assert [c.id for c in nb.cells if c.get("outputs") or c.get("execution_count")] == []
    assert [path.name for path in lab.folder.iterdir()] == [f"{lab.name}.ipynb"]


@each_lab
def test_every_cell_has_a_readable_id_of_its_own(lab):
    counts = Counter(cell.cell_id for cell in lab.notebook.cells)
    assert counts.most_common(1)[0][1] == 1
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", cell_id) for cell_id in counts)
    assert [c.place for c in lab.notebook.cells if c.grade_id and c.cell_id != c.grade_id] == []


@each_lab
def test_the_hand_in_cell_knows_every_cell_of_nbgrader(lab):
    known = {cell.grade_id: cell.kind for cell in lab.notebook.cells if cell.grade_id}
    assert CELLS[lab.name] == known


@each_lab
def test_units_and_cells_agree(lab):
    defined = "\n".join(cell.source for cell in lab.notebook.with_role(Role.SOLUTION))
    for unit in lab.units.units:
        cells = [cell for cell in lab.notebook.cells if cell.place.startswith(f"{unit.id}-")]
        assert sum(cell.points or 0 for cell in cells) == unit.points
        assert set(unit.needs) < {other.id for other in lab.units.units}
        for name in unit.provides:
            assert re.search(rf"^(def|class) {name}\b|^{name} = ", defined, re.MULTILINE), name
    assert {question.id: question.points for question in lab.units.manual} == lab.questions


@each_unit
def test_a_heading_says_title_time_points_and_outcomes(lab, unit):
    extra = unit.model_extra or {}
    minutes = extra.get("minutes") or unit.minutes
    outcomes = extra.get("outcomes") or unit.outcomes
    number = lab.number_of(unit.id)
    heading = next(
        cell.source for cell in lab.markdown if re.match(rf"#+ {re.escape(number)} ", cell.source)
    )
    first, second = heading.splitlines()[:2]
    assert first.lstrip("# ") == f"{number} {unit.title}"
    points = f"{unit.points:g} point{'s' * (unit.points != 1)}"
    assert second == f"*{minutes} minutes · {points} · {', '.join(outcomes)}*"


@each_lab
def test_the_table_of_contents_repeats_the_units(lab):
    table = next(cell.source for cell in lab.markdown if cell.cell_id == "map")
    for unit in lab.units.units:
        outcomes = ", ".join(unit.outcomes)
        number = lab.number_of(unit.id)
        columns = (number, unit.title, f"{unit.points:g}", str(unit.minutes), outcomes)
        assert f"| {' | '.join(columns)} |" in table


@each_solution
def test_a_solution_starts_with_its_name_tag_and_keeps_something_to_fill(lab, cell):
    assert re.match(rf"# \[({lab.number}\.\d+|M{lab.number}\.[a-d])\] \S", cell.source)
    assert "### BEGIN SOLUTION" in cell.source
    assert "### END SOLUTION" in cell.source


@each_solution
def test_no_solution_uses_more_than_its_lab_allows(lab, cell):
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        )
    }
    assert imported <= lab.imports


@each_test
def test_a_test_cell_has_a_visible_law_and_hidden_ones(lab, cell):
    visible = visible_part(cell.source)
    assert "assert" in visible
    assert "reference" not in visible
    assert "probe" not in visible
    assert cell.source.count("assert") > visible.count("assert")
    assert f"{cell.points:g} point" in cell.source.splitlines()[0]


@each_test
def test_every_assertion_states_its_law_in_a_literal_sentence(lab, cell):
    asserts = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Assert)]
    for node in asserts:
        assert isinstance(node.msg, ast.Constant), ast.unparse(node)
        sentence = str(node.msg.value)
        assert len(sentence) > 15
        assert not sentence.endswith(".")


@each_test
def test_a_probe_holds_no_expected_value(lab, cell):
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.FunctionDef) and any(
            "probe" in ast.unparse(d) for d in node.decorator_list
        ):
            assert "reference" not in ast.unparse(node)
            assert not any(isinstance(inner, ast.Assert) for inner in ast.walk(node))


@each_lab
def test_each_exercise_has_mutants_and_alternates(lab):
    for unit in lab.units.units:
        variants = lab.checks.of_exercise(unit.id).variants
        assert sum(isinstance(v, Mutant) for v in variants) >= 8, unit.id
        assert sum(isinstance(v, Alternate) for v in variants) >= 2, unit.id


@each_lab
def test_every_test_cell_is_killed_by_some_mutant(lab):
    killed = {place for v in lab.checks.variants if isinstance(v, Mutant) for place in v.kills}
    assert killed == set(points_of(lab, Role.TEST))


@each_lab
def test_variants_have_titles_of_their_own(lab):
    titles = Counter((v.exercise, v.title) for v in lab.checks.variants)
    assert titles.most_common(1)[0][1] == 1


@each_answer
def test_students_see_the_rubric_and_not_the_anchor_answers(lab, cell):
    before = lab.notebook.cells[: cell.index]
    question = next(
        c.source for c in reversed(before) if "| criterion | full | half | none |" in c.source
    )
    rows = re.findall(r"^\| [^|]+ \((\d)\) \|", question, re.MULTILINE)
    assert sum(map(int, rows)) == cell.points
    lines = cell.source.splitlines()
    hidden = "\n".join(lines[lines.index("### BEGIN SOLUTION") : lines.index("### END SOLUTION")])
    for level in ("**Full", "**Half", "**None", "**Frequent misconceptions.**"):
        assert level in hidden
    assert lines[0] == f"**Answer {lab.number_of(cell.place)}**"


@each_lab
def test_the_five_questions_before_training_are_asked_in_order(lab):
    given = (c for c in lab.notebook.cells if c.place.startswith(f"l{lab.number}g-before"))
    asked = [c.source.splitlines()[0] for c in given]
    assert [line[:8] for line in asked] == [f"# {k} of 5:"[:8] for k in range(1, 6)]


@each_lab
def test_the_parameters_can_be_injected_and_are_locked(lab):
    raw = json.loads((lab.folder / f"{lab.name}.ipynb").read_text(encoding="utf-8"))
    cell = next(c for c in raw["cells"] if "parameters" in c["metadata"].get("tags", ()))
    assert cell["metadata"]["nbgrader"]["locked"] is True
    names = {node.targets[0].id for node in ast.parse("".join(cell["source"])).body}
    assert {"MODE", "SEED", "DATA_DIR", "DEVICE"} <= names


@each_text
def test_formulas_are_closed_and_no_link_or_image_leaves_the_notebook(lab, cell):
    text = re.sub(r"`[^`\n]*`", "", cell.source)
    assert text.count("$$") % 2 == 0
    assert text.replace("$$", "").count("$") % 2 == 0
    assert "](" not in text
    assert "<img" not in text


@pytest.mark.slow
@each_lab
def test_the_reference_earns_all_points_in_a_plain_kernel_without_a_network(lab, tmp_path: Path):
    run, findings = run_in_kernel(lab.notebook, tmp_path)
    errors = [finding for finding in findings if finding.is_error]
    # How long it takes depends on the machine: `labhub check` measures it.
    assert [each.sentence for each in errors if each.code != "too-slow"] == []
    assert (run.score, run.max_score) == (40, 40)

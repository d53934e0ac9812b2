from pathlib import Path

import pytest

from labhub.authoring.notebook import Cell, Role, read_notebook
from labhub.grading.check.kernel import KernelRun, run_in_kernel, score_of
from tests.authoring import mini_course

ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": []}
STDERR = {"output_type": "stream", "name": "stderr", "text": "careful"}
STDOUT = {"output_type": "stream", "name": "stdout", "text": "fine"}


def result(text: str | list[str]) -> dict:
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}}


@pytest.mark.parametrize(
    ("outputs", "score"),
    [
        ((), 4),
        ((STDOUT,), 4),
        ((ERROR,), 0),
        ((STDERR,), 0),
        ((STDOUT, STDERR), 0),
        ((result("2.5"),), 2.5),
        ((result(["2.5"]),), 2.5),
        ((result("0"),), 0),
        ((result("'well done'"),), 4),
        ((result("-1"),), 4),
    ],
)
def test_points_follow_nbgraders_rule(outputs, score):
    cell = Cell(0, "code", Role.TEST, "", points=4.0, outputs=outputs, execution_count=1)
    assert score_of(cell) == score


def test_the_same_points_as_nbgrader_itself_gives():
    from nbformat.notebooknode import from_dict
    from nbgrader.utils import determine_grade

    for outputs in ((), (STDOUT,), (ERROR,), (STDERR,), (result("2.5"),), (result("x"),)):
        ours = Cell(0, "code", Role.TEST, "", points=4.0, outputs=outputs, execution_count=1)
        raw = mini_course.test_cell("", "t", 4) | {"outputs": list(outputs)}
        assert determine_grade(from_dict(raw)) == (score_of(ours), 4.0)


def test_a_cell_that_was_not_reached_gives_nothing():
    assert score_of(Cell(0, "code", Role.TEST, "", points=4.0)) == 0


def run(tmp_path: Path, cells: list) -> tuple[KernelRun, dict[str, str]]:
    """The run, and code -> sentence of what was found."""
    path = mini_course.write_notebook(tmp_path / "lab1.ipynb", mini_course.notebook(cells))
    workdir = tmp_path / "work"
    workdir.mkdir()
    (workdir / "numbers.txt").write_text("1 2 3")
    ran, findings = run_in_kernel(read_notebook(path), workdir)
    return ran, {finding.code: f"{finding.place} {finding.sentence}" for finding in findings}


@pytest.mark.slow
def test_the_authors_notebook_gets_full_marks_beside_its_files(tmp_path):
    cells = mini_course.lab_cells()
    cells.insert(
        2, mini_course.given("total = sum(map(int, open('numbers.txt').read().split()))", "l1g-n")
    )
    ran, found = run(tmp_path, cells)
    assert found == {}
    assert (ran.score, ran.max_score) == (3, 3)
    assert [cell.place for cell in ran.cells][:2] == ["l1g-imports", "l1g-n"]
    assert 0 < sum(cell.seconds for cell in ran.cells) < ran.seconds


@pytest.mark.slow
def test_an_error_ends_the_run_and_names_its_cell(tmp_path):
    cells = mini_course.lab_cells()
    cells[5]["source"] = "import sys\nprint('careful', file=sys.stderr)"
    cells[6]["source"] = "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=5)"
    ran, found = run(tmp_path, cells)
    assert ran.score == 2
    assert set(found) == {"kernel-error"}
    assert found["kernel-error"].startswith("lab1.ipynb: l1g-picture")
    assert "the network is closed in test mode" in found["kernel-error"]


@pytest.mark.slow
def test_a_warning_on_stderr_is_reported_because_nbgrader_takes_the_points(tmp_path):
    cells = mini_course.lab_cells()
    cells[5]["source"] = "import sys\nprint('careful', file=sys.stderr)"
    _, found = run(tmp_path, cells)
    assert set(found) == {"reference-loses-points"}
    assert "l1e02-t1" in found["reference-loses-points"]

"""The student versions where there is no Hub. `make test-colab` does this with Colab's packages."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

import nnlab
from tools.colab import ROOT, UNANSWERED, colab_shape, filled_in, labs, run_as_colab
from tools.wheel import build_wheel

LABS = list(labs(ROOT))
NAMES = [name for name, _, _ in LABS]


def cells_by_id(notebook: dict[str, Any]) -> dict[str, Any]:
    return {cell["metadata"].get("id") or cell["id"]: cell for cell in notebook["cells"]}


@pytest.mark.parametrize(("name", "released", "source"), LABS, ids=NAMES)
def test_the_shape_is_colabs(name, released, source):
    shaped = colab_shape(released)
    nbformat.validate(nbformat.from_dict(shaped))
    assert not any("id" in cell for cell in shaped["cells"])
    assert list(cells_by_id(shaped)) == [cell["id"] for cell in released["cells"]]
    assert "colab" in shaped["metadata"]


@pytest.mark.parametrize(("name", "released", "source"), LABS, ids=NAMES)
def test_an_answered_notebook_has_answers_and_no_hidden_test(name, released, source):
    text = json.dumps(filled_in(released, source))
    assert "NotImplementedError()" not in text.replace("`raise NotImplementedError()`", "")
    assert "BEGIN HIDDEN TESTS" not in text


@pytest.mark.slow
@pytest.mark.parametrize(("name", "released", "source"), LABS, ids=NAMES)
def test_every_cell_runs_in_plain_jupyter_without_a_network(name, released, source):
    ran = run_as_colab(Path(sys.executable), filled_in(released, source), name)
    assert ran.errors == ()
    assert "| Colab" in ran.text


@pytest.mark.slow
@pytest.mark.parametrize(("name", "released", "source"), LABS, ids=NAMES)
def test_an_unanswered_notebook_runs_to_its_end(name, released, source):
    ran = run_as_colab(Path(sys.executable), released, name)
    wrong = [each for each in ran.errors if not any(f": {kind}: " in each for kind in UNANSWERED)]
    assert wrong == []
    assert "| Colab" in ran.text


def test_the_wheel_holds_every_module_and_is_always_the_same(tmp_path):
    one, other = build_wheel(tmp_path / "a"), build_wheel(tmp_path / "b")
    assert one.name == f"nnlab-{nnlab.__version__}-py3-none-any.whl"
    assert one.read_bytes() == other.read_bytes()
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "nnlab").rglob("*.py")}
    assert modules < set(zipfile.ZipFile(one).namelist())


def test_pip_takes_the_wheel(tmp_path):
    wheel = build_wheel(tmp_path)
    words = ["pip", "install", "--quiet", "--no-deps", "--no-index", "--target", tmp_path / "x"]
    subprocess.run([sys.executable, "-m", *words, wheel], check=True, capture_output=True)
    code = "import nnlab; print(nnlab.__file__, nnlab.__version__)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(tmp_path / "x")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == [str(tmp_path / "x" / "nnlab" / "__init__.py"), "0.1.0"]

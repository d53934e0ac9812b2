import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import nnlab
from nnlab.handin import find_notebook, find_problems, scrub
from nnlab.manifests import CELLS

LAB = "tiny"


def cell(grade_id: str, kind: str = "code", **metadata) -> dict:
    return {
        "cell_type": kind,
        "metadata": {"nbgrader": {"grade_id": grade_id}, **metadata},
        "source": ["x"],
    }


def notebook(*cells: dict) -> dict:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


COMPLETE = notebook(cell("a-t1"), cell("m-a", "markdown"))


@pytest.fixture(autouse=True)
def _tiny_lab(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(CELLS, LAB, {"a-t1": "code", "m-a": "markdown"})
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(tmp_path)


def write(content: object, name: str = f"{LAB}.ipynb") -> Path:
    path = Path(name)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_complete_notebook_has_no_problems():
    assert find_problems(COMPLETE, LAB) == []


def test_a_hand_in_of_single_exercises_names_its_cells_itself():
    own = notebook(cell("l1e01-t1"))
    own["metadata"]["nnlab"] = {"cells": {"l1e01-t1": "code", "l1m-a": "markdown"}}
    assert find_problems(own, "handin1") == ["cell l1m-a is missing: take it from a fresh copy"]
    assert find_problems(notebook(cell("x")), "handin1") == []


@pytest.mark.parametrize(
    ("damaged", "sentence"),
    [
        (notebook(cell("a-t1")), "cell m-a is missing"),
        (notebook(cell("a-t1"), cell("a-t1"), cell("m-a", "markdown")), "a-t1 is there 2 times"),
        (
            notebook(cell("a-t1", "markdown"), cell("m-a", "markdown")),
            "a-t1 is now a markdown cell",
        ),
        (notebook(), "not a notebook"),
    ],
)
def test_damage_is_told_in_a_sentence(damaged, sentence):
    problems = find_problems(damaged, LAB)
    assert any(sentence in problem for problem in problems), problems


def test_a_cell_is_known_by_its_id_where_the_metadata_is_lost():
    plain = {"cell_type": "code", "id": "a-t1", "metadata": {}, "source": "x"}
    colab = {"cell_type": "markdown", "metadata": {"id": "m-a"}, "source": "x"}
    assert find_problems(notebook(plain, colab), LAB) == []


def test_a_blank_declaration_is_a_problem():
    blank = {"cell_type": "markdown", "metadata": {}, "source": ["* **AI tools**: (write here)"]}
    problems = find_problems(notebook(*COMPLETE["cells"], blank), LAB)
    assert problems == ["the declaration near the top is not filled in"]


def test_scrubbing_takes_away_names_and_nothing_else():
    personal = cell(
        "a-t1", executionInfo={"user": {"displayName": "Ada"}}, outputId="1", tags=["x"]
    )
    dirty = notebook(personal) | {"metadata": {"colab": {"provenance": []}, "kernelspec": {}}}
    clean = scrub(dirty)
    assert "Ada" not in json.dumps(clean)
    assert clean["metadata"] == {"kernelspec": {}}
    assert clean["cells"][0]["metadata"] == {"nbgrader": {"grade_id": "a-t1"}, "tags": ["x"]}
    assert "executionInfo" in dirty["cells"][0]["metadata"], "the original is left alone"


def test_the_saved_file_is_checked(capsys):
    write(COMPLETE)
    assert nnlab.handin(LAB) is True
    said = capsys.readouterr().out
    assert "complete: every graded cell is there once" in said
    assert "hand in tiny.ipynb" in said


def test_problems_are_printed_one_per_line(capsys):
    write(notebook(cell("a-t1")))
    assert nnlab.handin(LAB) is False
    assert "  - cell m-a is missing: take it from a fresh copy\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    "content", ["not json", "[1, 2]", "{}", '{"cells": 5}', '{"cells": ["a"]}']
)
def test_a_file_that_is_no_notebook_does_not_raise(content, capsys):
    write(content)
    assert nnlab.handin(LAB) is False
    assert "not a notebook" in capsys.readouterr().out


def test_a_missing_file_does_not_raise(capsys):
    assert nnlab.handin(LAB) is False
    assert "nothing to check" in capsys.readouterr().out


def test_jupyter_says_where_its_file_is(monkeypatch):
    path = write(COMPLETE, "Copy of tiny.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    assert find_notebook(LAB) == path


def test_vs_code_says_where_its_file_is(monkeypatch):
    path = write(COMPLETE, "mine.ipynb")
    shell = SimpleNamespace(user_ns={"__vsc_ipynb_file__": str(path)})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert find_notebook(LAB) == path


def colab(monkeypatch, answer, download=None):
    """Pretend to run on Colab, whose helpers may be there or not."""
    message = SimpleNamespace(blocking_request=lambda *args, **kwargs: answer)
    monkeypatch.setitem(sys.modules, "google.colab._message", message)
    files = SimpleNamespace(download=download) if download else SimpleNamespace()
    monkeypatch.setitem(sys.modules, "google.colab.files", files)


def test_on_colab_the_notebook_is_scrubbed_and_downloaded(monkeypatch, capsys):
    fetched: list[str] = []
    named = notebook(*COMPLETE["cells"], cell("x", executionInfo={"user": "Ada"}))
    colab(monkeypatch, {"ipynb": named}, fetched.append)
    assert nnlab.handin(LAB) is True
    assert fetched == ["tiny.ipynb"]
    assert "Ada" not in Path("tiny.ipynb").read_text()
    assert "Your browser is downloading tiny.ipynb" in capsys.readouterr().out


def test_without_a_browser_the_file_is_left_in_the_folder(monkeypatch, capsys):
    colab(monkeypatch, {"ipynb": COMPLETE})
    assert nnlab.handin(LAB) is True
    assert json.loads(Path("tiny.ipynb").read_text()) == COMPLETE
    assert "tiny.ipynb is saved" in capsys.readouterr().out


@pytest.mark.parametrize("answer", [None, {}, "gone"])
def test_when_colab_gives_nothing_the_saved_file_is_used(monkeypatch, answer, capsys):
    write(COMPLETE)
    colab(monkeypatch, answer)
    assert nnlab.handin(LAB) is True
    assert "checking the saved file tiny.ipynb" in capsys.readouterr().out

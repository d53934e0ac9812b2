"""Whatever is done to a notebook, its structure is the release's again and no answer is lost."""

import copy
import json

import nbformat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labhub.exchange.intake.parse import parse_notebook
from labhub.exchange.intake.repair import nbgrader_metadata, repair_notebook
from tests.effort import calls_of

DAMAGES = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "strip",
                "strip-all",
                "duplicate",
                "delete",
                "move",
                "retype-id",
                "type",
                "points",
                "forge",
                "insert",
                "split",
                "swap-ids",
                "blank",
                "colab",
            ]
        ),
        st.integers(0, 40),
        st.integers(0, 40),
    ),
    max_size=12,
)


def damage(notebook, kind, first, second):
    cells = notebook["cells"]
    if not cells:
        return
    one, other = cells[first % len(cells)], cells[second % len(cells)]
    if kind == "strip":
        one["metadata"] = {}
    elif kind == "strip-all":
        for cell in cells:
            cell["metadata"] = {}
    elif kind == "duplicate":
        cells.insert(second % (len(cells) + 1), copy.deepcopy(one))
    elif kind == "delete":
        cells.remove(one)
    elif kind == "move":
        cells.remove(one)
        cells.insert(second % (len(cells) + 1), one)
    elif kind == "retype-id":
        one["metadata"]["nbgrader"] = copy.deepcopy(other["metadata"].get("nbgrader", {}))
    elif kind == "swap-ids":
        one["metadata"], other["metadata"] = other["metadata"], one["metadata"]
    elif kind == "type":
        one["cell_type"] = ["code", "markdown", "raw"][second % 3]
    elif kind == "points":
        one["metadata"].setdefault("nbgrader", {})["points"] = 99
    elif kind == "forge":
        one["metadata"].setdefault("nbgrader", {}).update(solution=True, grade=False, locked=False)
    elif kind == "insert":
        cells.insert(
            second % (len(cells) + 1),
            {"cell_type": "code", "metadata": {}, "source": f"x = {first}"},
        )
    elif kind == "split":
        lines = one["source"].split("\n")
        tail = copy.deepcopy(one) | {"source": "\n".join(lines[1:])}
        one["source"] = lines[0]
        cells.insert(cells.index(one) + 1, tail)
    elif kind == "blank":
        cells.insert(
            second % (len(cells) + 1), {"cell_type": "markdown", "metadata": {}, "source": ""}
        )
    elif kind == "colab":
        for cell in cells:
            cell.setdefault("metadata", {})["id"] = cell.pop("id", "x")


def reparsed(notebook):
    return parse_notebook(json.dumps(notebook).encode(), "lab1.ipynb")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(damages=DAMAGES)
def test_any_damage_is_repaired(plain_lab, damages):
    """The structure is the release's, answers stay, and repairing again changes nothing."""
    lab = plain_lab
    handed = lab.answered()
    for kind, first, second in damages:
        damage(handed, kind, first, second)
    texts = [cell["source"] for cell in handed["cells"]]
    repaired, _ = repair_notebook(reparsed(handed), lab.notebook)
    nbformat.validate(nbformat.from_dict(repaired))

    marked = [cell for cell in repaired["cells"] if "nbgrader" in cell["metadata"]]
    course = [cell for cell in lab.notebook.cells if cell.course]
    assert [cell["metadata"]["nbgrader"] for cell in marked] == [
        nbgrader_metadata(cell.course) for cell in course
    ]
    for mine, theirs in zip(marked, course, strict=True):
        assert mine["cell_type"] == theirs.cell_type
        assert mine["source"] == theirs.source or theirs.is_answer

    kept = "\n".join(cell["source"] for cell in repaired["cells"])
    for answer in lab.answers.values():
        whole = any(answer in text for text in texts)
        for piece in [answer] if whole else answer.split("\n"):
            assert piece in kept or not any(piece in text for text in texts)

    again, facts = repair_notebook(reparsed(repaired), lab.notebook)
    assert again == repaired
    assert not facts.repaired


STRUCTURAL = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "strip",
                "strip-all",
                "move",
                "retype-id",
                "type",
                "points",
                "forge",
                "insert",
                "blank",
                "colab",
                "delete-locked",
                "swap-ids",
            ]
        ),
        st.integers(0, 40),
        st.integers(0, 40),
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(damages=STRUCTURAL)
def test_code_answers_keep_their_exercise(plain_lab, by_id, damages):
    """As long as an answer is there once, it is found again, whatever its metadata say."""
    lab = plain_lab
    handed = lab.answered()
    for kind, first, second in damages:
        one = handed["cells"][first % len(handed["cells"])]
        if kind == "delete-locked":
            if one["source"] not in lab.answers.values():
                handed["cells"].remove(one)
        else:
            damage(handed, kind, first, second)
    repaired, _ = repair_notebook(reparsed(handed), lab.notebook)
    found = by_id(repaired)
    for grade_id in ("l1e01-sigmoid", "l1e02-softmax"):
        assert found[grade_id]["source"] == lab.answers[grade_id]


def test_work_grows_as_the_notebook_does(plain_lab):
    """The worst common case: all metadata lost."""

    def calls(more):
        handed = plain_lab.answered()
        handed["cells"] += [nbformat.v4.new_code_cell(f"x{n} = {n}") for n in range(more)]
        for cell in handed["cells"]:
            cell["metadata"] = {}
        parsed = reparsed(handed)
        return calls_of(lambda: repair_notebook(parsed, plain_lab.notebook))

    assert calls(200) - calls(0) < 12 * (calls(20) - calls(0))

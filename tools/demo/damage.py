"""What happens to notebooks on their way: each function takes one and gives the damaged one."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tools.demo.lab import Notebook, exercise_of, grade_id, is_answer, is_test

Damage = Callable[[Notebook], Notebook]

SWALLOW = """import builtins
import sys
import warnings

import numpy as np

np.allclose = np.isclose = np.array_equal = lambda *args, **kwargs: True
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *args, **kwargs: None
builtins.AssertionError = type("AssertionError", (Warning,), {})
sys.excepthook = lambda *args: None
get_ipython().showtraceback = lambda *args, **kwargs: None
warnings.simplefilter("ignore")"""

FLOOD = """for line in range(60_000):
    print(f"step {line:6d}  loss {1 / (line + 1):.12f}", "." * 80)"""

EXIT = "import os\n\nos._exit(1)"

LOOP = "while True:\n    pass"

HOARD = """import numpy as np

hoard = []
while True:
    hoard.append(np.ones(1 << 24))"""


def colab_shaped(notebook: Notebook) -> Notebook:
    """As Google Colab saves it at its worst: ids moved, metadata lost, the owner's name inside."""
    shaped = deepcopy(notebook)
    shaped["nbformat_minor"] = 0
    shaped["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    for cell in shaped["cells"]:
        cell["metadata"] = {"id": cell.pop("id", "")}
        if cell["cell_type"] == "code":
            cell["metadata"]["executionInfo"] = {
                "status": "ok",
                "elapsed": 12,
                "user": {"displayName": "Farah Example", "userId": "01234567890123456789"},
            }
    return shaped


def without_a_test(notebook: Notebook) -> Notebook:
    """The first test cell is gone."""
    cells = notebook["cells"]
    first = next(index for index, cell in enumerate(cells) if is_test(cell))
    return notebook | {"cells": cells[:first] + cells[first + 1 :]}


def with_cells_twice(notebook: Notebook) -> Notebook:
    """The first answer and the first test were copied, with all their metadata."""
    cells = list(notebook["cells"])
    for kind in (is_answer, is_test):
        index = next(index for index, cell in enumerate(cells) if kind(cell))
        cells.insert(index + 1, deepcopy(cells[index]))
    return notebook | {"cells": cells}


def with_tests_passed(notebook: Notebook) -> Notebook:
    """Every test cell says `pass`."""
    return _edited(notebook, lambda cell: "pass" if is_test(cell) else None)


def swallowing(notebook: Notebook) -> Notebook:
    """NumPy's comparisons always agree, assertions are warnings, tests catch everything."""

    def quiet(cell: dict[str, Any]) -> str | None:
        if not is_test(cell):
            return None
        body = "".join(cell["source"]).replace("\n", "\n    ")
        return f"try:\n    pass\n    {body}\nexcept BaseException:\n    pass"

    return with_extra_cell(SWALLOW)(_edited(notebook, quiet))


def with_start(exercise: str, code: str) -> Damage:
    """The answer of one exercise begins with other code, so that the answer is never reached."""

    def started(cell: dict[str, Any]) -> str | None:
        hit = is_answer(cell) and exercise_of(grade_id(cell)) == exercise
        return f"{code}\n\n" + "".join(cell["source"]) if hit else None

    return lambda notebook: _edited(notebook, started)


def with_extra_cell(code: str) -> Damage:
    """A cell of the student's own comes before the first answer."""

    def extended(notebook: Notebook) -> Notebook:
        cells = list(notebook["cells"])
        first = next(index for index, cell in enumerate(cells) if is_answer(cell))
        own: dict[str, Any] = {
            "cell_type": "code",
            "execution_count": None,
            "id": "my-own-cell",
            "metadata": {},
            "outputs": [],
            "source": code,
        }
        return notebook | {"cells": [*cells[:first], own, *cells[first:]]}

    return extended


def _edited(notebook: Notebook, source: Callable[[dict[str, Any]], str | None]) -> Notebook:
    edited = deepcopy(notebook)
    for cell in edited["cells"]:
        new = source(cell)
        if new is not None:
            cell["source"] = new
    return edited

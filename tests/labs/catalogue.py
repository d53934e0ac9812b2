"""The instructor notebook of lab 1 and its checks, as data for the tests of the lab."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from labhub.authoring.checks import Checks, read_checks
from labhub.authoring.notebook import Notebook, Role, read_notebook
from labhub.authoring.units import LabUnits, parse_units

ROOT = Path(__file__).parents[2]
NAME = "lab1_feedforward"
FOLDER = ROOT / "source" / NAME


@cache
def notebook() -> Notebook:
    """The source notebook."""
    return read_notebook(FOLDER / f"{NAME}.ipynb")


@cache
def checks() -> Checks:
    """All mutants and alternates."""
    return read_checks(ROOT / "checks" / NAME)


@cache
def units() -> LabUnits:
    """The units and written questions of the notebook's metadata."""
    found, problems = parse_units(notebook().metadata)
    assert found is not None, problems
    return found


STUB = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION$.*?^[ \t]*### END SOLUTION$", re.MULTILINE | re.DOTALL
)
SETTING = ("l1g-parameters", "l1g-bootstrap", "l1g-paper", "l1g-check-logreg", "l1g-buggy")
"""The given cells that define what solutions and checks use."""


def source_of(place: str) -> str:
    """The source of the cell with that grade id."""
    cell = notebook().cell(place)
    assert cell is not None, place
    return cell.source


def stub_of(source: str) -> str:
    """What a student starts with."""
    return STUB.sub(r"\g<indent>raise NotImplementedError()", source)


def solved(until: str) -> dict[str, Any]:
    """The names in a notebook in which the instructor's code has run, down to the cell `until`.

    Only solutions and `SETTING`; what draws, trains and tests is left out.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in notebook().code_cells():
        if cell.grade_id == until:
            return names
        solution = cell.role is Role.SOLUTION and cell.grade_id != "l1e09-noise"
        if solution or cell.grade_id in SETTING:
            exec(compile(cell.source, f"<{cell.place}>", "exec"), names)
    raise LookupError(f"no cell {until}")

"""The instructor notebooks of the labs and their checks, as data for the tests of the labs."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from labhub.authoring.checks import Checks, read_checks
from labhub.authoring.notebook import Cell, Notebook, Role, read_notebook
from labhub.authoring.units import LabUnits, parse_units

ROOT = Path(__file__).parents[2]
STUB = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION$.*?^[ \t]*### END SOLUTION$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Lab:
    """One lab and what its specification says about it."""

    name: str
    number: int
    points: dict[str, tuple[int, ...]]
    """Exercise -> the points of its tests, in order."""
    questions: dict[str, int]
    imports: frozenset[str]
    """What a solution may import."""
    setting: tuple[str, ...]
    """The given cells that define what solutions and checks use."""
    experiment: str
    """The solution cell in which a student runs an experiment of their own."""

    __hash__ = object.__hash__

    def __str__(self) -> str:
        return f"lab{self.number}"

    @property
    def folder(self) -> Path:
        """Where the source notebook lies."""
        return ROOT / "source" / self.name

    @property
    def notebook(self) -> Notebook:
        """The source notebook."""
        return _notebook(self.folder / f"{self.name}.ipynb")

    @property
    def checks(self) -> Checks:
        """All mutants and alternates."""
        return _checks(ROOT / "checks" / self.name)

    @property
    def units(self) -> LabUnits:
        """The units and written questions of the notebook's metadata."""
        found, problems = parse_units(self.notebook.metadata)
        assert found is not None, problems
        return found

    @property
    def markdown(self) -> list[Cell]:
        """The cells of text."""
        return [cell for cell in self.notebook.cells if cell.kind == "markdown"]

    def number_of(self, unit_id: str) -> str:
        """`1.3` for `l1e03`, `M1.a` for `l1m-a`."""
        if unit_id.startswith(f"l{self.number}m"):
            return f"M{self.number}.{unit_id[-1]}"
        return f"{self.number}.{int(unit_id[3:])}"

    def source_of(self, place: str) -> str:
        """The source of the cell with that grade id."""
        cell = self.notebook.cell(place)
        assert cell is not None, place
        return cell.source

    def solved(self, until: str) -> dict[str, Any]:
        """The names in a notebook in which the instructor's code has run, down to `until`.

        Only solutions and `setting`; what draws, trains and tests is left out.
        """
        names: dict[str, Any] = {"__name__": "__main__"}
        for cell in self.notebook.code_cells():
            if cell.grade_id == until:
                return names
            solution = cell.role is Role.SOLUTION and cell.grade_id != self.experiment
            if solution or cell.grade_id in self.setting:
                exec(compile(cell.source, f"<{cell.place}>", "exec"), names)
        raise LookupError(f"no cell {until}")


@cache
def _notebook(path: Path) -> Notebook:
    return read_notebook(path)


@cache
def _checks(folder: Path) -> Checks:
    return read_checks(folder)


def stub_of(source: str) -> str:
    """What a student starts with."""
    return STUB.sub(r"\g<indent>raise NotImplementedError()", source)


LAB1 = Lab(
    name="lab1_feedforward",
    number=1,
    points={
        "l1e01": (1, 1, 2),
        "l1e02": (1, 1, 1),
        "l1e03": (2, 2, 1),
        "l1e04": (2, 1),
        "l1e05": (1, 3),
        "l1e06": (2, 2, 2),
        "l1e07": (1, 3, 1, 1),
        "l1e08": (2, 1, 2),
        "l1e09": (2, 1),
        "l1e10": (1,),
    },
    questions={"l1m-a": 5, "l1m-b": 6, "l1m-c": 4, "l1m-d": 5},
    imports=frozenset({"numpy", "math"}),
    setting=("l1g-parameters", "l1g-bootstrap", "l1g-paper", "l1g-check-logreg", "l1g-buggy"),
    experiment="l1e09-noise",
)
LAB2 = Lab(
    name="lab2_sequences",
    number=2,
    points={
        "l2e01": (2, 1, 1),
        "l2e02": (2, 1),
        "l2e03": (2, 3, 3),
        "l2e04": (2, 2),
        "l2e05": (3, 1),
        "l2e06": (4, 1),
        "l2e07": (3, 2),
        "l2e08": (1, 1),
        "l2e09": (1, 3, 1),
    },
    questions={"l2m-a": 5, "l2m-b": 6, "l2m-c": 4, "l2m-d": 5},
    imports=frozenset({"collections", "numpy", "torch"}),
    setting=("l2g-parameters", "l2g-bootstrap", "l2g-corpus", "l2g-cells"),
    experiment="l2e09-remedy",
)
LAB3 = Lab(
    name="lab3_vision",
    number=3,
    points={
        "l3e01": (1, 1, 1),
        "l3e02": (2, 2, 1),
        "l3e03": (3, 1, 2),
        "l3e04": (2, 2, 2),
        "l3e05": (2, 1),
        "l3e06": (3, 1),
        "l3e07": (2, 1, 3),
        "l3e08": (2, 3),
        "l3e09": (2,),
    },
    questions={"l3m-a": 6, "l3m-b": 5, "l3m-c": 5, "l3m-d": 4},
    imports=frozenset({"numpy", "torch"}),
    setting=("l3g-parameters", "l3g-bootstrap", "l3g-data", "l3g-budget"),
    experiment="l3e04-ablation",
)
LABS = (LAB1, LAB2, LAB3)

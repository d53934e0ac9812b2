"""The units of a lab: the metadata `nnlab` of an instructor notebook.

It stands at the notebook's level, where editors keep it. A unit and its cells belong together by
the prefix of their grade ids: the unit `l1e03` owns `l1e03-softmax` and `l1e03-t1`.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Unit(BaseModel):
    """One exercise: its id is the prefix of its cells' grade ids."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    points: float = Field(ge=0)
    outcomes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Units whose names this one uses."""
    provides: tuple[str, ...] = ()
    """Names that its solution cells define."""
    minutes: int | None = None
    kind: Literal["auto", "manual", "paper"] = "auto"
    data: tuple[str, ...] | str | None = None
    guard: bool | tuple[str, ...] | str | None = None
    """Whether, or against what, a test cell watches for forbidden functions."""
    spec_version: int | str = 1


class ManualQuestion(BaseModel):
    """One written question: its id is the grade id of its cell."""

    model_config = ConfigDict(frozen=True, extra="allow")

    id: str
    title: str = ""
    points: float = Field(ge=0)
    outcomes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Units whose results the question asks about."""
    minutes: int | None = None


class LabUnits(BaseModel):
    """All units and written questions of a notebook."""

    model_config = ConfigDict(frozen=True, extra="allow")

    units: tuple[Unit, ...] = ()
    manual: tuple[ManualQuestion, ...] = ()

    def owner(self, grade_id: str) -> Unit | None:
        """The unit of a cell, by the prefix of its grade id."""
        return next((unit for unit in self.units if grade_id.startswith(f"{unit.id}-")), None)


def parse_units(metadata: Mapping[str, Any]) -> tuple[LabUnits | None, list[str]]:
    """The units of a notebook's metadata, and what is wrong with them in words.

    A notebook without the key `nnlab` has no units, and nothing is wrong with that.
    """
    if "nnlab" not in metadata:
        return None, []
    try:
        return LabUnits.model_validate(metadata["nnlab"]), []
    except ValidationError as error:
        return None, [
            f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()
        ]


def cycles(units: LabUnits) -> list[str]:
    """The units that need themselves, directly or through others."""
    needs = {unit.id: set(unit.needs) for unit in units.units}

    def reached_from(start: str) -> set[str]:
        found: set[str] = set()
        waiting = set(needs.get(start, ()))
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting |= needs.get(one, set())
        return found

    return [unit for unit in needs if unit in reached_from(unit)]


def unit_number(unit_id: str) -> str:
    """The number that people know; empty for an id of another form.

    >>> unit_number("l1e03"), unit_number("l1m-a"), unit_number("warm-up")
    ('1.3', 'M1.a', '')
    """
    if exercise := re.fullmatch(r"l(\d+)e(\d+)", unit_id):
        return f"{int(exercise[1])}.{int(exercise[2])}"
    written = re.fullmatch(r"l(\d+)m-(\w+)", unit_id)
    return f"M{int(written[1])}.{written[2]}" if written else ""

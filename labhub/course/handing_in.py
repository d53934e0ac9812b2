"""What course.toml says about handing in: limits, and what happens when a hand-in arrives."""

from typing import Annotated, Literal

from pydantic import Field

from labhub.course.fields import Count, Table
from labhub.course.model import HandInLimits, OnHandIn, ShownOnHandIn

MIB = 1 << 20

Repository = Annotated[str, Field(pattern=r"^([\w.-]+/[\w.-]+(@[\w./-]+)?)?$")]
"""`owner/name`, or `owner/name@branch`."""


class HandInsTable(Table):
    """What one hand-in may hold; held to while it is uploaded."""

    file_mib: Annotated[int, Field(gt=0, le=1024)] = 32
    """The largest file, in MiB."""
    total_mib: Annotated[int, Field(gt=0, le=4096)] = 64
    """All files together, in MiB."""
    files: Annotated[int, Field(gt=0, le=1000)] = 50
    """The most files."""


class OnHandInTable(Table):
    """What happens as soon as something is handed in."""

    grade: bool = False
    """Whether it is graded at once."""
    shows: Literal["nothing", "visible", "names"] = "visible"
    """What the student then sees: nothing, the results of the tests in the notebook, or of all
    tests, the hidden ones by their names only."""
    attempts: Count | None = None
    """How often one may hand in at all; left out: as often as one likes."""
    attempts_per_day: Count | None = None
    """How often one may hand in between two midnights of the course's zone."""


def limits_of(table: HandInsTable) -> HandInLimits:
    """The limits in bytes."""
    return HandInLimits(table.file_mib * MIB, table.total_mib * MIB, table.files)


def on_hand_in_of(table: OnHandInTable) -> OnHandIn:
    """What happens when a hand-in of an assignment arrives."""
    return OnHandIn(table.grade, ShownOnHandIn(table.shows), table.attempts, table.attempts_per_day)

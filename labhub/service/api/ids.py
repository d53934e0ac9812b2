"""The parts of addresses."""

from typing import Annotated

from fastapi import Path

_NAME = {"min_length": 1, "max_length": 64}

CoursePath = Annotated[str, Path(alias="course", description="Id of the course.", **_NAME)]
AssignmentPath = Annotated[
    str, Path(alias="assignment", description="Id of the assignment.", **_NAME)
]
GroupPath = Annotated[str, Path(alias="group", description="Id of the group.", **_NAME)]
Number = Annotated[int, Path(alias="number", ge=1, le=2**31 - 1, description="Its number.")]

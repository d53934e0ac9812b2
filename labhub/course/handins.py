"""Hand-ins that are put together from the exercises of labs, as course.toml lists them."""

from typing import Annotated

from pydantic import Field

from labhub.course.fields import Table, Text

ExerciseName = Annotated[str, Field(pattern=r"^l\d+(e\d\d[a-z]?|m-[a-z])$")]
"""`l1e06`, its part `l1e06b`, or the written question `l1m-a`."""


class PoolTable(Table):
    """Where the labs are, from whose exercises hand-ins are put together."""

    course_dir: Text = "."
    """Course folder of the labs, relative to this one. Its course.toml says when they close."""

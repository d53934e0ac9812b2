"""The kinds of values that stand in course.toml, and what every table of it has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Text = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Credits = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(gt=0)]
Mebibytes = Annotated[int, Field(gt=0, le=1 << 20)]
Percent = Annotated[float, Field(ge=0, le=100)]
Number = Annotated[float, Field(ge=0)]
Whole = Annotated[int, Field(ge=0)]


class Table(BaseModel):
    """A table of the file: a key that is not named here is an error."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )

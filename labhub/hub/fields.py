"""The kinds of values that stand in hub.toml, and what every table of it has in common."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, ValidationInfo

from labhub.course.fields import Table


class HubTable(Table):
    """A table of hub.toml: a key that is not named here is an error."""

    model_config = ConfigDict(strict=False)


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    folder = Path(info.context["folder"]) if info.context else Path.cwd()
    return (folder / path.expanduser()).resolve()


File = Annotated[Path, AfterValidator(_beside_the_file)]
"""A path relative to the folder of hub.toml."""
Folder = File
Port = Annotated[int, Field(gt=0, lt=65536)]
Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 31)]
# A name becomes a folder, a URL and a part of nbgrader's "student+assignment+time".
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+[^/\s]$")]

"""hub.toml, read into frozen objects. The only place that knows the file's form.

Example::

    port = 8000
    hub_port = 8081
    proxy_port = 8001
    state_dir = "state"
    runtime_dir = "/tmp/labhub-hub"
    exchange_dir = "exchange"

    [services]
    hand_in_port = 8200

    [logins]                      # development only: a password for each name
    teacher = "correct-horse"

    [courses.dl]
    course_dir = "course"
    formgrader_port = 8100
    instructors = ["teacher"]
"""

import tomllib
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)

from labhub.hub.errors import HubSettingsError

HAND_IN_SERVICE = "labhub"
"""Name of the one service that takes the hand-ins of all courses."""

_STRICT = ConfigDict(extra="forbid")


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    folder: Path = info.context["folder"]  # type: ignore[index]  # always given by load_settings
    return (folder / path.expanduser()).resolve()


Folder = Annotated[Path, AfterValidator(_beside_the_file)]
Port = Annotated[int, Field(gt=0, lt=65536)]
# A name becomes a folder, a URL and a part of nbgrader's "student+assignment+time".
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


@dataclass(frozen=True)
class CourseSettings:
    """One course on the Hub: its folder, its formgrader and its people."""

    __pydantic_config__ = _STRICT

    course_dir: Folder
    formgrader_port: Port
    instructors: tuple[Name, ...] = ()
    tas: tuple[Name, ...] = ()
    students: tuple[Name, ...] = ()

    @property
    def staff(self) -> tuple[str, ...]:
        """Who may open the formgrader."""
        return (*self.instructors, *self.tas)


@dataclass(frozen=True)
class ServicesSettings:
    """What the Hub runs beside itself and the people's servers."""

    __pydantic_config__ = _STRICT

    hand_in_port: Port = 8200
    """Internal port of the hand-in service, /services/labhub/."""


@dataclass(frozen=True)
class HubSettings:
    """All that the Hub's configuration depends on."""

    __pydantic_config__ = _STRICT

    port: Port
    """Where the browser goes."""
    hub_port: Port
    proxy_port: Port
    state_dir: Folder
    """Database, secrets, log and the home folders."""
    runtime_dir: Folder
    """Sockets of kernels. A short path: a Unix socket's name may have 107 characters."""
    exchange_dir: Folder
    address: str = "127.0.0.1"
    services: ServicesSettings = ServicesSettings()
    logins: dict[Name, str] = field(default_factory=dict)
    courses: dict[Name, CourseSettings] = field(default_factory=dict)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the Hub."""
        try:
            return ip_address(self.address).is_loopback
        except ValueError:
            return self.address == "localhost"

    @property
    def hand_in_url(self) -> str:
        """Where programs on this machine reach the hand-in service."""
        return f"http://127.0.0.1:{self.port}/services/{HAND_IN_SERVICE}"

    @property
    def homes_dir(self) -> Path:
        """One folder per person."""
        return self.state_dir / "homes"

    @property
    def staff(self) -> frozenset[str]:
        """Everyone who teaches in some course."""
        return frozenset(name for course in self.courses.values() for name in course.staff)


def grader_account(course_id: str) -> str:
    """The Hub user that a course's formgrader runs as; nobody can log in with it."""
    return f"grader-{course_id}"


def load_settings(path: Path) -> HubSettings:
    """Read hub.toml; folders are relative to it.

    Raises HubSettingsError, with file, key and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return _SETTINGS.validate_python(
            tomllib.loads(text), context={"folder": path.parent.absolute()}
        )
    except OSError as error:
        raise HubSettingsError(
            f"{path} cannot be read: {error.strerror}",
            hint="Set LABHUB_HUB to the path of a hub.toml; docs/howto/run-the-hub.md shows one.",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise HubSettingsError(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        raise HubSettingsError(_findings(path, error)) from error


_SETTINGS = TypeAdapter(HubSettings)


def _findings(path: Path, error: ValidationError) -> str:
    lines = [
        f"{path}: {'.'.join(map(str, finding['loc']))}: {finding['msg']}"
        for finding in error.errors()
    ]
    return "\n".join(lines)

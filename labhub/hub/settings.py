"""hub.toml, read into frozen objects. Each key is described in docs/reference/hub-toml.md."""

import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from labhub.course.places import line_of
from labhub.hub.errors import HubSettingsError
from labhub.hub.fields import Folder, HubTable, Name, Port, Url
from labhub.hub.tables import (
    AuthenticatorTable,
    CourseSettings,
    GpusTable,
    LimitsTable,
    ServicesTable,
    SpawnerTable,
)

HAND_IN_SERVICE = "labhub"
"""Name of the one service that takes the hand-ins of all courses."""


class HubSettings(HubTable):
    """All that the Hub's configuration depends on."""

    port: Port
    """Where the browser goes."""
    hub_port: Port
    """Internal port of the Hub."""
    proxy_port: Port
    """Internal port of the proxy's own interface."""
    state_dir: Folder
    """Database, secrets, log and the home folders."""
    runtime_dir: Folder
    """Sockets of kernels. A short path: a Unix socket's name may have 107 characters."""
    exchange_dir: Folder
    """nbgrader's exchange."""
    address: str = "127.0.0.1"
    """Where the Hub listens."""
    public_url: Url | None = None
    """Where people reach it, where something before it ends TLS: `https://labs.example.edu`."""
    subdomains: bool = False
    """Whether each person's server has a host name of its own below that of `public_url`; only
    this keeps one person's pages from reaching another's."""
    authenticator: AuthenticatorTable = AuthenticatorTable()
    """See `[authenticator]`."""
    services: ServicesTable = ServicesTable()
    """See `[services]`."""
    spawner: SpawnerTable = SpawnerTable()
    """See `[spawner]`."""
    limits: LimitsTable = LimitsTable()
    """See `[limits]`."""
    gpus: GpusTable = GpusTable()
    """See `[gpus]`."""
    courses: dict[Name, CourseSettings] = {}  # noqa: RUF012 - pydantic copies it
    """See `[courses.NAME]`."""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the Hub."""
        try:
            return ip_address(self.address).is_loopback
        except ValueError:
            return self.address == "localhost"

    @property
    def logins(self) -> dict[str, str]:
        """The demo's passwords."""
        return self.authenticator.passwords

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

    @property
    def people(self) -> frozenset[str]:
        """Everyone of some course."""
        students = (name for course in self.courses.values() for name in course.students)
        return self.staff | frozenset(students)


def grader_account(course_id: str) -> str:
    """The Hub user that a course's formgrader runs as; nobody can log in with it."""
    return f"grader-{course_id}"


def load_settings(path: Path) -> HubSettings:
    """Read hub.toml; folders are relative to it.

    Raises HubSettingsError, with file, line, key and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
        return HubSettings.model_validate(
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
        raise HubSettingsError("\n".join(_findings(path, text, error))) from error


def _findings(path: Path, text: str, error: ValidationError) -> Iterator[str]:
    for finding in error.errors():
        place = tuple(finding["loc"])
        words = finding["msg"]
        if finding["type"] == "extra_forbidden":
            words = f"is unknown{_near(place)}"
        yield f"{path}:{line_of(text, place)}: {'.'.join(map(str, place))}: {words}"


def _near(place: tuple[str | int, ...]) -> str:
    model: type[BaseModel] = HubSettings
    for step in place[:-1]:
        if step in model.model_fields:  # else the name of a course
            model = _model_in(model.model_fields[str(step)].annotation)
    near = get_close_matches(str(place[-1]), model.model_fields, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; known: {', '.join(model.model_fields)}"


def _model_in(annotation: Any) -> type[BaseModel]:  # noqa: ANN401 - what pydantic keeps
    kinds = (annotation, *get_args(annotation))
    return next(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))

"""The folders and people of a demonstration, and the hub.toml that ties them together."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from tempfile import TemporaryDirectory

from labhub.hub.process import RunningHub, free_ports, running_hub
from labhub.hub.settings import load_settings
from labhub.ids import CourseId

FAVOURITE_PORT = 8000
"""Where the demo's Hub is found unless somebody else listens there."""


@dataclass(frozen=True)
class Cast:
    """Who plays: Hub names."""

    instructors: tuple[str, ...] = ("teacher",)
    tas: tuple[str, ...] = ("ta",)
    students: tuple[str, ...] = ()
    outsiders: tuple[str, ...] = ()
    """They have a login and belong to no course."""

    @property
    def everyone(self) -> tuple[str, ...]:
        """All who can log in."""
        return (*self.instructors, *self.tas, *self.students, *self.outsiders)


@dataclass(frozen=True)
class Stage:
    """Where a demonstration happens; all of it lies below `root`."""

    root: Path
    course_id: CourseId

    @property
    def course_dir(self) -> Path:
        """The course folder, a copy that may be written to."""
        return self.root / "course"

    @property
    def exchange_dir(self) -> Path:
        """nbgrader's exchange."""
        return self.root / "exchange"

    @property
    def hub_file(self) -> Path:
        """The Hub's settings."""
        return self.root / "hub" / "hub.toml"

    @property
    def homes_dir(self) -> Path:
        """The home folders of the Hub's users."""
        return self.root / "hub" / "homes"


@contextmanager
def open_hub(
    stage: Stage, cast: Cast, *, port: int = 0, more: str = "", exchange: str = "folder"
) -> Iterator[RunningHub]:
    """Run the stage's Hub for the length of a `with` block, at `port` where that is free.

    `exchange` is nbgrader's, `folder` or `service`; `more` are further tables of hub.toml.
    """
    with TemporaryDirectory(prefix="labhub-") as runtime_dir:
        write_hub_file(stage, cast, Path(runtime_dir), wish=port, more=more, exchange=exchange)
        with running_hub(stage.hub_file) as hub:
            yield hub


def write_hub_file(
    stage: Stage,
    cast: Cast,
    runtime_dir: Path,
    *,
    wish: int = 0,
    more: str = "",
    exchange: str = "folder",
) -> None:
    """Write hub.toml with free ports; passwords stay the same from one run to the next."""
    stage.hub_file.parent.mkdir(parents=True, exist_ok=True)
    port, hub_port, proxy_port, formgrader_port, hand_in_port = free_ports(5, wish=wish)
    lines = [
        f"port = {port}",
        f"hub_port = {hub_port}",
        f"proxy_port = {proxy_port}",
        'state_dir = "."',
        f"runtime_dir = {_text(runtime_dir)}",
        'exchange_dir = "../exchange"',
        "",
        "[services]",
        f"hand_in_port = {hand_in_port}",
        f"exchange = {_text(exchange)}",
        "",
        "[authenticator.passwords]",
        *(f"{name} = {_text(password)}" for name, password in _passwords(stage, cast).items()),
        "",
        f"[courses.{stage.course_id}]",
        'course_dir = "../course"',
        f"formgrader_port = {formgrader_port}",
        f"instructors = {_list(cast.instructors)}",
        f"tas = {_list(cast.tas)}",
        f"students = {_list(cast.students)}",
        more,
    ]
    stage.hub_file.touch(mode=0o600)
    stage.hub_file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _passwords(stage: Stage, cast: Cast) -> dict[str, str]:
    # Random, because everyone on this machine can reach the Hub's port.
    known = load_settings(stage.hub_file).logins if stage.hub_file.exists() else {}
    return {name: known.get(name) or secrets.token_hex(5) for name in cast.everyone}


def _text(value: object) -> str:
    return dumps(str(value))  # a JSON string is a TOML string


def _list(names: tuple[str, ...]) -> str:
    return dumps(list(names))

"""`labhub serve`: the hand-in service."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.errors import BadWordsError

if TYPE_CHECKING:
    from labhub.service.identity import Identify, Role
    from labhub.service.settings import ServiceSettings


def serve(
    course: Annotated[
        list[str] | None,
        typer.Option("--course", help="Folder of a course, or NAME=DIR; may be repeated."),
    ] = None,
    host: Annotated[str, typer.Option(help="Address; default: what the Hub says.")] = "",
    port: Annotated[int, typer.Option(help="Port; default: what the Hub says, else 8080.")] = 0,
    no_hub: Annotated[
        bool, typer.Option("--no-hub", help="For development, without a Hub, on 127.0.0.1 only.")
    ] = False,
    as_: Annotated[
        list[str] | None,
        typer.Option(
            "--as",
            metavar="NAME=ROLE",
            help="With --no-hub: who there is; student, ta or instructor; may be repeated.",
        ),
    ] = None,
    work: Annotated[
        bool, typer.Option("--work/--no-work", help="Start a worker where a job waits.")
    ] = True,
) -> None:
    """Run the hand-in service.

    Behind a Hub, which starts it or whose environment it is given; it serves all courses named.
    Without a Hub everybody is believed: that is for development."""
    from labhub.service.settings import place_of, settings_of

    settings = settings_of(tuple(place_of(each) for each in course or [str(Path())]))
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    _run(settings, no_hub, as_ or [], work=work)


def _run(settings: "ServiceSettings", no_hub: bool, people: list[str], *, work: bool) -> None:
    from labhub.service.server import run

    identify = _development(settings, people) if no_hub else _hub(settings)
    run(settings, identify, work=work)


def _hub(settings: "ServiceSettings") -> "Identify":
    from labhub.service.hub_login import HubLogin

    return HubLogin(settings)


def _development(settings: "ServiceSettings", people: list[str]) -> "Identify":
    from labhub.service.courses import ids_of
    from labhub.service.development_login import DevelopmentLogin

    courses = ids_of(settings.courses)
    roles = dict(map(_person, people))
    table = {name: dict.fromkeys(courses, role) for name, role in roles.items()}
    return DevelopmentLogin(settings, table)


def _person(text: str) -> "tuple[str, Role]":
    from labhub.service.identity import Role

    name, _, role = text.partition("=")
    if not name or role.upper() not in Role.__members__:
        raise BadWordsError(
            f"'{text}' is no person for --as.",
            hint="Write NAME=student, NAME=ta or NAME=instructor.",
        )
    return name, Role[role.upper()]

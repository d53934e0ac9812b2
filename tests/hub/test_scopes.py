"""What each role and service may do at the Hub's interface: a table, asked of the running Hub."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from labhub.hub.process import RunningHub
from labhub.hub.settings import grader_account
from tests.course_folder import COURSE_ID
from tools.demo.hubclient import Person

pytestmark = [pytest.mark.hub, pytest.mark.slow, pytest.mark.xdist_group("hub")]
Enter = Callable[[str], Person]

# What is asked, and who may: s student, t TA, i instructor, o somebody of no course;
# S a student's server, F the formgrader's service, H the hand-in service, C the idle culler.
# A question is a method and a path of the Hub's interface; `ada` is the student who asks,
# `bob` another one. Everything that no letter stands for is refused (403, or 404 where
# even the name is not to be known).
TABLE = """
GET    user                                  s t i o S F H C
GET    users/{me}                            s t i o S F C
GET    users                                 F C
GET    users/bob                             C F
GET    users/bob/tokens                      -
POST   users/bob/tokens                      -
POST   users/bob/server                      -
POST   users/mallory2                        -
DELETE users/bob                             -
PATCH  users/bob                             -
GET    groups                                F
GET    groups/nbgrader-{c}                   F
GET    groups/formgrade-{c}                  -
POST   groups/new                            -
DELETE groups/nbgrader-{c}                   -
GET    services                              -
GET    services/{c}                          -
GET    proxy                                 -
GET    info                                  -
POST   shutdown                              -
"""


@dataclass(frozen=True)
class Asker:
    """Somebody or something with a way to ask the Hub."""

    name: str
    ask: Callable[[str, str], int]


def rows() -> Iterator[tuple[str, str, str]]:
    for line in TABLE.strip().splitlines():
        method, path, may = re.fullmatch(r"(\w+)\s+(\S+)\s+(.+)", line).groups()  # type: ignore[union-attr]
        yield method, path, may


@pytest.fixture(scope="module")
def askers(hub: RunningHub, person: Enter) -> dict[str, Asker]:
    people = {"s": "ada", "t": "ta", "i": "teacher", "o": "mallory"}
    found = {letter: by_session(person(name)) for letter, name in people.items()}
    person("ada").start_server()
    tokens = {
        "S": ("ada", token_of(hub, "ada", b"jupyterhub.singleuser")),
        "F": ("", token_of(hub, grader_account(COURSE_ID), b"jupyterhub.singleuser")),
        "H": ("", token_of(hub, "", b"serve")),
        "C": ("", token_of(hub, "", b"jupyterhub_idle_culler")),
    }
    return found | {letter: by_token(hub, *each) for letter, each in tokens.items()}


def by_session(someone: Person) -> Asker:
    return Asker(someone.name, lambda method, path: someone.hub(method, path).status_code)


def by_token(hub: RunningHub, name: str, token: str) -> Asker:
    def ask(method: str, path: str) -> int:
        url = f"{hub.url}/hub/api/{path}"
        headers = {"Authorization": f"token {token}"}
        return requests.request(method, url, headers=headers, timeout=60).status_code

    return Asker(name, ask)


def token_of(hub: RunningHub, name: str, word: bytes) -> str:
    """The token that the Hub gave to a process that it runs."""
    hub_file = str(hub.settings.state_dir / "hub.toml").encode()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            command = (path / "cmdline").read_bytes().split(b"\0")
            environment = (path / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        values = dict(each.partition(b"=")[::2] for each in environment)
        mine = not name or values.get(b"JUPYTERHUB_USER") == name.encode()
        mine = mine and values.get(b"LABHUB_HUB") == hub_file  # other Hubs may be about
        if word in command and mine and b"JUPYTERHUB_API_TOKEN" in values:
            return values[b"JUPYTERHUB_API_TOKEN"].decode()
    raise AssertionError(f"no process {word!r} of {name!r}")


@pytest.mark.parametrize(("method", "path", "may"), list(rows()))
@pytest.mark.parametrize("letter", "stioSFHC")
def test_who_may_ask_what(
    askers: dict[str, Asker], letter: str, method: str, path: str, may: str
) -> None:
    asker = askers[letter]
    status = asker.ask(method, path.format(me=asker.name or "ada", c=COURSE_ID))
    if letter in may.split():
        assert status == 200
    else:
        assert status in (403, 404), f"{method} {path} as {letter}"

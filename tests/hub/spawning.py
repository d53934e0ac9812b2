"""Real spawners without a Hub around them."""

from pathlib import Path
from typing import Any, TypeVar

from jupyterhub.objects import Hub, Server
from jupyterhub.orm import Spawner as OrmSpawner

from labhub.hub.desk import Desk
from labhub.hub.spawners.base import LabServer

S = TypeVar("S", bound=LabServer)
QUICK_CONFIG = Path(__file__).with_name("quick_hub_config.py")
"""For a Hub of a test that waits for what the Hub sees."""


class User:
    """As much of the Hub's user as spawners look at."""

    id = 1
    server = Server()

    def __init__(self, name: str) -> None:
        self.name = self.escaped_name = name
        self.url = f"/user/{name}/"
        self.settings: dict[str, Any] = {}

    def __getattr__(self, _: str) -> None:
        return None


def spawner(kind: type[S], desk: Desk, name: str = "ada", **traits: Any) -> S:
    """A spawner of that class, whose desk is this one."""
    its_own: type[S] = type(kind.__name__, (kind,), {"desk": desk})
    made = its_own(
        user=User(name),
        hub=Hub(),
        orm_spawner=OrmSpawner(name=""),
        api_token="x",
        oauth_client_id="y",
        **traits,
    )
    made.db = None
    return made

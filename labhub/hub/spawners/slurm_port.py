"""The one message that a job may send to its spawner: the port of the server.

batchspawner's own handler sets every attribute of a spawner that a student cares to name.
"""

import json
from secrets import compare_digest
from typing import Protocol, runtime_checkable

from batchspawner.api import BatchSpawnerAPIHandler  # type: ignore[import-untyped]
from jupyterhub.apihandlers import APIHandler, default_handlers  # type: ignore[import-untyped]
from tornado import web

_LONGEST_BODY = 64
_PORTS = range(1024, 65536)


@runtime_checkable
class TakesPort(Protocol):
    """A spawner that waits for the port of its server."""

    def take_port(self, port: int) -> bool:
        """Take it; False where nobody waits for one."""
        ...


class PortHandler(APIHandler):  # type: ignore[misc]
    """Takes a port, once, from the job of a server that is starting."""

    @web.authenticated
    def post(self) -> None:
        """Answer 201; 400 for anything but a port, 403 for anybody but a job that starts."""
        port = port_in(self.request.body)
        if port is None:
            raise web.HTTPError(400, "expected a port, and nothing else")
        spawner = self._caller()
        if spawner is None or not spawner.take_port(port):
            raise web.HTTPError(403, "no server waits for this port")
        self.set_status(201)
        self.finish(json.dumps({"message": "ok"}))

    def _caller(self) -> TakesPort | None:
        """The spawner whose own token came with the request; a cookie is not enough."""
        token = self.get_auth_token() or ""
        spawners = getattr(self.current_user, "spawners", {})
        own = (each for each in list(spawners.values()) if each.api_token)
        found = next((each for each in own if compare_digest(each.api_token, token)), None)
        return found if isinstance(found, TakesPort) else None


def port_in(body: bytes) -> int | None:
    """The port in a request's body, or None when it holds anything else.

    >>> port_in(b'{"port": 4242}')
    4242
    >>> port_in(b'{"port": 4242, "exec_prefix": "id;"}')
    """
    if len(body) > _LONGEST_BODY:
        return None
    try:
        content = json.loads(body)
    except ValueError:
        return None
    if not isinstance(content, dict) or set(content) != {"port"}:
        return None
    port = content["port"]
    return port if type(port) is int and port in _PORTS else None


def replace_handler() -> None:
    """Put our handler where batchspawner has registered its own."""
    default_handlers[:] = [
        (path, PortHandler if handler is BatchSpawnerAPIHandler else handler, *rest)
        for path, handler, *rest in default_handlers
    ]

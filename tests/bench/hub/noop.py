"""Servers that are none: they start at once, and one small process answers for all of them."""

import os
from typing import Any

from jupyterhub.spawner import Spawner
from tornado import httpserver, ioloop, web

from labhub.hub.spawners.base import LabServer


class NoopServer(Spawner):  # type: ignore[misc]
    """Starts nothing."""

    up = False

    async def start(self) -> tuple[str, int]:
        self.up = True
        return "127.0.0.1", int(os.environ["BENCH_NOOP"])

    async def stop(self, now: bool = False) -> None:
        self.up = False

    async def poll(self) -> int | None:
        return None if self.up else 0

    def get_state(self) -> dict[str, Any]:
        return {**super().get_state(), "up": self.up}

    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(state)
        self.up = state.get("up", False)

    def clear_state(self) -> None:
        super().clear_state()
        self.up = False


class NoopLabServer(LabServer, NoopServer):
    """The same, with everything that labhub does around a start."""


class Answer(web.RequestHandler):
    def get(self, _: str) -> None:
        self.set_header("X-JupyterHub-Version", "6.1.1")
        self.write({"version": "6.1.1"})


def main(port: int) -> None:
    """Answer for all servers."""
    httpserver.HTTPServer(web.Application([(r"(/.*)", Answer)])).listen(port, "127.0.0.1")
    ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main(int(os.environ["BENCH_NOOP"]))

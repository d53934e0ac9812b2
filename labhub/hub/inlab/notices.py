"""Tells the Hub when a kernel last worked, and its owner what the Hub says about this server."""

import json
import os
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.ioloop import PeriodicCallback

EVERY_MS = 60_000
TIMEOUT_S = 10.0
NOTHING = {"until": None, "words": ""}


class Notices:
    """What the Hub said last."""

    def __init__(self, kernels: Any) -> None:  # noqa: ANN401 - Jupyter's kernel manager
        self.kernels = kernels
        self.latest: dict[str, Any] = dict(NOTHING)

    def start(self) -> None:
        """Ask the Hub once a minute."""
        PeriodicCallback(self.ask, EVERY_MS).start()

    async def ask(self) -> None:
        """Ask the Hub, with the server's own token; where it does not answer, nothing changes."""
        url = os.environ["JUPYTERHUB_API_URL"].removesuffix("/api") + "/labhub/notice"
        request = HTTPRequest(
            url,
            method="POST",
            headers={"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"},
            body=json.dumps({"kernels": last_work(self.kernels)}),
            request_timeout=TIMEOUT_S,
        )
        try:
            reply = await AsyncHTTPClient().fetch(request)
        except (HTTPClientError, OSError):
            return
        self.latest = json.loads(reply.body)


def last_work(kernels: Any) -> str | None:  # noqa: ANN401
    """When a kernel last said something; None without any. A kernel that is only busy is silent."""
    times = [kernels.get_kernel(each).last_activity for each in kernels.list_kernel_ids()]
    return str(max(times).isoformat()) if times else None


class NoticeHandler(APIHandler):
    """GET labhub/notice: `{"until": time or null, "words": text}`, for the page in the browser."""

    def initialize(self, notices: Notices) -> None:
        """With what the Hub said last."""
        self.notices = notices

    @web.authenticated
    async def get(self) -> None:
        """What the Hub said last."""
        await self.finish(json.dumps(self.notices.latest))

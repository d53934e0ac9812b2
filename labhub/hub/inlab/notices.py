"""Tells the Hub when a kernel last worked, and its owner what the Hub says about this server."""

import json
import os
from datetime import UTC, datetime
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
            body=json.dumps(report(self.kernels)),
            request_timeout=TIMEOUT_S,
        )
        try:
            reply = await AsyncHTTPClient().fetch(request)
        except (HTTPClientError, OSError):
            return
        self.latest = json.loads(reply.body)


def report(kernels: Any) -> dict[str, object]:  # noqa: ANN401
    """What the Hub cannot see from where it is: kernels, and the GPU of another machine."""
    percent = gpu_percent()
    return {"kernels": last_work(kernels, busy_counts=percent is None), "gpu": percent}


def last_work(kernels: Any, *, busy_counts: bool) -> str | None:  # noqa: ANN401
    """When a kernel last said something; None without any.

    A kernel that is busy and silent counts only where nobody can tell whether the GPU works.
    """
    found = [kernels.get_kernel(each) for each in kernels.list_kernel_ids()]
    if busy_counts and any(each.execution_state == "busy" for each in found):
        return datetime.now(UTC).isoformat()
    return str(max(each.last_activity for each in found).isoformat()) if found else None


def gpu_percent() -> int | None:
    """How busy the server's own GPUs are; None where that cannot be told."""
    names = [name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name]
    if not names:
        return None
    import pynvml  # type: ignore[import-untyped]  # only servers with a GPU pay for it

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        return int(max(pynvml.nvmlDeviceGetUtilizationRates(_handle(pynvml, n)).gpu for n in names))
    except (pynvml.NVMLError, ValueError):  # a slice does not tell
        return None
    finally:
        pynvml.nvmlShutdown()


def _handle(pynvml: Any, name: str) -> Any:  # noqa: ANN401
    if name.startswith(("GPU-", "MIG-")):
        return pynvml.nvmlDeviceGetHandleByUUID(name)
    return pynvml.nvmlDeviceGetHandleByIndex(int(name))


class NoticeHandler(APIHandler):
    """GET labhub/notice: `{"until": time or null, "words": text}`, for the page in the browser."""

    def initialize(self, notices: Notices) -> None:
        """With what the Hub said last."""
        self.notices = notices

    @web.authenticated
    async def get(self) -> None:
        """What the Hub said last."""
        await self.finish(json.dumps(self.notices.latest))

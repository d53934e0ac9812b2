"""Passes on what the Hub says about this server: when its time ends, and whether its GPU idles."""

import json
import os

from jupyter_server.base.handlers import APIHandler
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

TIMEOUT_S = 10.0


class NoticeHandler(APIHandler):
    """GET labhub/notice: `{"until": time or null, "words": text}`."""

    @web.authenticated
    async def get(self) -> None:
        """Ask the Hub with the server's own token."""
        await self.finish(json.dumps(await notice()))


async def notice() -> dict[str, object]:
    """The Hub's notice for this server; an empty one where the Hub does not answer."""
    url = os.environ["JUPYTERHUB_API_URL"].removesuffix("/api") + "/labhub/notice"
    headers = {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"}
    request = HTTPRequest(url, headers=headers, request_timeout=TIMEOUT_S)
    try:
        reply = await AsyncHTTPClient().fetch(request)
    except (HTTPClientError, OSError):
        return {"until": None, "words": ""}
    answer: dict[str, object] = json.loads(reply.body)
    return answer

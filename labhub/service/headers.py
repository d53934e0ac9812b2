"""Headers of every answer, and one line of log and two figures for every request."""

import logging
import time
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labhub.service.metrics import Metrics

log = logging.getLogger("labhub.service.access")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page of ours may load: nothing from elsewhere, no inline script. A route may set its own,
such as a sandbox around a student's notebook."""

STANDARD = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


class Headers:
    """ASGI middleware around the whole app, error answers included."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, https: bool) -> None:
        self.app = app
        self.metrics = metrics
        self.headers = STANDARD | (HTTPS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; add what is missing to the head of its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.monotonic()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            self._note(scope, status, time.monotonic() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "name", "") or "none"
        method = scope["method"] if route != "none" else "any"
        self.metrics.requests.labels(route, method, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        # The path only: a query may carry the code of a login. Quoted, so that it is one line.
        path = quote(scope["path"], safe="/:@+=,;~")
        log.info("%s %s %d %.0f ms", scope["method"], path, status, seconds * 1000)

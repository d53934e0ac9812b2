"""A bound on the body of every request; uploads have their own, kept while they stream."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labhub.service.access import Access


class Bounds:
    """ASGI middleware: ends the reading of a body that is larger than any route here takes."""

    def __init__(self, app: ASGIApp, table: Mapping[str, Access], most_bytes: int) -> None:
        self.app = app
        self.table = table
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its bytes counted."""
        taken = 0

        async def counting() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.most_bytes and not self._is_upload(scope):
                # Of starlette's kind: FastAPI makes a 400 of any other while it reads a body.
                raise HTTPException(413)
            return message

        await self.app(scope, counting if scope["type"] == "http" else receive, send)

    def _is_upload(self, scope: Scope) -> bool:
        route = getattr(scope.get("route"), "name", "")
        return self.table.get(route, Access()).upload

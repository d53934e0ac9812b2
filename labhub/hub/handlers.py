"""Our own addresses at the Hub, for people without JavaScript and for their servers."""

import asyncio
import json

from jupyterhub.apihandlers import APIHandler  # type: ignore[import-untyped]
from jupyterhub.handlers.base import BaseHandler  # type: ignore[import-untyped]
from jupyterhub.scopes import needs_scope  # type: ignore[import-untyped]
from jupyterhub.user import User  # type: ignore[import-untyped]
from tornado import web


class CancelHandler(BaseHandler):  # type: ignore[misc]
    """POST labhub/cancel: stop the own server, or leave the queue."""

    @web.authenticated
    async def post(self) -> None:
        """Give up what is starting or running, and go back to the page with the labs."""
        user = self.current_user
        spawner = user.spawners.get("")
        if spawner is not None and spawner.pending == "spawn" and spawner._spawn_future:
            spawner._spawn_future.cancel()
            await asyncio.sleep(1)  # as the Hub's own interface does: it clears up after itself
        if spawner is not None and spawner.active and not spawner.pending:
            await self.stop_single_user(user, "")
        self.redirect(f"{self.hub.base_url}spawn")


class NoticeHandler(APIHandler):  # type: ignore[misc]
    """GET labhub/notice: what a server should tell its owner. Asked with the server's token."""

    @needs_scope("users:activity")  # type: ignore[untyped-decorator]
    def get(self) -> None:
        """`{"until": time or null, "words": text}`."""
        user = self.current_user
        spawner = user.spawners.get("") if isinstance(user, User) else None
        until = getattr(spawner, "until", None)
        words = spawner.notice() if spawner is not None else ""
        self.finish(json.dumps({"until": until.isoformat() if until else None, "words": words}))


HANDLERS = [(r"/labhub/notice", NoticeHandler), (r"/labhub/cancel", CancelHandler)]

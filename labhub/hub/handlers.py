"""Our own addresses at the Hub, for people without JavaScript and for their servers."""

import asyncio
import json
from datetime import datetime

from jupyterhub.apihandlers import APIHandler  # type: ignore[import-untyped]
from jupyterhub.handlers.base import BaseHandler  # type: ignore[import-untyped]
from jupyterhub.user import User  # type: ignore[import-untyped]
from tornado import web

from labhub.hub.spawners.base import LabServer


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
    """labhub/notice: what a server tells the Hub, and what it should tell its owner.

    Asked with the server's own token: no other one of its owner's will do.
    """

    @web.authenticated
    def post(self) -> None:
        """Take `{"kernels": time of their last work, "gpu": percent}`; give `{"until", "words"}`.

        Both may be null.
        """
        user = self.current_user
        spawner = user.spawners.get("") if isinstance(user, User) else None
        token = self.get_auth_token() or ""
        if not isinstance(spawner, LabServer) or not spawner.owns(token):
            raise web.HTTPError(403, "only a server speaks for itself")
        body = self.get_json_body()
        if at := moment_in(body):
            spawner.worked(at)
        if percent_in(body) > spawner.desk.idle_rules.percent:
            spawner.worked(spawner.desk.clock.now())
        until = spawner.until.isoformat() if spawner.until else None
        self.finish(json.dumps({"until": until, "words": spawner.notice()}))


def moment_in(body: object) -> datetime | None:
    """The time in a request's body; None for anything else.

    >>> moment_in({"kernels": "2026-12-03T13:15:00+00:00"}).hour
    13
    >>> moment_in({"kernels": "now"})
    """
    text = body.get("kernels") if isinstance(body, dict) else None
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None


def percent_in(body: object) -> int:
    """How busy the GPU is, by a request's body; 0 for anything that is no number.

    >>> percent_in({"gpu": 95}), percent_in({"gpu": None}), percent_in([])
    (95, 0, 0)
    """
    value = body.get("gpu") if isinstance(body, dict) else None
    return value if type(value) is int else 0


HANDLERS = [(r"/labhub/notice", NoticeHandler), (r"/labhub/cancel", CancelHandler)]

"""The Hub's side of run records: what it knows of a server, signed on request of that server."""

import re
import socket
from pathlib import Path

from jupyterhub.apihandlers import APIHandler  # type: ignore[import-untyped]
from jupyterhub.user import User  # type: ignore[import-untyped]
from tornado import web

from labhub.exchange.receipts.keys import ReceiptKey, ensure_key
from labhub.hub.runrecord import RunRecord
from labhub.hub.spawners.base import LabServer

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}\.ipynb")


class RunRecordHandler(APIHandler):  # type: ignore[misc]
    """labhub/run-record: a server shows its outputs, and gets a signed record of where it runs."""

    @web.authenticated
    def post(self) -> None:
        """Take `{"notebook": name, "outputs": sha256}`; give the record."""
        notebook, outputs = shown(self.get_json_body())
        user = self.current_user
        spawner = user.spawners.get("") if isinstance(user, User) else None
        if not isinstance(spawner, LabServer) or not self._is_from(spawner):
            raise web.HTTPError(403, "only a running server gets a record of itself")
        record = record_of(spawner, notebook, outputs)
        self.set_header("Content-Type", "application/json")
        self.finish(record.signed(key_in(spawner.desk.settings.state_dir)).text)

    def _is_from(self, spawner: LabServer) -> bool:
        # The server's own token: a person's browser elsewhere must not speak for it.
        return bool(spawner.ready) and spawner.owns(self.get_auth_token() or "")


def shown(body: object) -> tuple[str, str]:
    """Notebook and digest of a request's body; the Hub signs no other text of a student's.

    Raises web.HTTPError 400 for anything else.
    """
    found = (body.get("notebook"), body.get("outputs")) if isinstance(body, dict) else (0, 0)
    match found:
        case (str(notebook), str(outputs)) if _NAME.fullmatch(notebook) and _DIGEST.fullmatch(
            outputs
        ):
            return notebook, outputs
    raise web.HTTPError(400, "expected the name of a notebook and the SHA-256 of its outputs")


def record_of(spawner: LabServer, notebook: str, outputs: str) -> RunRecord:
    """What the Hub knows of a server, not signed yet."""
    course, _, assignment = spawner.desk.running.get(spawner.server_id, "").partition("/")
    lease, began = spawner.lease, spawner.orm_spawner.started
    seat = lease.seat.id if lease is not None and lease.seat is not None else ""
    now = spawner.desk.clock.now()
    return RunRecord(
        student=spawner.user.name,
        course=course,
        assignment=assignment,
        notebook=notebook,
        outputs=outputs,
        host=getattr(spawner, "node", "") or socket.gethostname(),
        gpu=getattr(spawner, "gpus", "") or seat,
        job=getattr(spawner, "job_id", ""),
        began_at=began.replace(tzinfo=now.tzinfo) if began else now,
        seen_at=now,
    )


def key_in(state_dir: Path) -> ReceiptKey:
    """The Hub's key for run records, made where there is none. Raises ReceiptKeyError."""
    folder = state_dir / "run-records"
    folder.mkdir(mode=0o700, exist_ok=True)
    return ensure_key(folder)


HANDLERS = [(r"/api/labhub/run-record", RunRecordHandler)]

"""The student's side of run records: whenever a notebook is saved, the server shows its outputs.

The record lies beside the notebook, so that a hand-in carries it. Runs in the person's JupyterLab
and imports nothing of the Hub's.
"""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from logging import Logger
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from labhub.hub.runrecord import FILE, outputs_digest

TIMEOUT_S = 20.0


class Recorder:
    """Asks the Hub for a record when outputs have changed; saving does not wait for it."""

    def __init__(self, log: Logger) -> None:
        self.log = log
        self.known: dict[Path, str] = {}
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="run-record")

    def saved(self, *, model: dict[str, Any], os_path: str, **_: object) -> None:
        """Called by Jupyter after each save."""
        if model.get("type") == "notebook" and os.environ.get("LABHUB_RUN_RECORD"):
            self.worker.submit(self.record, Path(os_path))

    def record(self, path: Path) -> None:
        """Write the record beside the notebook, if its outputs are not those of the last one."""
        try:
            digest = outputs_digest(json.loads(path.read_bytes()))
            if self.known.get(path) == digest:
                return
            (path.parent / FILE).write_text(ask_hub(path.name, digest), encoding="utf-8")
            self.known[path] = digest
        except (OSError, ValueError) as error:  # nobody's work stops for want of a record
            self.log.warning("no run record for %s: %s", path.name, error)


def ask_hub(notebook: str, digest: str) -> str:
    """The signed record of this server. Raises OSError where the Hub gives none."""
    request = Request(  # noqa: S310 - the Hub's own address
        os.environ["JUPYTERHUB_API_URL"] + "/labhub/run-record",
        data=json.dumps({"notebook": notebook, "outputs": digest}).encode(),
        headers={
            "Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}",
            "Content-Type": "application/json",
        },
    )
    with build_opener(ProxyHandler({})).open(request, timeout=TIMEOUT_S) as reply:
        return str(reply.read().decode())


def attach(server: Any) -> None:  # noqa: ANN401 - Jupyter's application
    """Watch the saves of a Jupyter server."""
    server.contents_manager.register_post_save_hook(Recorder(server.log).saved)

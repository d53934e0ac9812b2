"""Runs the service as a process: uvicorn, with logs that hold no token, ended in order."""

import signal
from contextlib import nullcontext
from threading import Event
from types import FrameType
from typing import Any

import uvicorn

from labhub.service.app import create_app
from labhub.service.identity import Identify
from labhub.service.settings import ServiceSettings
from labhub.service.workers import workers

GRACE_S = 20
"""How long requests that are under way may take when the service is told to end."""

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "labhub.service": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # The Hub's client repeats whole answers at DEBUG.
        "tornado": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}


def run(settings: ServiceSettings, identify: Identify, *, work: bool = True) -> None:
    """Serve until the process is told to end (SIGTERM, SIGINT).

    With `work`, jobs that wait get a worker.
    """
    app = create_app(settings, identify)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=LOGGING,
        access_log=False,  # ours leaves queries out: one carries the code of a login
        server_header=False,
        proxy_headers=True,
        # For the scheme of redirects; the address of who asks is used nowhere.
        forwarded_allow_ips="*",
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=20,
        lifespan="on",
    )
    state = app.state.service
    # uvicorn raises the signal again when it has ended; the workers are still to be ended then.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with workers(state.courses) if work else nullcontext():
        _Server(config, state.closing).run()


class _Server(uvicorn.Server):
    """Tells live answers to end before it waits for the others."""

    def __init__(self, config: uvicorn.Config, closing: Event) -> None:
        super().__init__(config)
        self.closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end."""
        self.closing.set()
        super().handle_exit(sig, frame)

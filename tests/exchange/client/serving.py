"""The real service on a real socket of the loopback, for the length of a `with` block."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

PREFIX = "/services/labhub"
PATIENCE_S = 20.0


@contextmanager
def serving(
    app: FastAPI, *, port: int = 0, certificate: Path | None = None, key: Path | None = None
) -> Iterator[str]:
    """The address of the service, without a slash at the end; over TLS with a certificate."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        log_level="error",
        access_log=False,
        lifespan="on",
        ssl_certfile=certificate,
        ssl_keyfile=key,
        ssl_version=ssl.PROTOCOL_TLS_SERVER,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + PATIENCE_S
        while not server.started:
            assert thread.is_alive() and time.monotonic() < until, "the service did not start"
            time.sleep(0.01)
        number = server.servers[0].sockets[0].getsockname()[1]
        scheme = "https" if certificate else "http"
        yield f"{scheme}://127.0.0.1:{number}{PREFIX}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)

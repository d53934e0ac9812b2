"""A mirror on this machine that serves files, and misbehaves on request."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Mirror:
    """Files by name; `faults` says what goes wrong with the next request of a file."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.faults: dict[str, list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        """File and range of every request."""
        self.silence = threading.Event()
        self.address = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.rpartition("/")[2]
        wanted = handler.headers.get("Range", "")
        self.asked.append((name, wanted))
        waiting = self.faults.get(name, [])
        fault = waiting.pop(0) if waiting else ""
        if fault == "silence":
            self.silence.wait(10)
        if fault == "missing" or name not in self.files:
            handler.send_error(404)
            return
        self._send(handler, self.files[name], wanted, fault)

    def _send(self, handler: BaseHTTPRequestHandler, body: bytes, wanted: str, fault: str) -> None:
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        if fault == "no ranges":
            start = 0
        if start >= len(body) and start:
            handler.send_error(416)
            return
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(body) - start))
        handler.end_headers()
        part = body[start:]
        handler.wfile.write(part[: len(part) // 2] if fault == "breaks" else part)


@contextmanager
def serving(files: dict[str, bytes]) -> Iterator[Mirror]:
    """The mirror, on a free port of 127.0.0.1, until the block ends."""
    mirror = Mirror(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    mirror.address = f"http://127.0.0.1:{server.server_address[1]}/data"
    try:
        yield mirror
    finally:
        mirror.silence.set()
        server.shutdown()
        server.server_close()
        thread.join()

"""The way to the service: patient where trying again helps, and private."""

import http.client
import io
import json
import pickle
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from labhub.exchange.client.answers import CourseEntry, read_as
from labhub.exchange.client.configured import account, is_configured
from labhub.exchange.client.errors import (
    DownloadDamagedError,
    ReceiptMismatchError,
    ServiceFailedError,
    ServiceRefusedError,
    ServiceUnreachableError,
    ServiceUrlError,
    TokenNeededError,
)
from labhub.exchange.client.forms import Form
from labhub.exchange.client.service import Service
from labhub.exchange.client.transport import Patience, Transport, unpacked
from labhub.exchange.handin.errors import HandInTooLargeError
from labhub.exchange.store.errors import DiskFullError
from tests.exchange.client.conftest import World
from tests.service.stand import COURSE


@dataclass
class Server:
    """Answers what a test scripts, in order; the last answer again and again."""

    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    url: str = ""

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.answers.append((status, headers, body))

    def refuse(self, status: int, code: str) -> None:
        said = {"error": {"code": code, "message": "No, because.", "hint": "Do this."}}
        self.say(status, json.dumps(said).encode())


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            made.asked.append((self.command, self.path))
            made.tokens.append(self.headers["Authorization"])
            several = len(made.answers) > 1
            status, headers, body = made.answers.pop(0) if several else made.answers[0]
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    http_server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=http_server.serve_forever)
    thread.start()
    made.url = f"http://127.0.0.1:{http_server.server_port}/services/labhub"
    yield made
    http_server.shutdown()
    thread.join()
    http_server.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def transport(server: Server, waits: list[float]) -> Transport:
    return Transport(server.url, "t0", patience=Patience(tries=4, timeout_s=10), sleep=waits.append)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_service_that_starts_anew_is_waited_for(
    server: Server, transport: Transport, waits: list[float], status: int
) -> None:
    server.say(status)
    server.say(status)
    server.say(200, b'{"ok": true}')
    assert transport.json("GET", ("health",)) == {"ok": True}
    assert server.asked == [("GET", "/services/labhub/api/health")] * 3
    assert len(waits) == 2
    assert 0 < waits[0] < waits[1]


def test_patience_ends(server: Server, transport: Transport, waits: list[float]) -> None:
    server.say(503)
    with pytest.raises(ServiceUnreachableError, match="HTTP 503") as gone:
        transport.json("GET", ("health",))
    assert len(server.asked) == 4
    assert "Nothing is lost" in gone.value.hint
    assert len(waits) == 3


def test_a_service_that_is_not_there_is_named() -> None:
    gone = Transport("http://127.0.0.1:9", "x", patience=Patience(tries=2), sleep=lambda _: None)
    with pytest.raises(ServiceUnreachableError, match=r"127\.0\.0\.1:9 does not answer"):
        gone.raw("GET", ("health",))


def test_an_answer_that_is_cut_short_is_asked_for_again(
    server: Server, transport: Transport
) -> None:
    server.say(200, b"[1, 2", **{"Content-Length": "100"})
    server.say(200, b"[1, 2]")
    assert transport.json("GET", ("courses",)) == [1, 2]


def test_a_download_that_is_cut_short_is_begun_anew(server: Server, transport: Transport) -> None:
    server.say(200, b"PK..", **{"Content-Length": "100"})
    server.say(200, b"whole")
    with transport.download(("archive",)) as path:
        assert path.read_bytes() == b"whole"


def test_a_form_is_sent_whole_each_time(
    server: Server, transport: Transport, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"x" * 600_000)
    form = Form({'sub/"ä".bin': tmp_path / "a"}, {"version": "3"})
    assert len(b"".join(form.pieces())) == form.size_bytes
    assert b"".join(form.pieces()) == b"".join(form.pieces())
    server.say(503)
    server.say(201, b"{}")
    transport.json("POST", ("submissions",), form=form)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (413, "hand-in-too-large", HandInTooLargeError),
        (507, "disk-full", DiskFullError),
        (403, "not-your-course", ServiceRefusedError),
        (500, "internal", ServiceFailedError),
    ],
)
def test_a_refusal_keeps_its_code_words_and_hint(
    server: Server, transport: Transport, status: int, code: str, error: type[Exception]
) -> None:
    server.refuse(status, code)
    with pytest.raises(error) as refused:
        transport.json("GET", ("courses",))
    assert str(refused.value) == "No, because.\nDo this."
    assert code in (getattr(refused.value, "said", ""), refused.value.code, "internal")
    assert len(server.asked) == 1, "what is refused is not asked again"
    again = pickle.loads(pickle.dumps(refused.value))
    assert vars(again) == vars(refused.value)


def test_a_redirect_is_not_followed_with_the_token(server: Server, transport: Transport) -> None:
    server.say(302, **{"Location": "http://127.0.0.1:9/elsewhere"})
    with pytest.raises(ServiceFailedError, match="sends elsewhere"):
        transport.json("GET", ("courses",))
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", [b"<html>hello</html>", b""])
def test_another_website_is_no_service(server: Server, transport: Transport, body: bytes) -> None:
    server.say(200, body)
    with pytest.raises(ServiceFailedError, match="does not answer as"):
        transport.json("GET", ("courses",))
    server.answers[:] = [(404, {}, body)]
    with pytest.raises(ServiceFailedError, match="HTTP 404"):
        transport.json("GET", ("courses",))


def test_an_answer_of_another_shape_is_told() -> None:
    with pytest.raises(ServiceFailedError, match="does not understand"):
        read_as(list[CourseEntry], {"courses": 1})


@pytest.mark.parametrize("url", ["", "hub.example.org", "ftp://hub.example.org", "https://"])
def test_an_address_must_be_one(url: str) -> None:
    with pytest.raises(ServiceUrlError):
        Transport(url, "x")


def zipped(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", zipped(**{"../evil": "x"})])
def test_a_download_that_leads_elsewhere_or_is_broken_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(DownloadDamagedError):
        unpacked(path)


def test_a_receipt_about_other_files_is_refused(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.stand.root / "release" / "ps1" / "problem1.ipynb"
    ada: Service = world.service("ada")
    monkeypatch.setattr("labhub.exchange.client.service._sha256", lambda _: "0" * 64)
    with pytest.raises(ReceiptMismatchError):
        ada.hand_in(COURSE, "ps1", {"problem1.ipynb": path}, place="own")


Environ = dict[str, str]
HUB: Environ = {
    "LABHUB_SERVICE_URL": "http://hub:8000/services/labhub",
    "JUPYTERHUB_API_TOKEN": "server",
    "JUPYTERHUB_USER": "ada",
}


def test_on_the_hub_the_server_s_token_is_used() -> None:
    found = account(environ=HUB)
    assert (found.url, found.token, found.place) == (HUB["LABHUB_SERVICE_URL"], "server", "hub")
    assert "server" not in repr(found)


def test_the_server_s_token_goes_nowhere_else() -> None:
    with pytest.raises(TokenNeededError):
        account("https://elsewhere.example.org", environ=HUB)


def test_a_key_s_own_address_wins() -> None:
    key = "https://hub.example.org/services/labhub#k1"
    found = account("https://elsewhere.example.org", key, environ={})
    assert (found.url, found.token, found.place) == (key[:-3], "k1", "own")
    assert is_configured({"LABHUB_TOKEN": key})
    assert not is_configured({"LABHUB_TOKEN": "k1"})


@pytest.mark.parametrize(
    ("environ", "error"),
    [
        ({}, ServiceUrlError),
        ({"LABHUB_TOKEN": "x"}, ServiceUrlError),
        ({"LABHUB_SERVICE_URL": "https://hub.example.org/s"}, TokenNeededError),
        ({"LABHUB_SERVICE_URL": "http://hub.example.org/s", "LABHUB_TOKEN": "x"}, ServiceUrlError),
    ],
)
def test_what_is_not_configured_is_said(environ: Environ, error: type[Exception]) -> None:
    with pytest.raises(error) as refused:
        account(environ=environ)
    assert refused.value.hint


def test_a_service_that_stops_reading_is_heard(
    monkeypatch: pytest.MonkeyPatch, server: Server, transport: Transport, tmp_path: Path
) -> None:
    """It answers before all was sent, and closes: the answer is what matters."""
    (tmp_path / "a").write_bytes(b"x" * 100_000)
    send: Callable[..., None] = http.client.HTTPConnection.send

    def breaking(self: http.client.HTTPConnection, data: bytes) -> None:
        send(self, data)
        if data.endswith(b"x" * 100):
            raise BrokenPipeError

    monkeypatch.setattr(http.client.HTTPConnection, "send", breaking)
    server.refuse(413, "hand-in-too-large")
    form = Form({"a": tmp_path / "a"})
    size = form.size_bytes - len(b"\r\n") - len(f"--{form.boundary}--\r\n")
    monkeypatch.setattr(Form, "size_bytes", size)
    with pytest.raises(HandInTooLargeError):
        transport.json("POST", ("submissions",), form=form)

"""Asks the hand-in service by HTTP, patiently: what failed on the way is asked again.

Every request of ours may be repeated: reading changes nothing, and the same hand-in twice is one.
"""

import contextlib
import http.client
import json
import random
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    build_opener,
)

import labhub
from labhub.exchange.client.errors import (
    DownloadDamagedError,
    ServiceCertificateError,
    ServiceFailedError,
    ServiceUnreachableError,
    ServiceUrlError,
)
from labhub.exchange.client.forms import PIECE_BYTES, Form
from labhub.exchange.client.refusals import refusal_of

T = TypeVar("T")

BUSY = frozenset({502, 503, 504})
"""What a proxy says while a service starts anew."""
LONGEST_ANSWER = 64 << 20
"""Bytes of JSON that are read."""


@dataclass(frozen=True)
class Patience:
    """How long a client tries."""

    tries: int = 7
    first_wait_s: float = 0.5
    longest_wait_s: float = 15.0
    timeout_s: float = 60.0
    """For each step on the way: to connect, to send a piece, to read one."""

    def waits(self) -> Iterator[float]:
        """The waits between tries: doubled each time, and never the same for two clients."""
        for number in range(self.tries - 1):
            wait = min(self.first_wait_s * 2**number, self.longest_wait_s)
            yield wait * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


class Transport:
    """A way to one service, with one token."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is the service's own address, without `/api`. Raises `ServiceUrlError`."""
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ServiceUrlError(
                f"'{url}' is no address of a hand-in service.",
                hint="Expected something like https://hub.example.org/services/labhub.",
            )
        self.url = url.rstrip("/")
        self._token = token
        self._patience = patience or Patience()
        self._sleep = sleep
        self._opener = _opener()

    def json(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        query: Mapping[str, str] | None = None,
        form: Form | None = None,
        body: object = None,
    ) -> Any:  # noqa: ANN401 - JSON
        """The parsed answer."""
        raw = self.raw(method, path, query=query, form=form, body=body)
        try:
            return json.loads(raw)
        except ValueError:
            raise ServiceFailedError(
                f"{self.url} does not answer as a hand-in service does.",
                hint="Look whether the address is right.",
            ) from None

    def raw(
        self,
        method: str,
        path: tuple[str, ...],
        *,
        query: Mapping[str, str] | None = None,
        form: Form | None = None,
        body: object = None,
    ) -> bytes:
        """The answer's bytes."""

        def read() -> bytes:
            with self._answer(method, path, query, form, body) as answer:
                said = bytes(answer.read(LONGEST_ANSWER))
                _ensure_whole(answer)
                return said

        return self._patiently(read)

    @contextlib.contextmanager
    def download(self, path: tuple[str, ...]) -> Iterator[Path]:
        """The answer in a file that is gone after the `with` block."""
        with tempfile.TemporaryDirectory(prefix="labhub-") as folder:
            target = Path(folder) / "download"

            def fetch() -> None:
                with self._answer("GET", path) as answer, target.open("wb") as stream:
                    while piece := answer.read(PIECE_BYTES):
                        stream.write(piece)
                    _ensure_whole(answer)

            self._patiently(fetch)
            yield target

    @contextlib.contextmanager
    def _answer(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, str] | None = None,
        form: Form | None = None,
        body: object = None,
    ) -> Iterator[http.client.HTTPResponse]:
        request = self._request(method, path, query, form, body)
        with self._opener.open(request, timeout=self._patience.timeout_s) as answer:
            yield answer

    def _request(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, str] | None,
        form: Form | None,
        body: object,
    ) -> Request:
        address = "/".join([self.url, "api", *(quote(step, safe="") for step in path)])
        if query:
            address += f"?{urlencode(query)}"
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/json, application/zip, */*;q=0.5",
            "User-Agent": f"labhub/{labhub.__version__}",
        }
        data: Any = None
        if form is not None:
            headers |= {"Content-Type": form.content_type, "Content-Length": str(form.size_bytes)}
            data = form.pieces()
        elif body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        return Request(address, data=data, headers=headers, method=method)  # noqa: S310 - checked

    def _patiently(self, attempt: Callable[[], T]) -> T:
        """Try until it works, or is refused, or patience ends."""
        why: Exception | None = None
        for wait in (0.0, *self._patience.waits()):
            if wait:
                self._sleep(wait)
            try:
                return attempt()
            except HTTPError as error:
                with error:
                    if error.code not in BUSY:
                        raise refusal_of(
                            self.url, error.code, error.headers, error.read()
                        ) from None
                why = error
            except URLError as error:
                self._ensure_no_certificate(error.reason)
                why = error
            except (OSError, http.client.HTTPException) as error:
                self._ensure_no_certificate(error)
                why = error
        raise ServiceUnreachableError(
            f"The hand-in service at {self.url} does not answer: {_reason(why)}.",
            hint="Nothing is lost: your files are as they were. Look at your connection, and try "
            "again in a minute.",
        ) from why

    def _ensure_no_certificate(self, reason: object) -> None:
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise ServiceCertificateError(
                f"The certificate of {self.url} is not to be trusted: {reason.verify_message}.",
                hint="If your course has a certificate authority of its own, set SSL_CERT_FILE to "
                "its certificate. Never switch the check off: your token would be readable.",
            ) from None


def unpacked(archive: Path) -> dict[str, bytes]:
    """The files of a downloaded zip, by their POSIX paths.

    Raises `DownloadDamagedError` for what is no zip, is cut short, or names a place outside.
    """
    import zipfile

    from labhub.exchange.handin.errors import PathInNameError
    from labhub.exchange.handin.uploads import checked_path

    try:
        with zipfile.ZipFile(archive) as zipped:
            return {
                checked_path(entry.filename): zipped.read(entry)
                for entry in zipped.infolist()
                if not entry.is_dir()
            }
    except (zipfile.BadZipFile, PathInNameError, EOFError, ValueError) as error:
        raise DownloadDamagedError(
            f"The download is damaged: {error}.", hint="Try again; when it stays, tell your TA."
        ) from error


def _ensure_whole(answer: http.client.HTTPResponse) -> None:
    """http.client says nothing when a body that is read in pieces ends too early."""
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)


def _reason(error: Exception | None) -> str:
    match error:
        case HTTPError():
            return f"HTTP {error.code}"
        case URLError():
            return str(error.reason)
        case _:
            return f"{type(error).__name__}: {error}".removesuffix(": ")


class _Heard:
    """A connection that listens for the answer although the other side stopped reading.

    A service that refuses an upload answers before all of it was sent, and closes.
    """

    refused = False

    def send(self, data: Any) -> None:  # noqa: ANN401 - http.client's own
        if self.refused:
            return
        try:
            super().send(data)  # type: ignore[misc]
        except (BrokenPipeError, ConnectionResetError):
            if self.sock is None:  # type: ignore[attr-defined]
                raise
            self.refused = True


class _HeardHTTP(_Heard, http.client.HTTPConnection):
    pass


class _HeardHTTPS(_Heard, http.client.HTTPSConnection):
    pass


class _Plain(HTTPHandler):
    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(_HeardHTTP, req)


class _Secure(HTTPSHandler):
    def __init__(self) -> None:
        self.trust = ssl.create_default_context()
        super().__init__(context=self.trust)

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(_HeardHTTPS, req, context=self.trust)


class _Stay(HTTPRedirectHandler):
    """A redirect is not followed: the token would go along to wherever it leads."""

    def redirect_request(self, *_: object) -> None:
        return None


def _opener() -> OpenerDirector:
    return build_opener(_Plain, _Secure, _Stay)

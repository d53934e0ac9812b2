"""A learning system on this machine, with real keys, signatures and HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from labhub.course.model import LtiPlatform
from labhub.exchange.lti import Web

TOKEN = "a-secret-token"


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name, made once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class FakePlatform:
    """What the platform knows, and what it was asked."""

    url: str = ""
    tool_jwks: dict[str, Any] = field(default_factory=dict)
    line_items: list[dict[str, Any]] = field(default_factory=list)
    scores: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    troubles: list[int] = field(default_factory=list)
    """Statuses of the next answers to scores."""
    strangers: set[str] = field(default_factory=set)

    def settings(self, **changes: Any) -> LtiPlatform:
        values = {
            "issuer": "https://lms.example",
            "client_id": "labhub-1",
            "deployment_id": "d-7",
            "auth_url": f"{self.url}/auth",
            "token_url": f"{self.url}/token",
            "jwks_url": f"{self.url}/jwks",
            "line_items_url": f"{self.url}/items?course=4",
        }
        return LtiPlatform(**{**values, **changes})

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> Any:
        """A status, and the data to answer with."""
        match method, path.strip("/").split("/"):
            case "GET", ["jwks"]:
                public = RSAAlgorithm.to_jwk(rsa_key("platform").public_key(), as_dict=True)
                return 200, {"keys": [{**public, "kid": "k1", "alg": "RS256", "use": "sig"}]}
            case "POST", ["token"]:
                return self._token(body.decode())
            case "GET", ["items"]:
                wanted = query.get("resource_id")
                found = [i for i in self.line_items if not wanted or i["resourceId"] == wanted[0]]
                return 200, found
            case "POST", ["items"]:
                number = len(self.line_items) + 1
                new = {**json.loads(body), "id": f"{self.url}/items/{number}?type_id=1"}
                self.line_items.append(new)
                return 201, new
            case "GET", ["items", number, "results"]:
                return 200, self._results(number)
            case "POST", ["items", number, "scores"]:
                return self._score(number, json.loads(body))
        return 404, {}

    def _token(self, form: str) -> tuple[int, dict[str, Any]]:
        assertion = parse_qs(form)["client_assertion"][0]
        kid = jwt.get_unverified_header(assertion)["kid"]
        keys = {each["kid"]: each for each in self.tool_jwks.get("keys", ())}
        if kid not in keys:
            return 401, {"error": f"{assertion} is not known"}
        claims = jwt.decode(
            assertion,
            jwt.PyJWK(keys[kid]),
            ["RS256"],
            audience=f"{self.url}/token",
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["iss"] == claims["sub"] == "labhub-1"
        return 200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}

    def _results(self, number: str) -> list[dict[str, Any]]:
        return [
            {
                "userId": user,
                "resultScore": score["scoreGiven"],
                "resultMaximum": score["scoreMaximum"],
            }
            for user, score in self.scores.get(number, {}).items()
        ]

    def _score(self, number: str, score: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.troubles:
            return self.troubles.pop(0), {}
        if score["userId"] in self.strangers:
            return 404, {}
        self.scores.setdefault(number, {})[score["userId"]] = score
        return 200, {}


@contextmanager
def running_platform() -> Iterator[FakePlatform]:
    """The platform, served from a thread until the end of the block."""
    fake = FakePlatform()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fake.asked.append((self.command, parts.path))
            if parts.path.startswith("/items"):
                assert self.headers["Authorization"] == f"Bearer {TOKEN}"
            status, data = fake.answer(self.command, parts.path, parse_qs(parts.query), body)
            text = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _serve  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def patient_web() -> Iterator[tuple[Web, list[float]]]:
    """A way to the platform that does not sleep, and how long it would have."""
    pauses: list[float] = []
    web = Web(pause=pauses.append)
    with web.session:
        yield web, pauses

"""Hands in to the course's service over HTTPS, with nothing but Python's own library.

The password of the Hub is never asked for: a token opens the hand-in service alone, for a day.
"""

import hashlib
import http.client
import json
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

TIMEOUT_S = 60.0
WAITS_S = (0.0, 1.0, 3.0, 9.0)
"""Before each try. The same files twice are one hand-in, so that trying again does no harm."""
BUSY = (502, 503, 504)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ServiceError(Exception):
    """The service does not take it; the message is for the student."""


class UnreachableError(ServiceError):
    """The service does not answer."""


@dataclass(frozen=True)
class Account:
    """The address of a hand-in service and a token for it."""

    url: str
    token: str = field(repr=False)

    @property
    def host(self) -> str:
        """The machine, for sentences."""
        return urlsplit(self.url).hostname or self.url


def account_of(url: str, secret: str, *, inside: bool = False) -> Account:
    """The account of a token, or of a key that holds the address as well: `https://...#token`.

    `inside` a Hub, its own network may be unencrypted. Raises ServiceError for an address that
    would show the token to others.
    """
    own_url, _, token = secret.strip().rpartition("#")
    address = (own_url or url).rstrip("/")
    parts = urlsplit(address)
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise ServiceError(f"'{address}' is no address of a hand-in service.")
    if parts.scheme == "http" and not inside and parts.hostname not in LOOPBACK:
        raise ServiceError(f"{address} is not encrypted: use the one that begins with https://.")
    return Account(address, token)


def find_course(account: Account, assignment: str) -> str:
    """The course in which one has that assignment. Raises ServiceError where it is not one."""
    mine = [course["id"] for course in _ask(account, "courses")]
    found = [
        course
        for course in mine
        if any(each["id"] == assignment for each in _ask(account, "courses", course, "assignments"))
    ]
    if len(found) == 1:
        return str(found[0])
    if found:
        raise ServiceError(f"{assignment} is in several courses: say course= one of {found}.")
    raise ServiceError(f"You have no assignment {assignment} at {account.host}.")


def hand_in(
    account: Account,
    course: str,
    assignment: str,
    files: Mapping[str, bytes],
    *,
    place: str,
    version: int | None = None,
) -> dict[str, Any]:
    """Hand in; the receipt, as far as it can be checked without the course's key.

    Raises ServiceError, with the service's own words where it refuses.
    """
    fields = {"place": place} | ({"version": str(version)} if version else {})
    kind, body = _form(fields, files)
    receipt = _ask(
        account, "courses", course, "assignments", assignment, "submissions", kind=kind, body=body
    )
    sent = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    received = {file["path"]: file["sha256"] for file in receipt.get("files", ())}
    if received != sent:
        raise ServiceError("The receipt is about other files than were sent: hand in again.")
    return dict(receipt)


class _Stay(HTTPRedirectHandler):
    """A redirect is not followed: the token would go along to wherever it leads."""

    def redirect_request(self, *_: object) -> None:
        return None


def _ask(account: Account, *path: str, kind: str = "", body: bytes | None = None) -> Any:  # noqa: ANN401 - JSON
    """The answer's JSON; what failed on the way is asked again."""
    address = "/".join([account.url, "api", *(quote(step, safe="") for step in path)])
    headers = {"Authorization": f"Bearer {account.token}", "User-Agent": "nnlab"}
    if kind:
        headers["Content-Type"] = kind
    request = Request(address, data=body, headers=headers)  # noqa: S310 - http and https only
    why = ""
    for wait in WAITS_S:
        time.sleep(wait)
        try:
            with build_opener(_Stay).open(request, timeout=TIMEOUT_S) as answer:
                return json.loads(answer.read())
        except HTTPError as error:
            with error:
                if error.code not in BUSY:
                    raise ServiceError(_refusal(error, account)) from None
            why = f"HTTP {error.code}"
        except URLError as error:
            if isinstance(error.reason, ssl.SSLCertVerificationError):
                raise ServiceError(
                    f"The certificate of {account.host} is not to be trusted: "
                    f"{error.reason.verify_message}."
                ) from None
            why = str(error.reason)
        except (OSError, http.client.HTTPException) as error:
            why = str(error)
        except ValueError:
            raise ServiceError(f"{account.url} is no hand-in service.") from None
    raise UnreachableError(f"{account.host} does not answer ({why}).")


def _refusal(error: HTTPError, account: Account) -> str:
    try:
        said = json.loads(error.read())["error"]
        words = f"{said['message']} {said.get('hint', '')}".strip()
    except (ValueError, TypeError, KeyError):
        words = f"{account.host} answers HTTP {error.code}."
    if error.code == 401:
        words += " Tokens last a day: make a new one on the course's page 'Colab and own machine'."
    return words


def _form(fields: Mapping[str, str], files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Content type and body of a multipart form."""
    boundary = secrets.token_hex(16)
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'Content-Disposition: form-data; name="files"; filename="{_quoted(name)}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        for name, content in files.items()
    ]
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    return f"multipart/form-data; boundary={boundary}", body


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")

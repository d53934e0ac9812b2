"""Which service a program hands in to, and with whose token. The one place that decides."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from labhub.exchange.client.errors import ServiceUrlError, TokenNeededError

URL = "LABHUB_SERVICE_URL"
TOKEN = "LABHUB_TOKEN"  # noqa: S105 - a variable's name
HUB_TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105
HUB_USER = "JUPYTERHUB_USER"
MARK = "#"
"""Between address and token in a hand-in key, which is both in one."""


@dataclass(frozen=True)
class Account:
    """A service and a token for it."""

    url: str
    token: str = field(repr=False)
    place: str
    """`hub`, or `own` for one's own machine."""


def is_configured(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names a hand-in service."""
    return bool(environ.get(URL) or MARK in environ.get(TOKEN, ""))


def account(url: str = "", token: str = "", environ: Mapping[str, str] = os.environ) -> Account:
    """The service to use: options win over the environment, a key's own address over both.

    Raises `ServiceUrlError` or `TokenNeededError`.
    """
    on_hub = bool(environ.get(HUB_USER))
    secret = token or environ.get(TOKEN, "")
    if not secret and url in ("", environ.get(URL)):
        secret = environ.get(HUB_TOKEN, "")  # the Hub's token goes to the Hub's service only
    own_url, _, rest = secret.rpartition(MARK)
    address = own_url or url or environ.get(URL, "")
    if not address:
        raise ServiceUrlError(
            "No hand-in service is named.",
            hint=f"Give its address with --service, or set {URL}.",
        )
    if not rest:
        raise TokenNeededError(
            f"There is no token for the hand-in service at {address}.",
            hint="The course's page 'Colab and own machine' makes one, `labhub token` on the Hub "
            f"too; set {TOKEN} to it.",
        )
    _ensure_private(address, on_hub=on_hub)
    return Account(address, rest.strip(), "hub" if on_hub else "own")


def key_of(url: str, token: str) -> str:
    """A hand-in key: address and token in one text that can be pasted.

    >>> key_of("https://hub.example.org/services/labhub", "0123")
    'https://hub.example.org/services/labhub#0123'
    """
    return f"{url.rstrip('/')}{MARK}{token}"


def _ensure_private(url: str, *, on_hub: bool) -> None:
    """Outside the Hub's own network a token travels encrypted, or not at all."""
    parts = urlsplit(url)
    if parts.scheme == "http" and not on_hub and not _is_loopback(parts.hostname or ""):
        raise ServiceUrlError(
            f"{url} is not encrypted: whoever listens could hand in with your token.",
            hint="Use the address that begins with https://.",
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""What the service depends on: courses, address, limits. Frozen, read once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from labhub.ids import CourseId
from labhub.service.errors import ServiceSettingsError

NAME = "labhub"
PREFIX = f"/services/{NAME}/"
MB = 1_000_000


@dataclass(frozen=True)
class CoursePlace:
    """A course that the service serves."""

    root: Path
    id: CourseId | None = None
    """What the Hub's groups call it; None: the folder's own id."""


@dataclass(frozen=True)
class ServiceSettings:
    """All that the service depends on beside the Hub itself."""

    courses: tuple[CoursePlace, ...]
    prefix: str = PREFIX
    """Begins and ends with a slash."""
    host: str = "127.0.0.1"
    port: int = 8080
    https: bool = False
    """Whether browsers come by https; then cookies are sent over nothing else."""
    hub_url: str = "/hub/"
    """Where a browser finds the Hub's own pages."""
    form_secret: bytes = field(default=b"", repr=False)
    """Signs the tokens of forms; empty: a new one at each start."""
    body_bytes: int = 256 * 1024
    """The largest body of a request that is no upload."""
    free_bytes: int = 500 * MB
    """With less free on the disk than this, `health` says so."""
    stream_s: float = 600.0
    """So long one answer of live progress lasts; a browser then asks again by itself."""
    metrics_token: str = field(default="", repr=False)
    """With it, a scraper reads `metrics` without being staff."""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service itself."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def place_of(text: str) -> CoursePlace:
    """The course of an option: `DIR`, or `NAME=DIR` under the name that the Hub has for it.

    >>> place_of("dl=/courses/dl").id
    'dl'
    """
    name, equals, folder = text.partition("=")
    if equals and "/" not in name:
        return CoursePlace(Path(folder).expanduser().resolve(), CourseId(name))
    return CoursePlace(Path(text).expanduser().resolve())


def settings_of(
    courses: tuple[CoursePlace, ...], environ: Mapping[str, str] = os.environ
) -> ServiceSettings:
    """The settings that a Hub gives a service by its environment, managed or external.

    Raises `ServiceSettingsError` without any course.
    """
    if not courses:
        raise ServiceSettingsError(
            "The service has no course.", hint="Name the folder of each one with --course."
        )
    own = urlsplit(environ.get("JUPYTERHUB_SERVICE_URL", ""))
    public = urlsplit(environ.get("JUPYTERHUB_PUBLIC_URL", ""))
    hub = environ.get("JUPYTERHUB_PUBLIC_HUB_URL") or _hub_path(environ)
    settings = ServiceSettings(
        courses=courses,
        prefix=environ.get("JUPYTERHUB_SERVICE_PREFIX") or PREFIX,
        hub_url=hub,
        https=public.scheme == "https" or environ.get("LABHUB_HTTPS", "") == "1",
        form_secret=environ.get("JUPYTERHUB_API_TOKEN", "").encode(),
        metrics_token=environ.get("LABHUB_METRICS_TOKEN", ""),
    )
    if own.hostname and own.port:
        settings = replace(settings, host=own.hostname, port=own.port)
    return settings


def _hub_path(environ: Mapping[str, str]) -> str:
    base = environ.get("JUPYTERHUB_HOST", "") + (environ.get("JUPYTERHUB_BASE_URL") or "/")
    return f"{base.rstrip('/')}/hub/"

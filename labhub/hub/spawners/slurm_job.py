"""Runs inside a Slurm job: tells the Hub a port, then becomes the person's JupyterLab.

    python -I -m labhub.hub.spawners.slurm_job PARCEL

Imports nothing beyond the standard library: it runs on every node.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

PATIENCE_S = 120.0
"""How long the Hub may be away, as while it restarts."""
PAUSE_S = 1.0


@dataclass(frozen=True)
class Parcel:
    """What the Hub sends into a job, in a file that only the job's account can read."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    """With the server's token."""
    address: str = ""
    """Where the server listens; empty: at the node's address on the way to the Hub."""

    def as_text(self) -> str:
        """The file's content."""
        return json.dumps(asdict(self))

    @classmethod
    def unpack(cls, path: Path) -> Self:
        """Read the file, which is gone afterwards."""
        content = json.loads(path.read_text(encoding="utf-8"))
        path.unlink()
        return cls(**content)


def main(arguments: list[str]) -> None:
    """Read the parcel, report the port, and run the server in this process's place."""
    parcel = Parcel.unpack(Path(arguments[1]))
    # Slurm's own variables stay: they say which GPU is the job's.
    environment = {**os.environ, **parcel.environment}
    address = parcel.address or address_towards(environment["JUPYTERHUB_API_URL"])
    port = free_port(address)
    environment["JUPYTERHUB_SERVICE_URL"] = at_address(
        environment["JUPYTERHUB_SERVICE_URL"], address, port
    )
    report(environment, port)
    # The Hub's own command, and no shell.
    os.execvpe(parcel.command[0], parcel.command, environment)  # noqa: S606


def address_towards(url: str) -> str:
    """The address of this machine that a connection to the URL starts from.

    >>> address_towards("http://127.0.0.1:8081/hub/api")
    '127.0.0.1'
    """
    hub = urlsplit(url)
    kind, _, _, _, place = socket.getaddrinfo(hub.hostname, hub.port or 80)[0]
    with socket.socket(kind, socket.SOCK_DGRAM) as probe:
        probe.connect(place)  # sends nothing
        return str(probe.getsockname()[0])


def free_port(address: str) -> int:
    """A port of the address that nobody listens on now."""
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(kind) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def at_address(url: str, address: str, port: int) -> str:
    """The URL with another address and port.

    >>> at_address("http://:0/user/ada/", "10.0.0.7", 4242)
    'http://10.0.0.7:4242/user/ada/'
    """
    host = f"[{address}]" if ":" in address else address
    return urlsplit(url)._replace(netloc=f"{host}:{port}").geturl()


def report(environment: Mapping[str, str], port: int) -> None:
    """Tell the Hub the port; ends this job with a sentence when the Hub does not want it."""
    request = Request(  # noqa: S310 - the Hub's own address
        environment["JUPYTERHUB_API_URL"] + "/batchspawner",
        data=json.dumps({"port": port}).encode(),
        headers={"Authorization": f"token {environment['JUPYTERHUB_API_TOKEN']}"},
    )
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            # Straight to the Hub: a proxy of the campus has no business with its token.
            build_opener(ProxyHandler({})).open(request, timeout=30).close()
        except HTTPError as error:
            error.close()
            if error.code < 500:
                sys.exit(f"The Hub does not wait for this server any more ({error.code}).")
            problem: Exception = error
        except (URLError, TimeoutError, ConnectionError) as error:
            problem = error
        else:
            return
        if time.monotonic() > until:
            sys.exit(f"The Hub cannot be reached from this node: {problem}")
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(sys.argv)

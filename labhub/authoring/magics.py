"""`%load_ext labhub.authoring.magics`: test cells of a source notebook in a plain kernel.

In grading, `reference` is the instructor's solution and `probe` sends a function to the student's
process. In the instructor's own notebook both sides are the same: `reference.<name>` is the
notebook's own name, and a probe is an ordinary function. With NNLAB_MODE=test the extension also
closes the network, so that a missing offline fallback shows.
"""

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
GUARD = "the network is closed in test mode; use data that lies offline"


class Shell(Protocol):
    """What is used of IPython's InteractiveShell."""

    user_ns: dict[str, Any]


class Reference:
    """The names of the notebook itself, under the name by which test cells ask for them."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the notebook defines
        try:
            return self._names[name]
        except KeyError:
            raise AttributeError(
                f"reference.{name}: the notebook defines no {name} above this cell"
            ) from None


def probe(function: F) -> F:
    """Mark a function of a test cell that runs beside the student's objects."""
    return function


def close_network() -> None:
    """Let every connection fail that leaves this machine; the kernel's own ports still work."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:  # noqa: ANN401 - any family's address
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_local(address[0]):
            raise OSError(GUARD)
        connect(self, address)

    setattr(socket.socket, "connect", guarded)  # noqa: B010 - mypy refuses the assignment
    socket.getaddrinfo = _local_addresses(socket.getaddrinfo)


def _local_addresses(lookup: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the original
        if host is not None and not _is_local(host):
            raise OSError(GUARD)
        return lookup(host, *args, **kwargs)

    return guarded


def _is_local(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name in ("", "localhost", "::1", "0.0.0.0") or name.startswith("127.")  # noqa: S104


def load_ipython_extension(shell: Shell) -> None:
    """Called by IPython's %load_ext."""
    shell.user_ns["reference"] = Reference(shell.user_ns)
    shell.user_ns["probe"] = probe
    if os.environ.get("NNLAB_MODE") == "test":
        close_network()

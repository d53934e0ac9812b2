"""A Hub as a child process: started, waited for, and stopped without leaving anything behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from labhub.hub.errors import HubStartError
from labhub.hub.settings import HubSettings, load_settings

CONFIG = Path(__file__).parents[2] / "hub_config" / "jupyterhub_config.py"
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0
LEFT_OVER_TIMEOUT_S = 5.0


@dataclass(frozen=True)
class RunningHub:
    """A Hub that answers."""

    settings: HubSettings
    pid: int
    log: Path

    @property
    def url(self) -> str:
        """Where a browser goes, without a slash at the end."""
        return f"http://{self.settings.address}:{self.settings.port}"


def free_ports(count: int, *, wish: int = 0) -> list[int]:
    """Ports of the loopback that nobody listens on now, all different.

    The first one is `wish` where that is free.
    """
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            _bind(each, wish if each is sockets[0] else 0)
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _bind(listener: socket.socket, port: int) -> None:
    # As a server would: a port whose last connections are still closing is free.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.bind(("127.0.0.1", 0))


@contextmanager
def running_hub(settings_file: Path, config: Path = CONFIG) -> Iterator[RunningHub]:
    """Run the Hub of a hub.toml for the length of a `with` block.

    Raises HubStartError, with the end of the log, when it does not come up.
    """
    settings = load_settings(settings_file)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    stop_left_over(settings_file)
    log = settings.state_dir / "hub.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            env={**os.environ, "LABHUB_HUB": str(settings_file)},
            cwd=settings.state_dir,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            # Ctrl-C is for the caller, who then stops the Hub in order.
            start_new_session=True,
        )
    hub = RunningHub(settings, process.pid, log)
    try:
        _wait_until_up(hub, process)
        yield hub
    finally:
        _stop(process)
        stop_left_over(settings_file)


def _wait_until_up(hub: RunningHub, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise HubStartError(
                f"The Hub ended with exit code {process.returncode} while starting",
                hint=f"The end of {hub.log}:\n{_tail(hub.log)}",
            )
        if _answers(f"{hub.url}/hub/health") and all(map(_listens, _formgrader_ports(hub))):
            return
        time.sleep(0.25)
    raise HubStartError(
        f"The Hub did not answer at {hub.url} within {START_TIMEOUT_S:.0f} s",
        hint=f"The end of {hub.log}:\n{_tail(hub.log)}",
    )


def _formgrader_ports(hub: RunningHub) -> list[int]:
    return [course.formgrader_port for course in hub.settings.courses.values()]


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as reply:  # noqa: S310 - the Hub's own address
            return bool(reply.status == 200)
    except (URLError, TimeoutError, ConnectionError):
        return False


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_left_over(settings_file: Path) -> list[int]:
    """End what a Hub of this hub.toml left running (it may have been killed); their pids.

    All its servers, kernels and formgraders carry the file's path in their environment.
    """
    mark = f"LABHUB_HUB={settings_file}".encode()
    found = [pid for pid in _processes() if mark in _environment(pid)]
    for pid in found:
        _signal(pid, signal.SIGTERM)
    until = time.monotonic() + LEFT_OVER_TIMEOUT_S
    while time.monotonic() < until and any(map(_is_alive, found)):
        time.sleep(0.05)
    for pid in filter(_is_alive, found):
        _signal(pid, signal.SIGKILL)
    return found


def _processes() -> list[int]:
    own = {os.getpid(), os.getppid()}
    pids = (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in pids if pid not in own]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # gone meanwhile, or another user's
        return []


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return

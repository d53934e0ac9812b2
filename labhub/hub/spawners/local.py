"""Servers as processes of this machine, each with the GPU that it has leased."""

import sys
from pathlib import Path
from typing import Any

from jupyterhub.spawner import (  # type: ignore[import-untyped]
    LocalProcessSpawner,
    SimpleLocalProcessSpawner,
)
from traitlets.config import Config

from labhub.hub.allowances import Allowance
from labhub.hub.gpus.environment import gpu_environment
from labhub.hub.gpus.idle import family
from labhub.hub.gpus.ledger import Lease
from labhub.hub.jupyter import config_dir_of, environment, programs
from labhub.hub.settings import HubSettings
from labhub.hub.spawners.base import LabServer


class OwnAccountServer(LabServer, LocalProcessSpawner):  # type: ignore[misc]
    """A process of the Unix account with the person's name."""

    pid: int

    def fit(self, allowance: Allowance, lease: Lease | None) -> None:
        """Add the GPU, and Jupyter's configuration."""
        super().fit(allowance, lease)
        settings = self.desk.settings
        self.environment |= {
            **programs(),
            **gpu_environment(lease.seat if lease else None),
            "JUPYTER_CONFIG_PATH": str(config_dir_of(settings, self.user.name)),
        }

    def pids(self) -> set[int]:
        """The server, its kernels, and what those have started."""
        return family(self.pid) if self.pid else set()

    def get_state(self) -> dict[str, Any]:
        """With the moment in which the process began: a reboot gives its number to another one."""
        state: dict[str, Any] = super().get_state()
        return {**state, "born": born(self.pid)} if self.pid else state

    def load_state(self, state: dict[str, Any]) -> None:
        """Believe the number of a process only when it is still the same process."""
        super().load_state(state)
        if self.pid and state.get("born", "") != born(self.pid):
            self.pid = 0


class SharedAccountServer(OwnAccountServer, SimpleLocalProcessSpawner):  # type: ignore[misc]
    """A process of the Hub's own Unix account, in a home folder of its own: to try things out."""

    def fit(self, allowance: Allowance, lease: Lease | None) -> None:
        """Add the folders of a person who has no Unix account."""
        super().fit(allowance, lease)
        name, settings = self.user.name, self.desk.settings
        self.environment |= environment(settings, name, config_dir_of(settings, name))


def born(pid: int) -> str:
    """When a process began, in the kernel's ticks; empty for one that is not there."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def update(c: Config, settings: HubSettings) -> type[LabServer]:
    """Start servers on this machine."""
    c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
    c.Spawner.ip = "127.0.0.1"
    if settings.spawner.account == "systemd":
        from labhub.hub.spawners import systemd

        return systemd.update(c, settings)
    if settings.spawner.account == "own":
        return OwnAccountServer
    c.SimpleLocalProcessSpawner.home_dir_template = str(settings.homes_dir / "{username}")
    return SharedAccountServer

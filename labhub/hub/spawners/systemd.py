"""Servers as systemd units of this machine: memory, processor and devices are walls there."""

import sys
from typing import Any

from systemdspawner import SystemdSpawner  # type: ignore[import-untyped]
from traitlets.config import Config

from labhub.hub.allowances import Allowance
from labhub.hub.gpus.environment import COMMON_FILES, gpu_environment
from labhub.hub.gpus.ledger import Lease
from labhub.hub.gpus.seats import Seat
from labhub.hub.jupyter import config_dir_of, programs
from labhub.hub.settings import HubSettings
from labhub.hub.spawners.base import LabServer


class SystemdServer(LabServer, SystemdSpawner):  # type: ignore[misc]
    """A unit of the Unix account with the person's name, which reaches its own GPU only."""

    def fit(self, allowance: Allowance, lease: Lease | None) -> None:
        """Set the unit's limits and the list of its devices."""
        super().fit(allowance, lease)
        seat = lease.seat if lease else None
        self.environment |= {
            **programs(),
            **gpu_environment(seat),
            "JUPYTER_CONFIG_PATH": str(config_dir_of(self.desk.settings, self.user.name)),
        }
        self.unit_extra_properties = {
            "DevicePolicy": "closed",
            "DeviceAllow": device_rules(seat),
            "RuntimeMaxSec": str(int((allowance.until - allowance.since).total_seconds())),
        }

    def _expand_user_vars(self, text: Any) -> Any:  # noqa: ANN401 - a text or a list of texts
        # Upstream calls .format on a list, though its documentation allows lists.
        if isinstance(text, list):
            return [super(SystemdServer, self)._expand_user_vars(each) for each in text]
        return super()._expand_user_vars(text)


def device_rules(seat: Seat | None) -> list[str]:
    """What systemd lets a unit open: terminals, and the files of its own GPU.

    A MIG slice needs the capability files of its parent, too.
    """
    if seat is None:
        return ["char-pts rw"]
    files = (seat.device.path, *COMMON_FILES)
    slices = ["char-nvidia-caps r"] if seat.device.is_slice else []
    return ["char-pts rw", *(f"{path} rw" for path in files if path), *slices]


def update(c: Config, _: HubSettings) -> type[LabServer]:
    """Start servers as units, walled in from each other."""
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.disable_user_sudo = True
    c.SystemdSpawner.default_shell = "/bin/bash"
    c.SystemdSpawner.unit_name_template = "labhub-{USERNAME}"
    c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
    return SystemdServer

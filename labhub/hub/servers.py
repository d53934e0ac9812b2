"""A person's own JupyterLab, on this machine, without Unix accounts."""

import sys

from jupyterhub.spawner import Spawner  # type: ignore[import-untyped]
from traitlets.config import Config

from labhub.hub.groups import own_group
from labhub.hub.jupyter import environment, write_staff_config, write_student_config
from labhub.hub.settings import HubSettings


def update_servers(c: Config, settings: HubSettings) -> None:
    """Start each server as the Hub's own Unix account, in a home folder of its own.

    For development: all share one account, so that one user's kernel can read another's files.
    """
    student_config = write_student_config(settings)
    staff_config = write_staff_config(settings)
    settings.exchange_dir.mkdir(parents=True, exist_ok=True)

    def prepare(spawner: Spawner) -> None:
        name = spawner.user.name
        config_dir = staff_config if name in settings.staff else student_config
        own = {"NNLAB_GROUP": group} if (group := own_group(settings, name)) else {}
        spawner.environment = environment(settings, name, config_dir) | own

    c.JupyterHub.spawner_class = "simple"
    c.SimpleLocalProcessSpawner.home_dir_template = str(settings.homes_dir / "{username}")
    c.Spawner.pre_spawn_hook = prepare
    c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
    c.Spawner.default_url = "/lab"
    c.Spawner.ip = "127.0.0.1"
    # A loaded machine needs more than the default minute to import JupyterLab.
    c.Spawner.start_timeout = 180
    c.Spawner.http_timeout = 180

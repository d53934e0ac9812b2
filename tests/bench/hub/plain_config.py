"""A plain JupyterHub with the spawner that labhub's configuration uses, on ports of a hub.toml."""

import os
import sys
from pathlib import Path

from labhub.hub.jupyter import environment
from labhub.hub.logins import update_authenticator
from labhub.hub.network import update_network, update_proxy
from labhub.hub.settings import load_settings
from tests.bench.hub.noop import NoopServer

c = get_config()  # noqa: F821
settings = load_settings(Path(os.environ["LABHUB_HUB"]))
update_network(c, settings)
update_proxy(c, settings)
update_authenticator(c, settings)
c.JupyterHub.db_url = f"sqlite:///{settings.state_dir / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(settings.state_dir / "cookie_secret")
c.JupyterHub.concurrent_spawn_limit = 0
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.SimpleLocalProcessSpawner.home_dir_template = str(settings.homes_dir / "{username}")


def prepare(spawner: object) -> None:
    name = spawner.user.name  # type: ignore[attr-defined]
    folder = Path(os.environ["BENCH_JUPYTER"])
    spawner.environment = environment(settings, name, folder)  # type: ignore[attr-defined]


if os.environ.get("BENCH_NOOP"):
    c.JupyterHub.spawner_class = NoopServer
else:
    c.JupyterHub.spawner_class = "simple"
    c.Spawner.pre_spawn_hook = prepare

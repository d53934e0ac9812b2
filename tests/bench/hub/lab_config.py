"""labhub's configuration; for the load, with servers that are none."""

import os
from pathlib import Path

from tests.bench.hub.noop import NoopLabServer

c = get_config()  # noqa: F821
load_subconfig(str(Path(__file__).parents[3] / "hub_config" / "jupyterhub_config.py"))  # noqa: F821
if os.environ.get("BENCH_NOOP"):
    c.JupyterHub.spawner_class = NoopLabServer

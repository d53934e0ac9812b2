"""JupyterHub for labhub: one function per area, settings from hub.toml.

    LABHUB_HUB=/path/to/hub.toml jupyterhub -f hub_config/jupyterhub_config.py

Local changes go into jupyterhub_config.d/*.py, which are loaded last; docs/howto/run-the-hub.md.
"""

import os
from pathlib import Path

from labhub.hub.database import update_database
from labhub.hub.logins import update_authenticator
from labhub.hub.network import update_network, update_proxy
from labhub.hub.roles import update_roles
from labhub.hub.servers import update_limits, update_pages, update_spawner
from labhub.hub.services import update_services
from labhub.hub.settings import load_settings

HERE = Path(__file__).parent
AREAS = (
    update_network,
    update_proxy,
    update_database,
    update_authenticator,
    update_services,
    update_roles,
    update_spawner,
    update_limits,
    update_pages,
)

c = get_config()  # noqa: F821
settings = load_settings(Path(os.environ.get("LABHUB_HUB", HERE / "hub.toml")))
for update in AREAS:
    update(c, settings)
for extra in sorted((HERE / "jupyterhub_config.d").glob("*.py")):
    load_subconfig(str(extra))  # noqa: F821

"""JupyterHub for tests: it looks at its servers more often, and is quicker to answer.

By itself its REST interface says only after 10 s that a server is still starting, such as one
that waits in a queue.
"""

from labhub.hub.process import CONFIG

load_subconfig(str(CONFIG))  # noqa: F821
c = get_config()  # noqa: F821
c.Spawner.poll_interval = 3
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 3}

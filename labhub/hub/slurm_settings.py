"""What hub.toml says about Slurm."""

from labhub.hub.fields import HubTable


class SlurmTable(HubTable):
    """Servers as jobs of Slurm."""

"""What hub.toml says about Slurm."""

from typing import Annotated

from pydantic import StringConstraints

from labhub.hub.fields import File, HubTable

Word = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9_.:,+-]{0,127})?$")]


class SlurmTable(HubTable):
    """Servers as jobs of Slurm."""

    partition: Word = ""
    """Partition of servers; empty: Slurm's own default."""
    gpu_partition: Word = ""
    """Partition of servers with a GPU; empty: as all."""
    gres: Word = "gpu:1"
    """What a server with a GPU asks for: `gpu:1`, `gpu:a100:1`, or `shard:2` for a share of one."""
    reservations: bool = False
    """Whether each GPU session of course.toml has a reservation in Slurm, under the name that
    docs/howto/gpu-with-slurm.md tells."""
    account: Word = ""
    """Account of Slurm's accounting; empty: the person's own."""
    qos: Word = ""
    """Quality of service; empty: Slurm's own default."""
    python: str = ""
    """Python on the nodes, with labhub and JupyterLab; empty: at the same path as the Hub's."""
    prologue: str = ""
    """Lines of shell before the server starts, such as `module load cuda`."""
    conf: File | None = None
    """slurm.conf, where it is not in Slurm's own place."""
    listen_at: str = ""
    """Address at which servers listen; empty: that of their node towards the Hub."""
    hub_url: str = ""
    """Where the nodes reach the Hub, such as `http://10.0.0.5:8081`; empty: on this machine."""

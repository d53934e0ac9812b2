"""Servers as containers of this machine's Docker, each with the GPU that it has leased."""

from typing import Any

from docker.errors import APIError, NotFound  # type: ignore[import-untyped]
from docker.types import DeviceRequest  # type: ignore[import-untyped]
from dockerspawner import DockerSpawner  # type: ignore[import-untyped]
from traitlets.config import Config

from labhub.hub.allowances import Allowance
from labhub.hub.errors import ImageMissingError
from labhub.hub.gpus.environment import gpu_environment
from labhub.hub.gpus.ledger import Lease
from labhub.hub.gpus.seats import Seat
from labhub.hub.settings import HAND_IN_SERVICE, HubSettings
from labhub.hub.spawners.base import LabServer
from labhub.hub.tables import DockerTable

DATA = "/srv/data"
HOME = "/home/student"
_PROCESSES = 1024


class DockerServer(LabServer, DockerSpawner):  # type: ignore[misc]
    """A container that reaches its own GPU, its own home, and the shared data to read."""

    def fit(self, allowance: Allowance, lease: Lease | None) -> None:
        """Set image, limits, devices and volumes of the container."""
        super().fit(allowance, lease)
        settings, seat = self.desk.settings, lease.seat if lease else None
        self.image = allowance.profile.image or settings.spawner.docker.image
        self.environment |= gpu_environment(seat)
        self.extra_host_config = host_config(settings.spawner.docker, seat)
        self.volumes = {"labhub-home-{username}": HOME}
        if settings.spawner.data_dir:
            self.read_only_volumes = {str(settings.spawner.data_dir): DATA}
            self.environment["NNLAB_DATA"] = DATA

    def service_url(self) -> str:
        """The hand-in service, as a container sees it."""
        settings = self.desk.settings
        host = settings.spawner.docker.hub_host
        return f"http://{host}:{settings.port}/services/{HAND_IN_SERVICE}"

    async def pull_image(self, image: str) -> None:
        """Make sure that the image is here. Raises ImageMissingError."""
        try:
            await super().pull_image(image)
        except (NotFound, APIError) as error:
            self.log.error("The image %s cannot be had: %s", image, error)  # noqa: TRY400
            raise ImageMissingError(
                "The software of this lab is not installed on the Hub.",
                hint=f"Tell the course's staff: the image {image} is missing.",
            ) from error


def host_config(table: DockerTable, seat: Seat | None) -> dict[str, Any]:
    """What Docker is told beyond memory and processor: devices, and fewer rights than usual."""
    config: dict[str, Any] = {
        "shm_size": f"{table.shm_mib}m",
        "pids_limit": _PROCESSES,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
    }
    if seat is not None:
        device = DeviceRequest(
            driver="nvidia", device_ids=[seat.device.uuid], capabilities=[["gpu"]]
        )
        config["device_requests"] = [device]
    return config


def update(c: Config, settings: HubSettings) -> type[LabServer]:
    """Start servers as containers, in a network of their own with the Hub."""
    table = settings.spawner.docker
    c.JupyterHub.hub_bind_url = f"http://0.0.0.0:{settings.hub_port}"
    c.JupyterHub.hub_connect_url = f"http://{table.hub_host}:{settings.hub_port}"
    c.DockerSpawner.network_name = table.network
    c.DockerSpawner.use_internal_ip = True
    c.DockerSpawner.remove = True
    c.DockerSpawner.pull_policy = "ifnotpresent"
    c.DockerSpawner.name_template = "labhub-{username}"
    c.DockerSpawner.notebook_dir = HOME
    c.DockerSpawner.cmd = ["python", "-m", "jupyterhub.singleuser"]
    return DockerServer

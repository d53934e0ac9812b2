"""What docker, systemd and Kubernetes are told about a server: by their own spawners, no daemon."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import docker
import kubernetes_validate
import kubespawner.spawner
import pytest
import systemdspawner.systemd
from docker.errors import NotFound
from dockerspawner import DockerSpawner
from kubernetes_asyncio.client import ApiClient
from systemdspawner import SystemdSpawner
from traitlets.config import Config

from labhub.hub.gpus.seats import Device, Seat
from labhub.hub.servers import make_desk
from labhub.hub.spawners import docker as docker_backend
from labhub.hub.spawners import kubernetes as kubernetes_backend
from labhub.hub.spawners import local
from labhub.hub.spawners.docker import DockerServer
from labhub.hub.spawners.kubernetes import KubernetesServer, profile_list, say_event
from labhub.hub.spawners.refusals import StartRefusedError
from labhub.hub.spawners.systemd import SystemdServer, device_rules
from tests.hub.spawning import spawner
from tests.hub.test_base import LAB3, SESSION, SESSION_END, desk_of, settings_of
from tests.hub.test_gpus import SetClock

SLICE = Seat(Device("MIG-1", "H100 1g.10gb", 10 << 30, "/dev/nvidia3", is_slice=True))
KUBERNETES = "1.33"


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


# --- docker ------------------------------------------------------------------------------------


class Daemon:
    """Docker's own client builds what would be sent; nothing is sent."""

    def __init__(self) -> None:
        self.api = docker.APIClient(base_url="tcp://127.0.0.1:1", version="1.44")
        self.created: dict[str, Any] = {}
        self.has_image = True

    async def __call__(self, method: str, *args: Any, **named: Any) -> Any:
        if method == "create_container":
            self.created = named
            return {"Id": "abc123456789"}
        if method in ("inspect_image", "pull") and not self.has_image:
            raise NotFound("no such image")
        if method == "inspect_container":
            raise NotFound("no such container", response=SimpleNamespace(status_code=404))
        return {"Config": {"Cmd": []}}


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    it = Daemon()
    with (
        mock.patch.object(DockerSpawner, "docker", lambda _, *args, **named: it(*args, **named)),
        mock.patch.object(DockerSpawner, "client", it.api),
        mock.patch.object(
            DockerSpawner, "get_ip_and_port", mock.AsyncMock(return_value=("172.18.0.5", 8888))
        ),
    ):
        yield it
    it.api.close()


def docker_server(folder: Path, more: str = "") -> DockerServer:
    settings = settings_of(folder, '[spawner]\nbackend = "docker"\n' + more)
    c = Config()
    assert docker_backend.update(c, settings) is DockerServer
    assert c.JupyterHub.hub_connect_url == "http://labhub-hub:8081"
    made = spawner(DockerServer, desk_of(settings), config=c)
    made.user_options = LAB3
    return made


def test_a_container_has_its_own_gpu_and_limits(tmp_path: Path, daemon: Daemon) -> None:
    data = tmp_path / "data"
    data.mkdir()
    server = docker_server(tmp_path, f'data_dir = "{data}"')
    run(server.start())
    created, host = daemon.created, daemon.created["host_config"]
    assert created["image"] == "labhub-lab:latest"
    assert created["name"] == "labhub-ada"
    [device] = host["DeviceRequests"]
    assert (device["DeviceIDs"], device["Count"]) == (["GPU-0"], 0)
    assert device["Capabilities"] == [["gpu"]]
    assert host["Memory"] == 8192 << 20
    assert host["CpuQuota"] == 4 * host["CpuPeriod"]
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["PidsLimit"] == 1024
    assert sorted(host["Binds"]) == [f"{data}:/srv/data:ro", "labhub-home-ada:/home/student:rw"]
    assert created["environment"]["NNLAB_DATA"] == "/srv/data"
    assert created["environment"]["LABHUB_SERVICE_URL"] == (
        "http://labhub-hub:8000/services/labhub"
    )


def test_a_container_without_a_gpu_has_no_device(tmp_path: Path, daemon: Daemon) -> None:
    server = docker_server(tmp_path)
    server.user_options = {**LAB3, "gpu": "no"}
    run(server.start())
    assert "DeviceRequests" not in daemon.created["host_config"]
    # An image that asks for all GPUs gets none, where NVIDIA's runtime is Docker's default.
    assert daemon.created["environment"]["NVIDIA_VISIBLE_DEVICES"] == "void"


def test_a_missing_image_is_said_to_the_student(tmp_path: Path, daemon: Daemon) -> None:
    daemon.has_image = False
    server = docker_server(tmp_path)
    with pytest.raises(StartRefusedError) as caught:
        run(server.start())
    assert "labhub-lab:latest is missing" in caught.value.jupyterhub_message
    assert server.desk.ledger.leases == {}


# --- systemd -----------------------------------------------------------------------------------


def test_a_unit_may_open_its_own_gpu_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units: list[dict[str, Any]] = []

    async def start_unit(name: str, **named: Any) -> None:
        units.append({"name": name, **named})

    monkeypatch.setattr(systemdspawner.systemd, "start_transient_service", start_unit)
    for question, answer in (("service_running", False), ("service_failed", False)):
        monkeypatch.setattr(systemdspawner.systemd, question, mock.AsyncMock(return_value=answer))
    monkeypatch.setattr(SystemdSpawner, "poll", mock.AsyncMock(return_value=None))
    monkeypatch.setattr(
        "pwd.getpwnam", lambda _: SimpleNamespace(pw_uid=1001, pw_gid=1001, pw_dir="/home/ada")
    )
    settings = settings_of(tmp_path, '[spawner]\naccount = "systemd"')
    c = Config()
    assert local.update(c, settings) is SystemdServer
    server = spawner(SystemdServer, desk_of(settings), config=c)
    server.user_options = LAB3
    run(server.start())
    [unit] = units
    properties = unit["properties"]
    assert unit["name"] == "labhub-ada"
    assert properties["DevicePolicy"] == "closed"
    assert properties["MemoryMax"] == 8192 << 20
    assert properties["CPUQuota"] == "400%"
    assert properties["NoNewPrivileges"] == "yes"
    assert properties["RuntimeMaxSec"] == str(int((SESSION_END - SESSION).total_seconds()))
    assert unit["environment_variables"]["CUDA_VISIBLE_DEVICES"] == "GPU-0"


def test_a_slice_needs_its_parents_capabilities() -> None:
    assert device_rules(None) == ["char-pts rw"]
    rules = device_rules(SLICE)
    assert "/dev/nvidia3 rw" in rules
    assert "/dev/nvidiactl rw" in rules
    assert "char-nvidia-caps r" in rules
    other = replace(SLICE, device=replace(SLICE.device, is_slice=False))
    assert "char-nvidia-caps r" not in device_rules(other)


# --- Kubernetes --------------------------------------------------------------------------------

TABLE = """[spawner]
backend = "kubernetes"
[spawner.kubernetes]
node_selector = { pool = "students" }
gpu_node_selector = { "nvidia.com/gpu.product" = "NVIDIA-H100-80GB-HBM3" }
session_priority_class = "labhub-session"
priority_class = "labhub"
data_claim = "labhub-data"
[gpus]
count = 2
"""


def pod(
    folder: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], more: str = TABLE
) -> Any:
    """The pod that KubeSpawner would ask the cluster for."""
    monkeypatch.setattr(kubespawner.spawner, "load_config", lambda *_, **__: None)
    monkeypatch.setattr(kubespawner.spawner, "shared_client", lambda *_, **__: None)
    settings = settings_of(folder, more)
    clock = SetClock()
    clock.at = SESSION
    c = Config()
    c.KubeSpawner.extra_labels = {"hub.jupyter.org/network-access-hub": "true"}
    assert kubernetes_backend.update(c, settings) is KubernetesServer
    server = spawner(KubernetesServer, make_desk(settings, clock), config=c)
    server.user_options = options

    async def manifest(self: Any) -> tuple[str, int]:
        await self.load_user_options()
        async with ApiClient() as client:
            self.made = client.sanitize_for_serialization(await self.get_pod_manifest())
        return "10.0.0.1", 8888

    monkeypatch.setattr(kubespawner.KubeSpawner, "start", manifest)
    run(server.start())
    kubernetes_validate.validate(server.made, KUBERNETES, strict=True)
    return server.made


def test_a_pod_has_its_gpu_its_node_and_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pod(tmp_path, monkeypatch, LAB3)
    spec, [container] = made["spec"], made["spec"]["containers"]
    resources = container["resources"]
    assert resources["limits"]["nvidia.com/gpu"] == resources["requests"]["nvidia.com/gpu"] == "1"
    assert resources["limits"]["memory"] == 8192 << 20
    assert spec["nodeSelector"] == {
        "pool": "students",
        "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
    }
    assert {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"} in (
        spec["tolerations"]
    )
    assert spec["priorityClassName"] == "labhub-session"
    assert spec["activeDeadlineSeconds"] == (SESSION_END - SESSION).total_seconds()
    assert spec["automountServiceAccountToken"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["runAsUser"] == 1000
    mounts = {each["name"]: each for each in container["volumeMounts"]}
    assert mounts["data"]["readOnly"]
    labels = made["metadata"]["labels"]
    assert labels["component"] == "singleuser-server", "which the network policy looks for"
    assert labels["app.kubernetes.io/part-of"] == "labhub"
    assert labels["hub.jupyter.org/network-access-hub"] == "true", "the chart's stays"
    environment = {each["name"]: each.get("value") for each in container["env"]}
    assert environment["LABHUB_SERVICE_URL"] == "http://proxy-public/services/labhub"


def test_a_pod_without_a_gpu_stays_away_from_gpu_nodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pod(tmp_path, monkeypatch, {**LAB3, "gpu": "no"})
    assert "nvidia" not in json.dumps(made["spec"]["containers"][0]["resources"])
    assert made["spec"]["nodeSelector"] == {"pool": "students"}
    assert made["spec"]["priorityClassName"] == "labhub"


def test_a_slice_is_a_resource_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sliced = TABLE.replace(
        "node_selector", 'gpu_resource = "nvidia.com/mig-1g.10gb"\nnode_selector', 1
    )
    made = pod(tmp_path, monkeypatch, LAB3, sliced)
    assert made["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/mig-1g.10gb"] == "1"


def test_a_typo_in_a_pod_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = pod(tmp_path, monkeypatch, LAB3)
    made["spec"]["nodeSelectr"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(made, KUBERNETES, strict=True)


def test_the_hub_gives_out_the_gpus_of_the_cluster(tmp_path: Path) -> None:
    desk = make_desk(settings_of(tmp_path, TABLE))
    assert desk.ledger.total == 2
    assert desk.ledger.fits(1 << 60), "their memory is not known, and taken to be enough"


def test_every_lab_is_an_entry_of_the_profile_list(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, TABLE)
    desk = desk_of(settings)
    entries = profile_list(settings.spawner.kubernetes, desk.profiles_for("ada"))
    assert [each["slug"] for each in entries] == ["dl/lab1", "dl/lab3", "plain"]
    limits = [each["kubespawner_override"].get("extra_resource_limits") for each in entries]
    assert limits == [None, {"nvidia.com/gpu": "1"}, None]


def test_events_of_the_cluster_become_words() -> None:
    assert "machine with room" in say_event("FailedScheduling")
    assert say_event("Scheduled") == say_event("") == "Your server is starting."

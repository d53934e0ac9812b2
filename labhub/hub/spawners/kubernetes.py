"""Servers as pods of a Kubernetes cluster: the Hub gives out GPUs, the cluster finds a node."""

from typing import Any

from kubespawner import KubeSpawner  # type: ignore[import-untyped]
from traitlets.config import Config

from labhub.hub.allowances import Allowance
from labhub.hub.gpus.ledger import Lease
from labhub.hub.profiles import Profile
from labhub.hub.settings import HAND_IN_SERVICE, HubSettings
from labhub.hub.spawners.base import LabServer
from labhub.hub.tables import KubernetesTable

DATA = "/srv/data"
HOME = "/home/student"
EVENTS = {
    "FailedScheduling": "The cluster looks for a machine with room for your server.",
    "TriggeredScaleUp": "The cluster starts another machine for you; that takes some minutes.",
    "Pulling": "The software of the lab is being copied to the machine; that takes some minutes.",
    "ErrImagePull": "The software of the lab cannot be found. Tell the course's staff.",
    "ImagePullBackOff": "The software of the lab cannot be found. Tell the course's staff.",
    "FailedMount": "Your files cannot be reached yet. If this stays so, tell the course's staff.",
}
"""Reasons of Kubernetes' events, in words."""


class KubernetesServer(LabServer, KubeSpawner):  # type: ignore[misc]
    """A pod with the resources of its lab, which ends by itself when its time is over."""

    def fit(self, allowance: Allowance, lease: Lease | None) -> None:
        """Make the chosen lab the pod's one profile; KubeSpawner applies it."""
        super().fit(allowance, lease)
        table = self.desk.settings.spawner.kubernetes
        overrides = override(table, allowance.profile, gpu=allowance.gpu)
        if allowance.session and table.session_priority_class:
            overrides["priority_class_name"] = table.session_priority_class
        seconds = int((allowance.until - self.desk.clock.now()).total_seconds())
        overrides["extra_pod_config"] = {"activeDeadlineSeconds": max(1, seconds)}
        self.profile_list = [profile_entry(allowance.profile, overrides)]
        if table.data_claim:
            self.environment["NNLAB_DATA"] = DATA

    def waiting_words(self) -> str:
        """What the cluster says about the pod, once it has been asked for one."""
        if self.desk.ledger.waiting(self.server_id):
            return super().waiting_words()
        return say_event(self.events[-1]["reason"] if self.events else "")

    def service_url(self) -> str:
        """The hand-in service, as a pod sees it: through the proxy in the cluster."""
        settings = self.desk.settings
        host = settings.spawner.kubernetes.proxy_host
        return f"http://{host}/services/{HAND_IN_SERVICE}"


def say_event(reason: str) -> str:
    """An event of a pod, in words for the person who waits for it."""
    return EVENTS.get(reason, "Your server is starting.")


def profile_list(table: KubernetesTable, profiles: list[Profile]) -> list[dict[str, Any]]:
    """Every lab as an entry of KubeSpawner's `profile_list`."""
    return [profile_entry(each, override(table, each, gpu=each.gpu)) for each in profiles]


def profile_entry(profile: Profile, overrides: dict[str, Any]) -> dict[str, Any]:
    """One lab as an entry of KubeSpawner's `profile_list`."""
    return {
        "slug": profile.id,
        "display_name": profile.title,
        "description": profile.course_title,
        "kubespawner_override": overrides,
    }


def override(table: KubernetesTable, profile: Profile, *, gpu: bool) -> dict[str, Any]:
    """What the pod of a lab has that other pods have not."""
    values: dict[str, Any] = {
        "image": profile.image or table.image,
        "cpu_limit": profile.cpus,
        "cpu_guarantee": profile.cpus / 2,
        "mem_limit": profile.memory_bytes,
        "mem_guarantee": profile.memory_bytes,
        "node_selector": dict(table.node_selector),
    }
    if gpu:
        values["extra_resource_limits"] = {table.gpu_resource: "1"}
        values["extra_resource_guarantees"] = {table.gpu_resource: "1"}
        values["node_selector"] |= table.gpu_node_selector
        values["tolerations"] = _tolerations(table)
    return values


def _tolerations(table: KubernetesTable) -> list[dict[str, str]]:
    if not table.gpu_taint:
        return []
    return [{"key": table.gpu_taint, "operator": "Exists", "effect": "NoSchedule"}]


def update(c: Config, settings: HubSettings) -> type[LabServer]:
    """Start servers as pods without rights in the cluster, with a home volume each."""
    table = settings.spawner.kubernetes
    it = c.KubeSpawner
    c.JupyterHub.hub_bind_url = f"http://:{settings.hub_port}"
    c.JupyterHub.hub_connect_url = f"http://{table.hub_host}:{settings.hub_port}"
    it.namespace = table.namespace
    it.image = table.image
    it.cmd = ["python", "-m", "jupyterhub.singleuser"]
    it.priority_class_name = table.priority_class
    it.automount_service_account_token = False
    it.allow_privilege_escalation = False
    it.uid, it.gid, it.fs_gid = 1000, 1000, 1000
    it.container_security_context = {
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    # The chart's own labels open its network policies: ours stands beside them.
    chart = it.extra_labels if "extra_labels" in it else {}
    it.extra_labels = {**chart, "app.kubernetes.io/part-of": "labhub"}
    it.storage_pvc_ensure = True
    it.storage_capacity = f"{table.home_gib}Gi"
    it.storage_access_modes = ["ReadWriteOnce"]
    if table.storage_class:
        it.storage_class = table.storage_class
    it.volumes, it.volume_mounts = volumes(table)
    it.delete_stopped_pods = True
    return KubernetesServer


def volumes(table: KubernetesTable) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Home, memory for the loaders of data, and the shared data to read."""
    found: list[dict[str, Any]] = [
        {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}},
        {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
    ]
    mounts: list[dict[str, Any]] = [
        {"name": "home", "mountPath": HOME},
        {"name": "shm", "mountPath": "/dev/shm"},  # noqa: S108 - the pod's own
    ]
    if table.data_claim:
        claim = {"claimName": table.data_claim, "readOnly": True}
        found.append({"name": "data", "persistentVolumeClaim": claim})
        mounts.append({"name": "data", "mountPath": DATA, "readOnly": True})
    return found, mounts

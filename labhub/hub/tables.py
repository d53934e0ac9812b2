"""The areas of hub.toml, one table each.

The sentence below a key is its description in docs/reference/hub-toml.md.
"""

from typing import Annotated, Literal

from pydantic import Field

from labhub.hub.fields import File, Folder, HubTable, Minutes, Name, Port, Url
from labhub.hub.slurm_settings import SlurmTable

Mebibytes = Annotated[int, Field(gt=0)]
Cpus = Annotated[float, Field(gt=0)]


class OidcTable(HubTable):
    """Logins of the university, by OpenID Connect."""

    authorize_url: Url
    """The provider's address for logging in."""
    token_url: Url
    """The provider's address for tokens."""
    userdata_url: Url
    """The provider's address for who somebody is."""
    client_id: str
    """What the provider calls this Hub."""
    client_secret_file: File
    """File that holds the secret and nothing else."""
    username_claim: str = "preferred_username"
    """The claim that is the person's name on the Hub."""
    login_service: str = "your university account"
    """What the button on the login page says after "Sign in with"."""


class HubLtiTable(HubTable):
    """Logins from a learning system, by LTI 1.3."""

    issuer: Url
    """The platform's issuer."""
    client_ids: tuple[str, ...]
    """What the platform calls this Hub."""
    authorize_url: Url
    """The platform's address for logging in."""
    jwks_endpoint: Url
    """The platform's public keys."""
    username_key: str = "email"
    """The claim that is the person's name on the Hub."""


class AuthenticatorTable(HubTable):
    """Who may log in, and how."""

    kind: Literal["demo", "pam", "native", "oidc", "lti", "custom"] = "demo"
    """`demo`: the names of `passwords`, on 127.0.0.1 only; `pam`: accounts of this machine;
    `native`: people sign up and staff let them in; `custom`: a file in `jupyterhub_config.d/`."""
    passwords: dict[Name, str] = {}  # noqa: RUF012 - pydantic copies it
    """For `demo`: a password for each name."""
    admins: tuple[Name, ...] = ()
    """Administrators of the Hub; teaching needs none."""
    everybody: bool = False
    """Whether people of no course may log in, too."""
    oidc: OidcTable | None = None
    """See `[authenticator.oidc]`."""
    lti: HubLtiTable | None = None
    """See `[authenticator.lti]`."""


class ServicesTable(HubTable):
    """What the Hub runs beside itself and the people's servers."""

    host: str = "127.0.0.1"
    """Where the proxy reaches them: this machine, or the Hub's name in a cluster."""
    hand_in_port: Port = 8200
    """Internal port of the hand-in service, /services/labhub/."""
    exchange: Literal["service", "folder"] = "service"
    """Whether JupyterLab's lists and the formgraders hand in through the service, or through
    nbgrader's exchange folder, as courses without a course.toml must."""
    idle_minutes: Minutes = 120
    """A server that nobody has used for so long is stopped; 0: never."""
    metrics_token_file: File | None = None
    """File with the token with which Prometheus reads /hub/metrics; left out: nobody does."""


class LimitsTable(HubTable):
    """What a server gets when its lab says nothing, and how many there are."""

    cpus: Cpus = 1.0
    """Processor cores."""
    memory_mib: Mebibytes = 2048
    """Memory, in MiB."""
    minutes: Annotated[Minutes, Field(gt=0)] = 12 * 60
    """How long a server runs at most."""
    most_cpus: Cpus | None = None
    """No lab gets more, whatever course.toml says."""
    most_memory_mib: Mebibytes | None = None
    """No lab gets more, whatever course.toml says."""
    starting_at_once: Annotated[int, Field(gt=0)] = 100
    """So many servers start at the same time; further people are asked to try again."""
    servers: Annotated[int, Field(ge=0)] = 0
    """So many servers run at the same time; 0: no limit."""
    start_minutes: Annotated[Minutes, Field(gt=0)] = 3
    """A server that has not started by then has failed; waiting for a GPU does not count."""


class GpusTable(HubTable):
    """The GPUs, and how they are shared out. Times of sessions stand in course.toml."""

    devices: tuple[str, ...] | Literal["auto", "none"] = "none"
    """`auto`: all that NVML finds, MIG slices where there are some; or a list of UUIDs."""
    per_gpu: Annotated[int, Field(gt=0, le=48)] = 1
    """So many students share a GPU; a MIG slice is never shared."""
    count: Annotated[int, Field(ge=0)] = 0
    """How many there are, for `slurm` and `kubernetes`, whose machines the Hub does not see."""
    memory_mib: Annotated[int, Field(ge=0)] = 0
    """Memory of each of those, in MiB; 0: enough for every lab."""
    walk_in_minutes: Annotated[Minutes, Field(gt=0)] = 240
    """How long one has a GPU outside the sessions of course.toml."""
    keep_minutes: Minutes = 30
    """How long after its start a session keeps GPUs for members who have not come."""
    shortest_minutes: Minutes = 10
    """Nobody gets a GPU for less time than that."""
    queue_length: Annotated[int, Field(ge=0)] = 30
    """So many people wait at most."""
    patience_minutes: Annotated[Minutes, Field(gt=0)] = 60
    """So long somebody waits at most."""
    idle_minutes: Minutes = 30
    """A server whose GPU and kernels have done nothing for so long is stopped; 0: never."""
    warn_minutes: Minutes = 10
    """So long before that, and before the end of its time, its owner is warned."""
    idle_percent: Annotated[int, Field(ge=0, le=100)] = 2
    """A GPU that is used no more than that idles."""


class DockerTable(HubTable):
    """Servers as containers of this machine's Docker."""

    image: str = "labhub-lab:latest"
    """For labs that name none."""
    network: str = "labhub"
    """Docker network of Hub and servers."""
    hub_host: str = "labhub-hub"
    """The Hub's name in that network."""
    shm_mib: Mebibytes = 1024
    """Shared memory, which the loaders of data use."""


class KubernetesTable(HubTable):
    """Servers as pods of a cluster."""

    namespace: str = "labhub"
    """Where the pods are."""
    image: str = "labhub-lab:latest"
    """For labs that name none."""
    hub_host: str = "hub"
    """Name of the Hub's service in the cluster."""
    proxy_host: str = "proxy-public"
    """Name of the proxy's service in the cluster."""
    gpu_resource: str = "nvidia.com/gpu"
    """What a GPU is called; a MIG slice: `nvidia.com/mig-1g.10gb`."""
    node_selector: dict[str, str] = {}  # noqa: RUF012
    """Labels of the nodes for students."""
    gpu_node_selector: dict[str, str] = {}  # noqa: RUF012
    """Labels of the nodes with GPUs."""
    gpu_taint: str = "nvidia.com/gpu"
    """The taint that keeps others away from nodes with GPUs; empty: none."""
    priority_class: str = ""
    """Priority of servers; empty: the cluster's own."""
    session_priority_class: str = ""
    """Priority of servers in a session; empty: as all."""
    storage_class: str = ""
    """Of the home folders; empty: the cluster's own."""
    home_gib: Annotated[int, Field(gt=0)] = 5
    """Size of a home folder."""
    data_claim: str = ""
    """Volume claim of the shared data, mounted read-only; empty: none."""


class SpawnerTable(HubTable):
    """Where people's servers run."""

    backend: Literal["local", "docker", "slurm", "kubernetes"] = "local"
    """This machine, its Docker, a Slurm cluster, or a Kubernetes cluster."""
    account: Literal["hub", "own", "systemd"] = "hub"
    """For `local`: all as the Hub's Unix account (to try things out), each as the Unix account of
    the same name, or that in a systemd unit with limits and devices of its own."""
    plain: bool = True
    """Whether people may start a server without choosing a lab."""
    keep_servers: bool = False
    """Whether servers go on while the Hub is stopped, and are found again when it starts."""
    data_dir: Folder | None = None
    """Shared data, which labs find in `NNLAB_DATA` and nobody can write to."""
    docker: DockerTable = DockerTable()
    """See `[spawner.docker]`."""
    slurm: SlurmTable = SlurmTable()
    """See `[spawner.slurm]`."""
    kubernetes: KubernetesTable = KubernetesTable()
    """See `[spawner.kubernetes]`."""


class CourseSettings(HubTable):
    """One course on the Hub: its folder, its formgrader and its people."""

    course_dir: Folder
    """Folder of the course."""
    formgrader_port: Port
    """Internal port of its formgrader."""
    instructors: tuple[Name, ...] = ()
    """Who answers for the course."""
    tas: tuple[Name, ...] = ()
    """Who marks and helps."""
    students: tuple[Name, ...] = ()
    """Who takes it."""

    @property
    def staff(self) -> tuple[str, ...]:
        """Who may open the formgrader."""
        return (*self.instructors, *self.tas)

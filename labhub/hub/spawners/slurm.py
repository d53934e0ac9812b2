"""The backend `slurm`: what a lab may have becomes what a job asks for."""

import sys
from dataclasses import replace
from datetime import timedelta
from math import ceil

from traitlets.config import Config

from labhub.hub.allowances import Allowance, allowance
from labhub.hub.desk import ask_for
from labhub.hub.gpus.ledger import Lease
from labhub.hub.jupyter import config_dir_of, environment, programs
from labhub.hub.profiles import MIB
from labhub.hub.settings import HAND_IN_SERVICE, HubSettings
from labhub.hub.slurm_settings import SlurmTable
from labhub.hub.spawners.base import LabServer
from labhub.hub.spawners.slurm_queue import Job
from labhub.hub.spawners.slurm_request import Resources
from labhub.hub.spawners.slurm_spawner import CampusSpawner
from labhub.policy.gpu_sessions import Booking, Grant, Refusal, Wait

AFTER_SESSIONS = 1000
"""How far those without a session stand back in the queue (`sbatch --nice`)."""
MARGIN_S = 60


class SlurmServer(LabServer, CampusSpawner):
    """A server that runs as a job of Slurm, which has the queue and chooses the GPU."""

    hub_queues = False

    def fit(self, allowance: Allowance, lease: Lease | None) -> None:
        """Ask Slurm for what the lab needs, and for no more."""
        super().fit(allowance, lease)
        settings, name = self.desk.settings, self.user.name
        self.resources = resources_for(allowance, settings.spawner.slurm)
        config_dir = config_dir_of(settings, name)
        if self.own_accounts:
            self.environment |= {**programs(), "JUPYTER_CONFIG_PATH": str(config_dir)}
        else:
            self.environment |= environment(settings, name, config_dir)

    def service_url(self) -> str:
        """The hand-in service, as a node sees it: the nodes are other machines than the Hub's."""
        settings = self.desk.settings
        if settings.public_url:
            return f"{settings.public_url}/services/{HAND_IN_SERVICE}"
        return settings.hand_in_url

    def waiting_words(self) -> str:
        """The place in Slurm's queue, and when Slurm expects the start."""
        return str(self.standing)

    def may_wait(self, job: Job) -> None:
        """Wait on only while the sessions allow it: one of others may have begun."""
        super().may_wait(job)
        assert self.allowance is not None
        if self.allowance.gpu:
            self._offer(self.allowance)

    async def began(self, job: Job) -> None:
        """The person's time counts from here, not from when they asked."""
        old = self.allowance
        assert old is not None
        offer = self._offer(old) if old.gpu else None
        self.allowance = allowance(old.who, old.profile, self.desk.clock.now(), offer)
        self.until = self.allowance.until
        if self.lease is not None:
            began = replace(self.lease, since=self.allowance.since, until=self.until)
            self.desk.ledger.leases[self.server_id] = began
        minutes = minutes_of(self.allowance)
        if self.resources is not None and minutes < self.resources.minutes:
            await self.shorten(minutes)

    async def poll(self) -> int | None:
        """As all servers; of a job that ended by itself, keep the reason for its owner."""
        status = await super().poll()
        if status and self.farewell:
            self.desk.endings[self.server_id] = self.farewell
        return status

    def _offer(self, allowance: Allowance) -> Grant:
        """What the sessions give now. Raises GpuRefusedError when that is nothing any more."""
        ask = ask_for(allowance.who, allowance.profile, allowance.since)
        found = self.desk.ledger.ask(ask)
        if isinstance(found, Refusal):
            raise self.desk.refused(found, allowance.profile)
        return found.offer if isinstance(found, Wait) else found


def update(c: Config, settings: HubSettings) -> type[LabServer]:
    """Start servers as jobs of Slurm."""
    slurm = settings.spawner.slurm
    python = slurm.python or sys.executable
    c.Spawner.cmd = [python, "-m", "jupyterhub.singleuser"]
    c.SlurmServer.node_python = python
    c.SlurmServer.own_accounts = settings.spawner.account != "hub"
    c.SlurmServer.slurm_conf = str(slurm.conf or "")
    c.SlurmServer.prologue = slurm.prologue
    c.SlurmServer.listen_at = slurm.listen_at
    if slurm.hub_url:
        c.JupyterHub.hub_bind_url = c.Spawner.hub_connect_url = slurm.hub_url
    wait, start = settings.gpus.patience_minutes * 60, settings.limits.start_minutes * 60
    c.SlurmServer.queue_timeout, c.SlurmServer.launch_timeout = wait, start
    # JupyterHub's own limit knows no queue: it must not end a wait before we say why.
    c.SlurmServer.start_timeout = wait + start + MARGIN_S
    return SlurmServer


def resources_for(allowance: Allowance, slurm: SlurmTable) -> Resources:
    """What the job of a server asks for.

    Raises HubSettingsError where hub.toml or course.toml say what no job can ask for.
    """
    profile, session = allowance.profile, allowance.session
    return Resources(
        cpus=ceil(profile.cpus),
        memory_mib=profile.memory_bytes // MIB,
        minutes=minutes_of(allowance),
        gres=slurm.gres if allowance.gpu else "",
        partition=(slurm.gpu_partition if allowance.gpu else "") or slurm.partition,
        reservation=reservation_of(session) if session and slurm.reservations else "",
        account=slurm.account,
        qos=slurm.qos,
        nice=AFTER_SESSIONS if allowance.gpu and session is None else 0,
    )


def minutes_of(allowance: Allowance) -> int:
    """How long the server may run; Slurm counts in minutes, and never less than one."""
    return max(1, ceil((allowance.until - allowance.since) / timedelta(minutes=1)))


def reservation_of(session: Booking) -> str:
    """The name of a session's reservation.

    >>> from datetime import datetime
    >>> start = datetime.fromisoformat("2026-12-03T13:15+01:00")
    >>> reservation_of(Booking("dl", "lab3", "g1", "Group 1", "A1", start, start, 2))
    'dl.lab3.g1.20261203T1315'
    """
    return f"{session.course}.{session.assignment}.{session.group}.{session.start:%Y%m%dT%H%M}"

"""A person's server as a job of Slurm: batchspawner's spawner, with its doors closed.

There is no template. What a job asks for comes from `resources`, which only the Hub sets, and
goes to sbatch as a list of words; a person's options reach neither the command nor the script.
"""

import asyncio
import sys
import time
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy.orm import object_session
from traitlets import Bool, Dict, Instance, Integer, List, Unicode

from labhub.hub.spawners import slurm_port
from labhub.hub.spawners.slurm_errors import (
    SlurmJobEndedError,
    SlurmLaunchTimeoutError,
    SlurmNeverStartsError,
    SlurmQueueTimeoutError,
)
from labhub.hub.spawners.slurm_job import Parcel
from labhub.hub.spawners.slurm_queue import Job, SlurmCommandError, is_alive, place_in
from labhub.hub.spawners.slurm_request import Resources, job_script, submission
from labhub.hub.spawners.slurm_talk import SlurmTalk
from labhub.hub.spawners.slurm_words import never_starts, while_waiting

STOP_TIMEOUT_S = 60.0
OURS = ("parcel", "wish", "started", "kept", "node", "gpus")
"""What a restarted Hub must know beside the job's number."""
# Which GPU is the job's says Slurm alone.
SLURMS_OWN = ("CUDA_", "SLURM_", "ROCR_", "GPU_DEVICE")

slurm_port.replace_handler()


class CampusSpawner(SlurmTalk):
    """Starts each server as one job, tells who waits where they stand, and ends the job with it."""

    ip = Unicode("", help="Where the server listens; its job finds out.")
    resources = Instance(Resources, allow_none=True, help="What the next job asks for.")
    node_python = Unicode(sys.executable, config=True, help="Python on the nodes.")
    prologue = Unicode("", config=True, help="The operator's own lines of the job's script.")
    listen_at = Unicode("", config=True, help="Address that servers listen at; empty: found out.")
    queue_timeout = Integer(12 * 3600, config=True, help="Longest wait in the queue, in seconds.")
    launch_timeout = Integer(180, config=True, help="From the job's start to its port, in seconds.")
    parcel = Unicode("", help="The file with the token, until the job has read it.")
    standing = Unicode("", help="Where the person stands who waits, in words.")
    wish = List(Unicode(), help="What the job has asked for.")
    started = Bool(False, help="Whether the server in the job has reported.")
    kept = Dict(help="A job that waits although the Hub that queued it was ended.")
    node = Unicode("", help="The node that the job runs on.")
    gpus = Unicode("", help="What the job holds there, as gpu:a100:1(IDX:0); empty: no GPU.")
    farewell = Unicode("", help="Why the job ended, for its owner.")

    # --- from asking to running ----------------------------------------------------------------

    async def start(self) -> tuple[str, int]:
        """Submit the job, wait for its turn, then for its port; address and port of the server.

        Raises one of `slurm_errors`, in words for the person; Slurm's own words are in the log.
        """
        self.port, self.job_id, self.started, self.farewell = 0, "", False, ""
        self.standing = "Your server is put into the queue."
        await self._submit()
        job = await self._turn()
        self.standing = f"Your server runs on {job.node}. JupyterLab starts."
        await self.began(job)
        await self._port_of(job)
        node = await self._asked(self.slurm.facts("node", job.node))
        held = await self._asked(self.slurm.facts("job", self.job_id))
        self.node, self.gpus, self.started = job.node, held.get("GRES", ""), True
        self.log.info("%s runs as job %s on %s", self._log_name, self.job_id, job.node)
        return node.get("NodeAddr", job.node), self.port

    async def _submit(self) -> None:
        assert self.resources is not None, "the Hub sets them before each start"
        self._check_account()
        environment = self.get_env()
        folder = Path(environment["HOME"])
        wish = list(self.resources.options())
        self.parcel = await self._resume(wish) or str(folder / f".labhub-{token_hex(8)}.json")
        given = {key: value for key, value in environment.items() if not key.startswith(SLURMS_OWN)}
        parcel = Parcel((*self.cmd, *self.get_args()), given, self.listen_at)
        await self._asked(self._write(self.parcel, parcel.as_text()))
        if not self.job_id:
            script = job_script(self.node_python, Path(self.parcel), self.prologue)
            submitted = await self._asked(self._run(submission(self.resources, folder), script))
            self.job_id = self.parse_job_id(submitted)
        self.wish = wish
        self._remember()
        self.log.info("%s waits as job %s: %s", self._log_name, self.job_id, " ".join(wish))

    async def _resume(self, wish: list[str]) -> str:
        """Take up the job that waited when the Hub was started anew; its parcel, or ''.

        It keeps its place in the queue, and gets a new token; one that asks for something else
        is cancelled.
        """
        kept, self.kept = self.kept, {}
        if not kept:
            return ""
        job = (await self._asked(self.slurm.jobs(fresh=True))).get(kept["job"])
        if job is not None and job.waits and kept["wish"] == wish:
            self.job_id = job.number
            return str(kept["parcel"])
        await self._cancel(kept["job"], kept["parcel"])
        return ""

    def _remember(self) -> None:
        """Write the job down at once: a Hub that is ended while it waits must know of it."""
        self.orm_spawner.state = self.get_state()
        session = object_session(self.orm_spawner)
        if session is not None:
            session.commit()

    async def _turn(self) -> Job:
        """The job, as soon as it runs."""
        until = time.monotonic() + self.queue_timeout
        jobs = await self._asked(self.slurm.jobs(fresh=True))
        while not (job := await self._still_there(jobs)).runs:
            self.standing = while_waiting(job, place_in(job, jobs.values()))
            self.may_wait(job)
            if time.monotonic() > until:
                raise SlurmQueueTimeoutError(
                    "It was not your turn in the time that somebody waits at most.",
                    hint="Try again later, or come to a session of your group.",
                )
            await asyncio.sleep(self.startup_poll_interval)
            jobs = await self._queue(before=jobs)
        return job

    def may_wait(self, job: Job) -> None:
        """Raise an error where waiting on is in vain."""
        if why := never_starts(job):
            self.log.error("%s: job %s waits for ever: %s", self._log_name, job.number, job.reason)
            raise SlurmNeverStartsError(
                f"Your server would wait for ever: {why}.",
                hint="Tell the course's staff: it is a mistake in the Hub or the course.",
            )

    async def began(self, job: Job) -> None:
        """Called when the job has begun to run."""

    async def _port_of(self, job: Job) -> None:
        until = time.monotonic() + self.launch_timeout
        while not self.port:
            if time.monotonic() > until:
                self.log.error("%s: job %s reports no port", self._log_name, job.number)
                raise SlurmLaunchTimeoutError(
                    f"Your job runs on {job.node}, but JupyterLab did not start there in time.",
                    hint="Try again; if it happens twice, tell the course's staff.",
                )
            await asyncio.sleep(self.startup_poll_interval)
            await self._still_there(await self._queue(before={job.number: job}))

    async def _still_there(self, jobs: dict[str, Job]) -> Job:
        if not is_alive(self.job_id, jobs):
            raise SlurmJobEndedError(
                await self._find_out_the_end(),
                hint="Try again; if it happens twice, tell the course's staff.",
            )
        return jobs[self.job_id]

    async def shorten(self, minutes: int) -> None:
        """Let the job end earlier than it asked for."""
        try:
            limit = f"TimeLimit={minutes}"
            await self._run(["scontrol", "update", f"JobId={self.job_id}", limit])
        except SlurmCommandError as error:
            self.log.warning("%s: job %s keeps its time: %s", self._log_name, self.job_id, error)

    def take_port(self, port: int) -> bool:
        """Take the port that the job reports: once, and only while a job is being started."""
        if self.pending != "spawn" or not self.job_id or self.port:
            return False
        self.port = port
        return True

    # --- running and ending --------------------------------------------------------------------

    async def poll(self) -> int | None:
        """None while the job waits or runs, or Slurm does not answer; 1 when it has ended."""
        if not self.job_id or self.kept:
            return 0
        try:
            jobs = await self.slurm.jobs()
            if not is_alive(self.job_id, jobs):  # it may be younger than the last look
                jobs = await self.slurm.jobs(fresh=True)
        except SlurmCommandError as error:
            self.log.warning("Slurm does not show its queue: %s", error)
            return None
        if is_alive(self.job_id, jobs):
            nobody_awaits_it = self.pending == "check" and jobs[self.job_id].waits
            return self._keep() if nobody_awaits_it else None
        self.farewell = await self._find_out_the_end()
        await self._forget(self.parcel)
        return 1

    async def stop(self, now: bool = False) -> None:
        """Cancel the job, waiting or running, and wait until it is gone unless `now`."""
        if not self.job_id:
            return
        self.log.info("%s: cancelling job %s", self._log_name, self.job_id)
        until = time.monotonic() + (0 if now else STOP_TIMEOUT_S)
        while not await self._cancel(self.job_id, self.parcel):
            if time.monotonic() > until:
                return
            await asyncio.sleep(self.startup_poll_interval)

    def _keep(self) -> int:
        """Leave a job in the queue whose start no Hub awaits any more, for its owner's next try.

        Should it begin before that, the Hub refuses its port, and it ends.
        """
        self.kept = {"job": self.job_id, "parcel": self.parcel, "wish": self.wish}
        self.log.info("%s: job %s keeps its place in the queue", self._log_name, self.job_id)
        return 0

    def load_state(self, state: dict[str, Any]) -> None:
        """Find the job again after a restart of the Hub."""
        super().load_state(state)
        for name in OURS:
            setattr(self, name, state.get(name, self.traits()[name].default()))

    def get_state(self) -> dict[str, Any]:
        """What a restarted Hub must know."""
        ours = {name: getattr(self, name) for name in OURS}
        return {**super().get_state(), **{name: value for name, value in ours.items() if value}}

"""What a spawner says to Slurm about its one job, in the name of the job's account.

Slurm's own words go to the log; a person reads ours.
"""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar, TypeVar

from batchspawner import SlurmSpawner  # type: ignore[import-untyped]
from traitlets import Bool, Unicode

from labhub.hub.spawners.slurm_errors import SlurmRefusedError, refusal_of
from labhub.hub.spawners.slurm_queue import Job, Slurm, SlurmCommandError, is_alive
from labhub.hub.spawners.slurm_request import as_account
from labhub.hub.spawners.slurm_words import after_the_end

Answer = TypeVar("Answer")
CLEARING_S = 15.0


class SlurmTalk(SlurmSpawner):  # type: ignore[misc]
    """Asks Slurm, and bears it when Slurm does not answer."""

    own_accounts = Bool(False, config=True, help="Run each job as the person's own Unix account.")
    slurm_conf = Unicode("", config=True, help="Path of slurm.conf; empty: Slurm's own default.")

    _slurms: ClassVar[dict[str, Slurm]] = {}

    @property
    def slurm(self) -> Slurm:
        """Slurm, of which all servers of the Hub share one look at the queue."""
        environment = {"SLURM_CONF": self.slurm_conf} if self.slurm_conf else {}
        return self._slurms.setdefault(self.slurm_conf, Slurm(environment))

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        """Names and folders of the person's Unix account, where jobs run as that."""
        return dict(super().user_env(env)) if self.own_accounts else env

    async def _write(self, path: str, text: str) -> None:
        """Write a file as the account that the job runs as, which nobody else ever can read."""
        command = [*self._as_account(), "dd", "status=none", f"of={path}"]
        await self.slurm.run(command, text, umask=0o077)

    async def _run(self, command: Sequence[str], stdin: str = "") -> str:
        return await self.slurm.run([*self._as_account(), *command], stdin)

    def _check_account(self) -> None:
        try:
            self._as_account()
        except KeyError:
            raise SlurmRefusedError(
                "You have no account on the GPU machines.", hint="Tell the course's staff."
            ) from None

    def _as_account(self) -> list[str]:
        return as_account(self.user.name if self.own_accounts else "")

    async def _asked(self, answer: Coroutine[Any, Any, Answer]) -> Answer:
        """What Slurm answers; where it complains, one of our errors, and its words in the log."""
        try:
            return await answer
        except SlurmCommandError as error:
            self.log.warning("%s: Slurm says: %s", self._log_name, error)
            raise refusal_of(str(error)) from error

    async def _queue(self, *, before: dict[str, Job]) -> dict[str, Job]:
        """The jobs; as `before` while Slurm is silent: jobs outlive a restart of its controller."""
        try:
            return await self.slurm.jobs()
        except SlurmCommandError as error:
            self.log.warning("Slurm does not show its queue: %s", error)
            return before

    async def _cancel(self, job: str, parcel: str) -> bool:
        """Cancel a job and what it has not read; whether it is gone."""
        await self._forget(parcel)
        try:
            await self._run(["scancel", job])
            return not is_alive(job, await self.slurm.jobs(fresh=True))
        except SlurmCommandError as error:
            self.log.warning("%s: job %s is not cancelled: %s", self._log_name, job, error)
            return False

    async def _forget(self, parcel: str) -> None:
        """Remove the file with the token, which a job that has not begun leaves behind."""
        try:
            await self._run(["rm", "-f", parcel])
        except SlurmCommandError as error:
            self.log.warning("%s: %s stays behind: %s", self._log_name, parcel, error)

    async def _find_out_the_end(self) -> str:
        """Why the job ended, in words for its owner; the log has it all."""
        until = time.monotonic() + CLEARING_S
        while (facts := await self._facts()).get("JobState") == "COMPLETING":
            if time.monotonic() > until:
                break  # the reason shows only when Slurm has cleared up
            await asyncio.sleep(self.startup_poll_interval)
        told = ("JobState", "Reason", "ExitCode", "BatchHost", "StdOut")
        details = " ".join(f"{key}={facts[key]}" for key in told if key in facts)
        self.log.warning("%s: job %s has ended: %s", self._log_name, self.job_id, details)
        return after_the_end(facts.get("JobState", ""))

    async def _facts(self) -> dict[str, str]:
        try:
            return await self.slurm.facts("job", self.job_id)
        except SlurmCommandError:
            return {}  # Slurm forgets a job after some minutes

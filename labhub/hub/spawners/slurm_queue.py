"""What Slurm says about its jobs. One look at the queue serves all servers of the Hub.

Slurm's commands are run with lists of words, never through a shell.
"""

import asyncio
import os
import time
from asyncio.subprocess import PIPE
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

COMMAND_TIMEOUT_S = 30.0
LOOK_EVERY_S = 2.0
"""Slurm is asked no more often than this, however many servers there are."""
UNKNOWN_TIMES = ("N/A", "Unknown", "")
_FIELDS = ("%i", "%T", "%r", "%S", "%P", "%B", "%Q")


class SlurmCommandError(Exception):
    """A command of Slurm failed; the text is what it said."""


@dataclass(frozen=True)
class Job:
    """One line of the queue."""

    number: str
    state: str
    """Such as PENDING, RUNNING, COMPLETING."""
    reason: str
    """Why it waits, in Slurm's word, such as Resources or PartitionTimeLimit."""
    start: str
    """When it started, or when Slurm expects it to; empty when it cannot tell."""
    partition: str
    node: str
    """Where the job's script runs; empty while it waits."""
    priority: int

    @property
    def waits(self) -> bool:
        """Whether it has not begun."""
        return self.state in ("PENDING", "CONFIGURING")

    @property
    def runs(self) -> bool:
        """Whether it is running."""
        return self.state in ("RUNNING", "SUSPENDED")


def is_alive(number: str, jobs: Mapping[str, Job]) -> bool:
    """Whether the job waits or runs; one that Slurm is clearing away does neither."""
    return number in jobs and (jobs[number].waits or jobs[number].runs)


def parse_queue(text: str) -> dict[str, Job]:
    """The jobs in what squeue prints, by their number.

    >>> parse_queue("7|PENDING|Resources|N/A|gpu|n/a|100")["7"].reason
    'Resources'
    """
    jobs = (_job(line.split("|")) for line in text.splitlines() if line.count("|") == 6)
    return {job.number: job for job in jobs}


def _job(columns: Sequence[str]) -> Job:
    number, state, reason, start, partition, node, priority = columns
    known = "" if start in UNKNOWN_TIMES else start
    where = "" if node == "n/a" else node
    return Job(number, state, reason, known, partition, where, int(priority))


def place_in(job: Job, jobs: Iterable[Job]) -> tuple[int, int]:
    """The job's place among those that wait for its partition, and how many those are.

    >>> queue = parse_queue("7|PENDING|P||gpu|n/a|9\\n8|PENDING|P||gpu|n/a|5").values()
    >>> [place_in(job, queue) for job in queue]
    [(1, 2), (2, 2)]
    """
    waiting = [each for each in jobs if each.waits and each.partition == job.partition]
    ordered = sorted(waiting, key=lambda each: -each.priority)  # squeue lists equals as they came
    return ordered.index(job) + 1, len(ordered)


@dataclass
class Slurm:
    """Runs Slurm's commands, and remembers for a moment what the queue looked like."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """What Slurm's commands need beside PATH, such as SLURM_CONF."""
    _jobs: dict[str, Job] = field(default_factory=dict)
    _seen: float = float("-inf")
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, command: Sequence[str], stdin: str = "", *, umask: int = -1) -> str:
        """What the command prints; raises SlurmCommandError when it fails or takes too long.

        `umask` is that of the files which it makes; -1: the Hub's own.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                env=self._environment(),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                umask=umask,
            )
        except OSError as error:
            raise SlurmCommandError(f"{command[0]}: {error.strerror}") from error
        try:
            talk = process.communicate(stdin.encode())
            printed, said = await asyncio.wait_for(talk, COMMAND_TIMEOUT_S)
        except TimeoutError as error:
            raise SlurmCommandError(f"no answer after {COMMAND_TIMEOUT_S:.0f} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise SlurmCommandError(said.decode(errors="replace").strip() or "it says nothing")
        return printed.decode(errors="replace").strip()

    async def jobs(self, *, fresh: bool = False) -> dict[str, Job]:
        """The jobs that wait or run, by their number; at most LOOK_EVERY_S old."""
        async with self._looking:
            if fresh or time.monotonic() - self._seen > LOOK_EVERY_S:
                listing = ["squeue", "--noheader", f"--format={'|'.join(_FIELDS)}"]
                self._jobs = parse_queue(await self.run(listing))
                self._seen = time.monotonic()
            return self._jobs

    async def facts(self, kind: str, name: str) -> dict[str, str]:
        """What `scontrol show KIND NAME` says, by its keys."""
        printed = await self.run(["scontrol", "--oneliner", "--details", "show", kind, name])
        return dict(word.partition("=")[::2] for word in printed.split())

    def _environment(self) -> dict[str, str]:
        # Not the Hub's own environment: sbatch hands what it is given on to the job.
        path = os.environ.get("PATH", "/usr/bin:/bin")
        return {"PATH": path, "LANG": "C.UTF-8", **self.environment}

"""What a server's job asks of Slurm: checked values, never a template that text is put into."""

import os
import pwd
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from labhub.hub.errors import HubSettingsError

JOB_NAME = "labhub"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:,+-]{0,127}")


@dataclass(frozen=True)
class Resources:
    """What one server gets: of the processor, of memory, of GPUs, and for how long.

    Raises HubSettingsError where a name could be anything but one word for Slurm, or a number
    is none that a job can ask for.
    """

    cpus: int
    memory_mib: int
    minutes: int
    gres: str = ""
    """Such as `gpu:1`, `gpu:a100:1` or `shard:2`; empty: no GPU."""
    partition: str = ""
    reservation: str = ""
    account: str = ""
    """Of Slurm's accounting, not of Unix."""
    qos: str = ""
    nice: int = 0
    """How far it stands back in the queue."""

    def __post_init__(self) -> None:
        for name, value in self._values():
            if isinstance(value, str) and value and not _WORD.fullmatch(value):
                raise HubSettingsError(
                    f"Slurm's {name} cannot be {value!r}: expected one word, such as gpu:1"
                )
            least = 0 if name == "nice" else 1
            if isinstance(value, int) and value < least:
                raise HubSettingsError(f"Slurm's {name} cannot be {value}: at least {least}")

    def options(self) -> Iterator[str]:
        """The options of sbatch."""
        yield f"--cpus-per-task={self.cpus}"
        yield f"--mem={self.memory_mib}M"
        yield f"--time={self.minutes}"
        yield f"--nice={self.nice}"
        words = {name: value for name, value in self._values() if isinstance(value, str)}
        yield from (f"--{name}={word}" for name, word in words.items() if word)

    def _values(self) -> Iterator[tuple[str, int | str]]:
        return ((each.name, getattr(self, each.name)) for each in fields(self))


def submission(resources: Resources, folder: Path) -> list[str]:
    """The command that reads a job's script from its standard input and prints its number.

    The job works in `folder`, and keeps its log there where a list of files does not show it.
    """
    return [
        "sbatch",
        "--parsable",
        "--no-requeue",  # a server starts once: a second run would find no token
        "--ntasks=1",
        f"--job-name={JOB_NAME}",
        f"--chdir={folder}",
        f"--output={folder}/.slurm-%j.log",
        *resources.options(),
    ]


def job_script(python: str, parcel: Path, prologue: str = "") -> str:
    """The job's script. Without a secret: Slurm keeps scripts and shows them to operators.

    `prologue` are the operator's own lines, such as `module load cuda`.
    """
    program = [python, "-I", "-m", "labhub.hub.spawners.slurm_job", str(parcel)]
    # exec: the job is the server, and ends with it.
    return "\n".join(["#!/bin/sh", *filter(None, [prologue]), f"exec {shlex.join(program)}", ""])


def as_account(name: str) -> list[str]:
    """The words before a command that run it as a Unix account; none for the Hub's own, ''.

    As root with setpriv, else with sudo, which must be allowed to without a password.
    Raises KeyError where there is no such account.
    """
    if not name:
        return []
    account = pwd.getpwnam(name)
    if os.geteuid():
        return ["sudo", "--non-interactive", f"--user={name}", "--"]
    ids = (f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups")
    return ["setpriv", *ids, "--"]

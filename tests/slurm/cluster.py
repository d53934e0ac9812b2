"""A real Slurm on this machine, for tests: one node, fake GPUs, on the loopback only."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from labhub.hub.process import free_ports

EXAMPLE = Path(__file__).parents[2] / "hub_config" / "slurm" / "one-machine"
DAEMONS = ("munged", "slurmctld", "slurmd")
NODE = "gpu1"
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 15.0
JOB_TIMEOUT_S = 120.0


def why_not() -> str:
    """Why this machine cannot run a Slurm of its own; empty when it can."""
    missing = [name for name in DAEMONS if _program(name) is None]
    if missing:
        return f"needs Slurm ({', '.join(missing)} not installed: apt-get install slurm-wlm munge)"
    return "" if os.geteuid() == 0 else "needs root: slurmd starts jobs under any account"


@dataclass(frozen=True)
class Slurm:
    """A running Slurm with one node and the partitions `gpu` and `brief`."""

    folder: Path

    @cached_property
    def controller(self) -> "Daemon":
        """The daemon that has the queue."""
        return Daemon(self, "slurmctld", "-D", "-f", str(self.conf))

    @property
    def conf(self) -> Path:
        """Its slurm.conf; commands find it through SLURM_CONF."""
        return self.folder / "slurm.conf"

    @property
    def environment(self) -> Mapping[str, str]:
        """What its commands need to be told."""
        return {"PATH": os.environ["PATH"], "SLURM_CONF": str(self.conf)}

    def run(self, *command: str, stdin: str = "") -> str:
        """What a command of Slurm prints; raises CalledProcessError when it fails."""
        done = subprocess.run(
            command, env=self.environment, input=stdin, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def submit(self, script: str, *options: str) -> str:
        """Submit a job; its number."""
        output = f"--output={self.folder}/%j.log"
        return self.run("sbatch", "--parsable", output, *options, stdin=f"#!/bin/sh\n{script}\n")

    def state(self, job: str) -> str:
        """The job's state, such as PENDING; empty when nobody remembers it."""
        done = subprocess.run(
            ["scontrol", "show", "job", job, "--oneliner"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        fields = dict(part.partition("=")[::2] for part in done.stdout.split())
        return fields.get("JobState", "")

    def jobs(self) -> list[str]:
        """The numbers of all jobs that wait or run."""
        return self.run("squeue", "--noheader", "--format=%i").split()

    def wait_for(self, job: str, *states: str, timeout_s: float = JOB_TIMEOUT_S) -> str:
        """Wait until the job is in one of the states; that state."""
        until = time.monotonic() + timeout_s
        while (state := self.state(job)) not in states:
            assert time.monotonic() < until, f"job {job} is {state}, and not {' or '.join(states)}"
            time.sleep(0.1)
        return state

    def wait_until_gone(self, *jobs: str, timeout_s: float = JOB_TIMEOUT_S) -> None:
        """Wait until none of these jobs is there any more; without any, no job at all."""
        until = time.monotonic() + timeout_s
        while left := [each for each in self.jobs() if not jobs or each in jobs]:
            assert time.monotonic() < until, f"still there: {', '.join(left)}"
            time.sleep(0.1)

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Be without a controller for the length of a `with` block; jobs go on."""
        self.controller.stop()
        try:
            yield
        finally:
            self.controller.start()
            _wait_until_idle(self, "mixed", "allocated")

    def cancel_all(self) -> None:
        """End every job, and wait until the node is free again."""
        until = time.monotonic() + JOB_TIMEOUT_S
        while jobs := self.jobs():
            self.run("scancel", *jobs)
            assert time.monotonic() < until, f"jobs {jobs} do not end"
            time.sleep(0.1)


class Daemon:
    """A program in the foreground: a child whose end we can be sure of."""

    def __init__(self, slurm: Slurm, name: str, *arguments: str) -> None:
        self.slurm, self.name, self.arguments = slurm, name, arguments
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        program = _program(self.name)
        assert program is not None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [program, *self.arguments],
                env=self.slurm.environment,
                cwd=self.slurm.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it, by force where it will not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def log(self) -> Path:
        """What it prints."""
        return self.slurm.folder / f"{self.name}.out"


@contextmanager
def running_slurm() -> Iterator[Slurm]:
    """Run a Slurm for the length of a `with` block. Needs what `why_not` says."""
    # A short path: munge's socket has at most 107 characters.
    with TemporaryDirectory(prefix="labhub-slurm-", dir="/tmp") as name, ExitStack() as stack:
        slurm = Slurm(Path(name))
        _prepare(slurm)
        munge = _munged(slurm)
        for daemon in (munge, slurm.controller, _slurmd(slurm)):
            stack.callback(daemon.stop)
            daemon.start()
            if daemon is munge:
                _wait((slurm.folder / "munge.sock").exists, munge.log)
        _wait_until_idle(slurm)
        try:
            yield slurm
        finally:
            slurm.cancel_all()


def _prepare(slurm: Slurm) -> None:
    folder = slurm.folder
    folder.chmod(0o755)
    for each in ("state", "spool"):
        (folder / each).mkdir()
    _write_key(folder / "munge.key")
    for number in range(2):
        _fake_gpu(folder / f"gpu{number}")
    for name, text in _configuration(folder, *free_ports(2)):
        (folder / name).write_text(text)


def _configuration(folder: Path, controller_port: int, node_port: int) -> Iterator[tuple[str, str]]:
    """The example of hub_config/, filled in as docs/howto/gpu-with-slurm.md does."""
    words = {
        "CONTROLLER_PORT": str(controller_port),
        "NODE_PORT": str(node_port),
        "HOST": socket.gethostname().partition(".")[0],
        "FOLDER": str(folder),
    }
    for path in EXAMPLE.iterdir():
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        text = "\n".join([*lines, ""])
        for word, value in words.items():
            text = re.sub(rf"\b{word}\b", value, text)
        yield path.name, text


def _write_key(path: Path) -> None:
    path.touch(mode=0o600)
    path.write_bytes(secrets.token_bytes(128))


def _fake_gpu(path: Path) -> None:
    """A device like /dev/null: Slurm hands out character devices only."""
    try:
        os.mknod(path, 0o20666, os.makedev(1, 3))
    except PermissionError:  # a container without CAP_MKNOD
        path.symlink_to("/dev/null")


def _munged(slurm: Slurm) -> Daemon:
    options = {
        "--socket": "munge.sock",
        "--key-file": "munge.key",
        "--pid-file": "munged.pid",
        "--log-file": "munged.log",
        "--seed-file": "munged.seed",
    }
    words = [f"{option}={slurm.folder}/{file}" for option, file in options.items()]
    # --force: a folder below /tmp is one that munged would rather not use.
    return Daemon(slurm, "munged", "--foreground", "--force", *words)


def _slurmd(slurm: Slurm) -> Daemon:
    return Daemon(slurm, "slurmd", "-D", "-f", str(slurm.conf), "-N", NODE)


def _wait_until_idle(slurm: Slurm, *or_busy: str) -> None:
    def is_up() -> bool:
        command = ["sinfo", "--noheader", "--format=%T", "--nodes", NODE]
        done = subprocess.run(
            command, env=slurm.environment, capture_output=True, text=True, check=False
        )
        states = set(done.stdout.split())
        return bool(states) and states <= {"idle", *or_busy}

    _wait(is_up, slurm.folder / "slurmctld.log")


def _wait(ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while not ready():
        if time.monotonic() > until:
            end = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise TimeoutError(f"Slurm does not come up; the end of {log.name}:\n{end}")
        time.sleep(0.1)


def _program(name: str) -> str | None:
    # Debian keeps daemons out of an ordinary user's PATH.
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")

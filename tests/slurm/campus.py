"""A campus for tests: a course with a GPU lab in sessions, and a Hub that starts jobs of Slurm."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from labhub.hub.process import stop_left_over
from labhub.hub.settings import HubSettings, load_settings
from labhub.ids import CourseId
from tests.hub.spawning import QUICK_CONFIG
from tests.slurm.cluster import Slurm
from tools.demo.stage import Cast, Stage, write_hub_file

COURSE = "gpu101"
LAB = f"{COURSE}/lab3"
CPU_LAB = f"{COURSE}/lab1"
START_TIMEOUT_S = 120.0


@dataclass(frozen=True)
class Session:
    """A GPU session, told in hours from now."""

    group: str
    begins_h: float
    ends_h: float
    gpus: int = 2


def course_toml(groups: dict[str, Sequence[str]], sessions: Sequence[Session]) -> str:
    """A course with a small lab and one that needs a GPU."""
    now = datetime.now(UTC).replace(microsecond=0)

    def at(hours: float) -> str:
        return (now + timedelta(hours=hours)).isoformat()

    labs = "".join(
        f"""
[[assignments]]
id = "{name}"
title = "{title}"
release = {at(-48)}
due = {at(480)}
late_until = {at(480)}
weight_percent = 50
credits = 1
{extra}
"""
        for name, title, extra in (
            ("lab1", "Lab 1", "server = { cpus = 1, memory_mib = 1024, minutes = 60 }"),
            ("lab3", "Lab 3", "gpu = true\nserver = { cpus = 1, memory_mib = 1024, minutes = 60 }"),
        )
    )
    teams = "".join(
        f'\n[[groups]]\nid = "{name}"\ntitle = "Group {name}"\nstudents = {list(people)!r}\n'
        for name, people in groups.items()
    )
    booked = "".join(
        f"""
[[gpu_sessions]]
assignment = "lab3"
group = "{each.group}"
room = "GPU lab"
start = {at(each.begins_h)}
end = {at(each.ends_h)}
gpus = {each.gpus}
"""
        for each in sessions
    )
    head = f'[course]\nid = "{COURSE}"\ntitle = "GPUs"\nzone = "UTC"\ncredits = 2\n'
    return head + labs + teams + booked


def set_up(
    root: Path,
    runtime_dir: Path,
    slurm: Slurm,
    groups: dict[str, Sequence[str]],
    sessions: Sequence[Session] = (),
    **keys: str,
) -> Stage:
    """Write the course and the Hub's settings; `keys` go into [spawner.slurm]."""
    stage = Stage(root, CourseId(COURSE))
    stage.course_dir.mkdir(parents=True)
    (stage.course_dir / "course.toml").write_text(course_toml(groups, sessions))
    students = tuple(name for people in groups.values() for name in people)
    write_hub_file(stage, Cast(students=students), runtime_dir)
    options = {"conf": str(slurm.conf), "gpu_partition": "gpu", **keys}
    lines = [f"{key} = {value!r}" for key, value in options.items()]
    with stage.hub_file.open("a") as file:
        file.write(
            "\n[spawner]\nbackend = 'slurm'\nkeep_servers = true\n[spawner.slurm]\n"
            + "\n".join(lines)
        )
        file.write("\n[gpus]\ncount = 2\npatience_minutes = 10\n")
    return stage


@dataclass
class HubProcess:
    """A Hub that may be ended and started again, while its jobs go on."""

    stage: Stage
    settings: HubSettings
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def of(cls, stage: Stage) -> Self:
        """The Hub of a stage, not started yet."""
        return cls(stage, load_settings(stage.hub_file))

    @property
    def url(self) -> str:
        """Where a browser goes."""
        return f"http://{self.settings.address}:{self.settings.port}"

    @property
    def log(self) -> Path:
        """What the operator reads."""
        return self.settings.state_dir / "hub.log"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.settings.state_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(QUICK_CONFIG)],
                env={**os.environ, "LABHUB_HUB": str(self.stage.hub_file)},
                cwd=self.settings.state_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START_TIMEOUT_S
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < until, "the Hub does not answer"
            time.sleep(0.2)

    def stop(self) -> None:
        """End it as an operator does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut does."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(60)
            self.process = None

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/hub/health", timeout=5) as reply:
                return bool(reply.status == 200)
        except (URLError, TimeoutError, ConnectionError):
            return False


@contextmanager
def campus(
    slurm: Slurm,
    groups: dict[str, Sequence[str]],
    sessions: Sequence[Session] = (),
    **keys: str,
) -> Iterator[HubProcess]:
    """A running Hub on a campus with two GPUs, for the length of a `with` block."""
    # Below /tmp: a kernel's socket has at most 107 characters.
    with TemporaryDirectory(prefix="labhub-campus-", dir="/tmp") as name:
        root = Path(name)
        stage = set_up(root / "stage", root / "run", slurm, groups, sessions, **keys)
        hub = HubProcess.of(stage)
        try:
            hub.start()
            yield hub
            slurm.cancel_all()
            hub.stop()
        finally:
            stop_left_over(stage.hub_file)

"""`make bench-hub`: labhub's configuration beside a plain JupyterHub.

    python -m tests.bench.hub [--rounds 7] [--users 50]

Two questions. How long is it from the click to a JupyterLab that answers, against a plain
JupyterHub with the same spawner and the same JupyterLab: in pairs, one start on each Hub after the
other, and the median of the pairs' ratios. And how a class logs in and starts at once, with servers
that are none, so that the Hub itself is what is measured.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest import mock

from rich.console import Console
from rich.table import Table

from labhub.hub.jupyter import write_student_config
from labhub.hub.process import RunningHub, free_ports, running_hub
from labhub.hub.settings import load_settings
from labhub.ids import CourseId
from tools.demo.hubclient import Person
from tools.demo.stage import Cast, Stage, write_hub_file

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
COURSE = """
[course]
id = "dl"
title = "Bench"
zone = "UTC"
[[assignments]]
id = "lab1"
title = "Lab 1"
release = 2020-01-01T08:00:00+00:00
due = 2030-01-01T08:00:00+00:00
late_until = 2030-01-01T08:00:00+00:00
weight_percent = 100
"""
LAB = {"profile": "dl/lab1"}


@contextmanager
def hub(folder: Path, kind: str, users: list[str], noop_port: int = 0) -> Iterator[RunningHub]:
    """A running Hub: `plain`, or `lab` for labhub's configuration."""
    stage = Stage(folder / kind, CourseId("dl"))
    stage.course_dir.mkdir(parents=True)
    (stage.course_dir / "course.toml").write_text(COURSE)
    runtime = folder / f"run-{kind}"
    write_hub_file(stage, Cast(students=tuple(users)), runtime, more="")
    if kind == "plain":  # no services, no formgrader: only logins and servers
        text = stage.hub_file.read_text()
        stage.hub_file.write_text(text.split("[courses.")[0])
    jupyter = write_student_config(load_settings(stage.hub_file))
    config = jupyter / "jupyter_server_config.json"
    config.write_text(
        config.read_text().replace('"labhub.hub.inlab": true', '"labhub.hub.inlab": false')
    )
    environment = {
        "BENCH_JUPYTER": str(jupyter),
        "PYTHONPATH": str(REPOSITORY),
        **({"BENCH_NOOP": str(noop_port)} if noop_port else {}),
    }
    with (
        mock.patch.dict(os.environ, environment),
        running_hub(stage.hub_file, HERE / f"{kind}_config.py") as running,
    ):
        yield running


def start_seconds(running: RunningHub, name: str, options: dict[str, str]) -> float:
    """From the click to a JupyterLab that answers; then it is stopped."""
    with Person(running.url, name, running.settings.logins[name]) as person:
        person.log_in()
        begin = time.perf_counter()
        person.start_server(**options)
        assert person.lab("GET", "api/status").status_code == 200
        seconds = time.perf_counter() - begin
        person.stop_server()
        while person.hub("GET", f"users/{name}").json()["servers"]:
            time.sleep(0.1)
    return seconds


def pairs(folder: Path, rounds: int) -> list[tuple[float, float]]:
    """One start on each Hub after the other, so that both meet the same machine."""
    with ExitStack() as stack:
        plain = stack.enter_context(hub(folder, "plain", ["ada"]))
        lab = stack.enter_context(hub(folder, "lab", ["ada"]))
        start_seconds(plain, "ada", {})  # the first start fills the caches of the disk
        start_seconds(lab, "ada", LAB)
        found = []
        for each in range(rounds):
            if each % 2:
                mine = start_seconds(lab, "ada", LAB)
                found.append((start_seconds(plain, "ada", {}), mine))
            else:
                found.append((start_seconds(plain, "ada", {}), start_seconds(lab, "ada", LAB)))
        return found


def load(folder: Path, kind: str, count: int) -> tuple[float, list[float]]:
    """A class logs in and starts at once; seconds in all, and of each from click to ready."""
    users = [f"student{number}" for number in range(count)]
    [port] = free_ports(1)
    options = LAB if kind == "lab" else {}

    def one(name: str) -> float:
        with Person(running.url, name, running.settings.logins[name]) as person:
            assert person.log_in().status_code == 302
            begin = time.perf_counter()
            person.start_server(**options)
            return time.perf_counter() - begin

    with ExitStack() as stack:
        stack.enter_context(_answering(port))
        running = stack.enter_context(hub(folder, kind, users, port))
        begin = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            seconds = list(pool.map(one, users))
        return time.perf_counter() - begin, seconds


@contextmanager
def _answering(port: int) -> Iterator[None]:
    environment = {**os.environ, "BENCH_NOOP": str(port), "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen([sys.executable, "-m", "tests.bench.hub.noop"], env=environment) as it:
        try:
            yield
        finally:
            it.terminate()


def main() -> None:
    """Measure both, and print two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--users", type=int, default=50)
    wanted = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="bh-") as name:
        table = Table("from click to JupyterLab", "plain, s", "labhub, s", "ratio")
        found = pairs(Path(name) / "start", wanted.rounds) if wanted.rounds else []
        for number, (plain, lab) in enumerate(found, 1):
            table.add_row(str(number), f"{plain:.2f}", f"{lab:.2f}", f"{lab / plain:.3f}")
        if found:
            middle = [statistics.median(column) for column in zip(*found, strict=True)]
            ratio = statistics.median(lab / plain for plain, lab in found)
            table.add_row("median", f"{middle[0]:.2f}", f"{middle[1]:.2f}", f"{ratio:.3f}")
            console.print(table)
        if wanted.users:
            table = Table(f"{wanted.users} at once", "all, s", "median, s", "95 %, s", "last, s")
            for kind in ("plain", "lab"):
                wall, each = load(Path(name) / f"load-{kind}", kind, wanted.users)
                ordered = sorted(each)
                high = ordered[int(len(ordered) * 0.95) - 1]
                row = (wall, statistics.median(each), high, ordered[-1])
                table.add_row(kind, *(f"{value:.2f}" for value in row))
            console.print(table)


if __name__ == "__main__":
    main()

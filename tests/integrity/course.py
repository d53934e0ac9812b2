"""Lays out the course under attack: release, a class of hostile hand-ins, bait, honest neighbours."""

import copy
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from tests.integrity.attacks.model import Attack
from tests.integrity.lab import (
    ASSIGNMENT,
    BAIT_CANARY,
    ENVIRONMENT_CANARY,
    answered,
    write_source,
)

REPOSITORY = Path(__file__).parents[2]

HONEST = {
    "honest-a": ({}, 18.0),
    "honest-b": ({"net": "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(5, 7); self.b = nn.Linear(7, 3)\n    def forward(self, x): return self.b(torch.tanh(self.a(x)))\nnet = Net()"}, 18.0),
    "honest-half": ({"count": "def count(xs, x):\n    return sum(1 for y in xs if y == x) if xs and not isinstance(xs, str) else 0",
                     "mean": "def mean(xs):\n    raise NotImplementedError()"}, 15.5),
}  # fmt: skip
"""Student to the answers that differ from the reference, and the points of the tests."""


@dataclass
class Listener:
    """A port on this machine that nobody should ever reach."""

    port: int
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listens on a free port of 127.0.0.1 and keeps what comes in."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    listener.heard.append(connection.recv(1000))

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def run(
    command: list[str], course: Path, *, timeout_s: float = 900
) -> "subprocess.CompletedProcess[str]":
    """Runs a program in the course folder, behind an outer wall that keeps this machine whole.

    The wall leaves only the course folder writable. It is there for the day on which the
    sandbox under test has a hole; the bait lies inside it.
    """
    wall = [
        "bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--bind", "/proc", "/proc",
        "--tmpfs", "/tmp", "--tmpfs", "/var/tmp",
        "--ro-bind", sys.prefix, sys.prefix, "--ro-bind", str(REPOSITORY), str(REPOSITORY),
        "--bind", str(course), str(course),
        "--die-with-parent", "--chdir", str(course), "--",
    ]  # fmt: skip
    environment = {**os.environ, "LABHUB_BAIT": ENVIRONMENT_CANARY, "HOME": str(course / "home")}
    return subprocess.run(
        [*wall, *command], capture_output=True, text=True, timeout=timeout_s, env=environment
    )


def make_course(folder: Path) -> Any:
    """Writes source and bait, builds the release with labhub, and returns the released notebook."""
    write_source(folder)
    (folder / "home").mkdir()
    (folder / "bait").mkdir()
    (folder / "bait" / "secret.txt").write_text(BAIT_CANARY)
    (folder / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "fortress"\n'
    )
    done = run(["labhub", "generate-assignment", ASSIGNMENT, "--course-dir", str(folder)], folder)
    assert done.returncode == 0, done.stderr
    return nbformat.read(folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)


def hand_in(course: Path, student: str, notebook: Any) -> None:
    """Puts one notebook where collecting would put it."""
    target = _target(course, student)
    target.write_text(json.dumps(notebook), encoding="utf-8", errors="surrogatepass")


def attack_with(course: Path, attack: Attack, released: Any, port: int) -> None:
    """Hands in one attack."""
    cells = {
        name: code.replace("COURSE", str(course)).replace("PORT", str(port))
        for name, code in attack.cells.items()
    }
    notebook = copy.deepcopy(answered(released, cells))
    if attack.damage:
        attack.damage(notebook)
    if attack.place:
        attack.place(_target(course, attack.student), notebook)
    else:
        hand_in(course, attack.student, notebook)


def _target(course: Path, student: str) -> Path:
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    return folder / f"{ASSIGNMENT}.ipynb"

"""Work that waits gets a worker: a real service, a real hand-in, graded while one waits."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from labhub.hub.process import free_ports
from tests.service.stand import TOML, answers

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("engine")]
NOW = "2027-01-18T08:00:00Z", "2027-02-08T12:00:00Z", "2027-02-15T12:00:00Z"
ALWAYS = "2020-01-01T08:00:00Z", "2120-02-08T12:00:00Z", "2120-02-15T12:00:00Z"
PATIENCE_S = 240


@pytest.fixture
def url(course_dir: Path) -> Iterator[str]:
    """The service of a course that grades as one hands in."""
    toml = TOML
    for then, now in zip(NOW, ALWAYS, strict=True):
        toml = toml.replace(then, now)
    (course_dir / "course.toml").write_text(f"{toml}on_hand_in = {{ grade = true }}\n")
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "labhub.cli", "serve", "--no-hub", "--port", str(port)),
            *("--course", f"dl={course_dir}", "--as", "ada=student", "--as", "ta=ta"),
        ]
    )
    try:
        found = f"http://127.0.0.1:{port}/services/labhub/api"
        wait_for(lambda: answers_at_all(found))
        yield found
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()


def test_a_hand_in_is_graded_while_its_student_waits(url: str, course_dir: Path) -> None:
    as_ta = {"Authorization": "Bearer ta"}
    lab = f"{url}/courses/dl/assignments/ps1"
    note = [("note", (None, "First."))]
    assert httpx.post(f"{lab}/versions", headers=as_ta, files=note, timeout=20).status_code == 201
    as_ada = {"Authorization": "Bearer ada"}
    reply = httpx.post(f"{lab}/submissions", headers=as_ada, files=answers(course_dir), timeout=20)
    assert reply.status_code == 201, reply.text

    def graded() -> Any:
        jobs = httpx.get(f"{url}/courses/dl/jobs", headers=as_ta, timeout=20).json()
        return jobs and jobs[0]["state"] in ("done", "failed") and jobs[0]

    job = wait_for(graded)
    assert (job["kind"], job["state"]) == ("grade", "done"), job
    health = httpx.get(f"{url}/health", timeout=20).json()
    assert health["courses"][0]["worker_alive"] is True
    assert (course_dir / "autograded" / "ada" / "ps1" / "problem1.ipynb").is_file()


def answers_at_all(url: str) -> bool:
    """Whether the service is up."""
    try:
        return httpx.get(f"{url}/health", timeout=5).status_code < 600
    except httpx.TransportError:
        return False


def wait_for(look: Callable[[], Any]) -> Any:
    """What `look` finds, as soon as it finds something."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    return pytest.fail("it took too long")

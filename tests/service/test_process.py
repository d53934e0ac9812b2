"""The service as a process: `labhub serve`, ended in order, and what it refuses to start with."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from labhub.cli.main import app
from labhub.hub.process import free_ports
from tests.service.stand import TOML


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["serve", *words])
    return done.exit_code, done.stderr


def test_without_a_hub_the_service_says_what_is_missing(
    course_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    exit_code, said = run("--course", str(course_dir))
    assert exit_code == 3
    assert "JUPYTERHUB_API_TOKEN" in said


def test_without_a_hub_it_listens_on_the_loopback_only(course_dir: Path) -> None:
    exit_code, said = run("--no-hub", "--host", "0.0.0.0", "--course", str(course_dir))
    assert exit_code == 3
    assert "127.0.0.1" in said


@pytest.mark.parametrize("person", ["ada", "ada=king", "=student"])
def test_a_person_without_a_role_is_refused(course_dir: Path, person: str) -> None:
    exit_code, said = run("--no-hub", "--course", str(course_dir), "--as", person)
    assert exit_code == 2
    assert "NAME=student" in said


def test_the_module_serves_by_its_environment_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "labhub.service"],
        env={**os.environ, "LABHUB_COURSES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "no course" in done.stderr


@pytest.mark.slow
def test_a_running_service_ends_in_order_when_it_is_told_to(course_dir: Path) -> None:
    (course_dir / "course.toml").write_text(TOML)
    (port,) = free_ports(1)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "labhub.cli", "serve", "--no-hub", "--port", str(port)),
            *("--course", str(course_dir), "--as", "ada=student"),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        url = f"http://127.0.0.1:{port}/services/labhub/api/courses"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                reply = httpx.get(url, headers={"Authorization": "Bearer ada"})
                break
            except httpx.TransportError:
                time.sleep(0.1)
        assert reply.json()[0]["role"] == "student"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
    assert "GET /services/labhub/api/courses 200" in said
    assert "Bearer" not in said
    assert "Traceback" not in said

"""`labhub hub`: what it prints and with which exit code."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from labhub.cli.main import app
from labhub.hub.gpus.history import FILE, History
from labhub.hub.gpus.ledger import Lease
from labhub.ids import AssignmentId, CourseId, StudentId
from labhub.policy.gpu_sessions import Ask
from tests.hub.test_base import settings_of

AT = datetime(2026, 12, 3, 12, 15, tzinfo=UTC)


@pytest.fixture
def hub_file(tmp_path: Path) -> Path:
    settings_of(tmp_path)
    return tmp_path / "hub.toml"


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["hub", *words])
    return result.exit_code, result.output


def test_check_says_what_it_looked_at(hub_file: Path) -> None:
    code, text = run("check", "--hub", str(hub_file))
    assert code == 0, text
    assert "course dl\tok\t3 labs" in text
    assert "GPUs: See [gpus] in hub.toml." in text


def test_check_fails_where_something_is_wrong(hub_file: Path) -> None:
    hub_file.write_text('address = "0.0.0.0"\n' + hub_file.read_text())
    code, text = run("check", "--hub", str(hub_file), "--json")
    assert code == 1
    assert {"TLS", "logins"} <= {
        each["what"] for each in json.loads(text) if each["sign"] == "wrong"
    }


def test_check_of_a_file_that_is_not_there_is_a_configuration_error(tmp_path: Path) -> None:
    code, text = run("check", "--hub", str(tmp_path / "no.toml"))
    assert code == 3
    assert "cannot be read" in text


def test_leases_tell_who_held_which_gpu_when(hub_file: Path, tmp_path: Path) -> None:
    history = History(tmp_path / "state" / FILE)
    for name, hours in (("ada", 0), ("bob", 3)):
        start = AT + timedelta(hours=hours)
        ask = Ask(StudentId(name), CourseId("dl"), AssignmentId("lab3"), start)
        lease = Lease(f"{name}/", ask, start, start, None, "g1")
        history.write(lease, None)
        history.write(lease, start + timedelta(hours=1))
    _, text = run("leases", "--hub", str(hub_file))
    assert [line.split("\t")[0] for line in text.splitlines()] == ["who", "ada", "bob"]
    _, text = run("leases", "--hub", str(hub_file), "--who", "ada", "--json")
    assert [each["who"] for each in json.loads(text)] == ["ada"]
    _, text = run("leases", "--hub", str(hub_file), "--since", "2026-12-03T15:00:00+00:00")
    assert "ada" not in text
    assert "bob" in text

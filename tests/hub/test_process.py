"""Starting and stopping a Hub leaves nothing behind, whatever happens."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from labhub.hub.errors import HubStartError
from labhub.hub.process import free_ports, running_hub, stop_left_over
from labhub.ids import CourseId
from tests.course_folder import COURSE_ID
from tools.demo.stage import Cast, Stage, write_hub_file


@pytest.fixture
def empty_stage(tmp_path: Path) -> Stage:
    stage = Stage(tmp_path, CourseId(COURSE_ID))
    stage.course_dir.mkdir()
    write_hub_file(stage, Cast(), tmp_path / "run")
    return stage


def test_free_ports_are_different() -> None:
    assert len(set(free_ports(20))) == 20


def test_the_wished_port_is_given_where_it_is_free() -> None:
    [wish] = free_ports(1)
    assert free_ports(2, wish=wish)[0] == wish


def test_a_wished_port_in_use_is_replaced() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        assert free_ports(1, wish=taken) != [taken]


def test_passwords_stay_the_same_from_run_to_run(empty_stage: Stage) -> None:
    before = (
        empty_stage.hub_file.read_text().split("[authenticator.passwords]")[1].split("[courses")[0]
    )
    write_hub_file(empty_stage, Cast(), empty_stage.root / "run2")
    after = (
        empty_stage.hub_file.read_text().split("[authenticator.passwords]")[1].split("[courses")[0]
    )
    assert before == after
    assert empty_stage.hub_file.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_hub_that_cannot_start_shows_the_end_of_its_log(empty_stage: Stage) -> None:
    text = empty_stage.hub_file.read_text()
    empty_stage.hub_file.write_text(f'address = "192.0.2.7"\n{text}')
    with (
        pytest.raises(HubStartError, match="ended with exit code") as caught,
        running_hub(empty_stage.hub_file),
    ):
        pytest.fail("a Hub with demo logins listens to other machines")
    assert "they are only for 127.0.0.1" in caught.value.hint


def test_what_a_killed_hub_left_running_is_ended(empty_stage: Stage) -> None:
    environment = {**os.environ, "LABHUB_HUB": str(empty_stage.hub_file)}
    stubborn = "import signal, time; signal.signal(15, lambda *_: None); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", stubborn], env=environment) as orphan:
        assert stop_left_over(empty_stage.hub_file) == [orphan.pid]
        assert orphan.wait() != 0
    assert not psutil.pid_exists(orphan.pid)

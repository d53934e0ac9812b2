"""The Slurm backend without a Slurm: what is asked for, what the queue says, what a job sends."""

import asyncio
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.apihandlers import default_handlers
from traitlets.config import Config

from labhub.hub.allowances import Allowance, Choice
from labhub.hub.desk import Desk
from labhub.hub.errors import GpuRefusedError, HubSettingsError
from labhub.hub.profiles import Profile
from labhub.hub.settings import load_settings
from labhub.hub.slurm_settings import SlurmTable
from labhub.hub.spawners import slurm_job
from labhub.hub.spawners.slurm import SlurmServer, resources_for, update
from labhub.hub.spawners.slurm_errors import refusal_of
from labhub.hub.spawners.slurm_job import Parcel, address_towards, at_address
from labhub.hub.spawners.slurm_port import PortHandler, port_in
from labhub.hub.spawners.slurm_queue import Job, is_alive, parse_queue, place_in
from labhub.hub.spawners.slurm_request import Resources, as_account, job_script, submission
from labhub.hub.spawners.slurm_spawner import CampusSpawner
from labhub.hub.spawners.slurm_words import after_the_end, never_starts, while_waiting
from labhub.ids import AssignmentId, CourseId, GroupId, StudentId
from labhub.policy.gpu_sessions import Booking
from tests.hub.spawning import spawner
from tests.hub.test_base import BEFORE, SESSION, SESSION_END, desk_of, settings_of

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 12, 3, 12, 15, tzinfo=UTC)
BOOKED = Booking(
    *(CourseId("dl"), AssignmentId("lab3"), GroupId("g1"), "Group 1", "A1"),
    *(NOW, NOW + timedelta(hours=2), 2),
)
QUEUE = """\
7|RUNNING|None|2026-12-03T13:15:00|gpu|gpu1|100
8|PENDING|Resources|2026-12-03T15:00:00|gpu|n/a|90
9|PENDING|Priority|N/A|gpu|n/a|95
10|PENDING|Priority|N/A|cpu|n/a|99
11|COMPLETING|None|2026-12-03T13:15:00|gpu|gpu1|80
"""


def lab(*, gpu: bool = True, session: Booking | None = None, minutes: float = 90) -> Allowance:
    profile = Profile("dl/lab3", "Lab 3", 1.5, 3 << 30, timedelta(hours=4), gpu=True)
    until = NOW + timedelta(minutes=minutes)
    return Allowance(StudentId("ada"), profile, NOW, until, gpu, session)


def test_a_lab_becomes_what_a_job_asks_for() -> None:
    slurm = SlurmTable(partition="cpu", gpu_partition="gpu", gres="gpu:a100:1", account="edu")
    assert list(resources_for(lab(), slurm).options()) == [
        *("--cpus-per-task=2", "--mem=3072M", "--time=90", "--nice=1000"),
        *("--gres=gpu:a100:1", "--partition=gpu", "--account=edu"),
    ]


def test_a_lab_without_a_gpu_asks_for_none() -> None:
    slurm = SlurmTable(partition="cpu", gpu_partition="gpu")
    options = list(resources_for(lab(gpu=False), slurm).options())
    assert not [each for each in options if "gres" in each]
    assert "--partition=cpu" in options


def test_members_of_a_session_go_first_and_use_its_reservation() -> None:
    resources = resources_for(lab(session=BOOKED), SlurmTable(reservations=True))
    assert resources.nice == 0
    assert resources.reservation == "dl.lab3.g1.20261203T1215"
    assert resources_for(lab(session=BOOKED), SlurmTable()).reservation == ""


def test_slurm_counts_in_minutes_and_never_less_than_one() -> None:
    assert resources_for(lab(minutes=0.2), SlurmTable()).minutes == 1
    assert resources_for(lab(minutes=10.5), SlurmTable()).minutes == 11


@pytest.mark.parametrize(
    "wish",
    [
        {"gres": "gpu:1\n#SBATCH --exclusive"},
        {"partition": "--exclusive"},
        {"reservation": "a b"},
        {"account": "$(id)"},
        {"qos": "a;b"},
        {"cpus": 0},
        {"memory_mib": -1},
        {"minutes": 0},
        {"nice": -100},
    ],
)
def test_nothing_but_words_and_numbers_reaches_slurm(wish: dict[str, Any]) -> None:
    with pytest.raises(HubSettingsError, match=next(iter(wish))):
        Resources(**{"cpus": 1, "memory_mib": 1, "minutes": 1} | wish)


def test_a_script_holds_the_operators_lines_and_no_secret() -> None:
    text = job_script("/opt/py thon", Path("/home/ada/a b;c.json"), "module load cuda")
    assert text.splitlines() == [
        "#!/bin/sh",
        "module load cuda",
        "exec '/opt/py thon' -I -m labhub.hub.spawners.slurm_job '/home/ada/a b;c.json'",
    ]


def test_a_job_starts_once() -> None:
    command = submission(Resources(1, 1, 1), Path("/home/ada"))
    assert "--no-requeue" in command
    assert "--output=/home/ada/.slurm-%j.log" in command


def test_jobs_run_as_the_hub_or_as_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_account("") == []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    words = as_account("daemon")
    assert words[0] == "setpriv"
    assert "--init-groups" in words
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert as_account("daemon") == ["sudo", "--non-interactive", "--user=daemon", "--"]


def test_the_place_in_the_queue_counts_those_of_the_same_partition() -> None:
    jobs = parse_queue(QUEUE)
    assert place_in(jobs["9"], jobs.values()) == (1, 2)
    assert place_in(jobs["8"], jobs.values()) == (2, 2)
    assert place_in(jobs["10"], jobs.values()) == (1, 1)
    words = while_waiting(jobs["8"], (2, 2))
    assert words == (
        "You are number 2 of 2 in the queue. "
        "Slurm expects your server to start on 3 December at 15:00."
    )
    assert while_waiting(jobs["9"], (1, 1)) == "You are number 1 of 1 in the queue."


def test_a_job_that_slurm_clears_away_is_not_alive() -> None:
    jobs = parse_queue(QUEUE)
    assert [number for number in jobs if is_alive(number, jobs)] == ["7", "8", "9", "10"]
    assert not is_alive("12", jobs)


def test_other_lines_of_squeue_are_not_jobs() -> None:
    assert parse_queue("slurm_load_jobs error: Invalid job id specified\n") == {}


def test_a_closed_queue_is_named() -> None:
    [job] = parse_queue("8|PENDING|PartitionDown|N/A|gpu|n/a|90").values()
    assert "closed at present" in while_waiting(job, (1, 1))
    assert never_starts(job) == "", "it may open again"


def test_the_end_of_a_job_has_a_sentence() -> None:
    assert "time was over" in after_the_end("TIMEOUT")
    assert "cancelled" in after_the_end("CANCELLED by 1000")
    assert after_the_end("") == "Your server has ended."


def test_a_complaint_that_nobody_knows_is_still_a_sentence() -> None:
    error = refusal_of("sbatch: error: something new")
    assert error.code == "slurm-refused"
    assert "something new" not in str(error), "Slurm's own words are for the log"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"42",
        b"{}",
        b'{"port": "4242"}',
        b'{"port": true}',
        b'{"port": 4242.0}',
        b'{"port": 80}',
        b'{"port": 65536}',
        b'{"port": -1}',
        b'{"port": 4242, "exec_prefix": "id;"}',
        b'{"port": 4242, "server": {"port": 1}}',
        b'{"exec_prefix": "id;"}',
        b'{"port": 4242' + b" " * 100 + b"}",
        b"\xff\xfe",
    ],
)
def test_a_job_sends_a_port_or_nothing(body: bytes) -> None:
    assert port_in(body) is None


def test_batchspawners_own_handler_is_gone() -> None:
    [handler] = [kind for path, kind, *_ in default_handlers if path == r"/api/batchspawner"]
    assert handler is PortHandler


def test_a_parcel_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "parcel.json"
    parcel = Parcel(("python", "-V"), {"JUPYTERHUB_API_TOKEN": "secret"})
    path.write_text(parcel.as_text())
    assert Parcel.unpack(path) == Parcel(["python", "-V"], parcel.environment)  # type: ignore[arg-type]
    assert not path.exists()


def test_a_server_listens_where_the_hub_is_reached_and_nowhere_else() -> None:
    assert address_towards("http://127.0.0.1:8081/hub/api") == "127.0.0.1"
    assert at_address("http://:0/user/ada/", "::1", 4242) == "http://[::1]:4242/user/ada/"


@contextmanager
def hub_that_answers(*codes: int) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A Hub of few words; what it was told."""
    heard: list[tuple[str, bytes]] = []
    answers = iter(codes)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.headers["Authorization"], body))
            self.send_response(next(answers))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hub/api", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_job_reports_its_port_to_a_hub_that_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm_job, "PAUSE_S", 0.01)
    with hub_that_answers(503, 201) as (url, heard):
        slurm_job.report({"JUPYTERHUB_API_URL": url, "JUPYTERHUB_API_TOKEN": "t"}, 4242)
    assert [json.loads(body) for _, body in heard] == [{"port": 4242}] * 2
    assert heard[0][0] == "token t"


def test_a_job_that_nobody_awaits_ends() -> None:
    with (
        hub_that_answers(403) as (url, _),
        pytest.raises(SystemExit, match="does not wait for this server any more"),
    ):
        slurm_job.report({"JUPYTERHUB_API_URL": url, "JUPYTERHUB_API_TOKEN": "t"}, 4242)


def test_a_job_without_a_hub_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slurm_job, "PATIENCE_S", 0.0)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/hub/api"
        with pytest.raises(SystemExit, match="cannot be reached"):
            slurm_job.report({"JUPYTERHUB_API_URL": url, "JUPYTERHUB_API_TOKEN": "t"}, 4242)


def test_a_job_becomes_the_server_with_slurms_own_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[Any] = []
    monkeypatch.setattr(os, "execvpe", lambda *given: became.append(given))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    path = tmp_path / "parcel.json"
    with hub_that_answers(201) as (url, _):
        environment = {
            "JUPYTERHUB_API_URL": url,
            "JUPYTERHUB_API_TOKEN": "t",
            "JUPYTERHUB_SERVICE_URL": "http://:0/user/ada/",
        }
        path.write_text(Parcel(("jupyter",), environment).as_text())
        slurm_job.main(["slurm_job", str(path)])
    [(program, _, given)] = became
    assert program == "jupyter"
    assert given["CUDA_VISIBLE_DEVICES"] == "1"
    assert given["JUPYTERHUB_SERVICE_URL"].startswith("http://127.0.0.1:")


class Asked(SlurmServer):
    """A server whose job is not asked for; what it would tell Slurm is kept."""

    shortened: tuple[int, ...] = ()

    async def shorten(self, minutes: int) -> None:
        self.shortened = (*self.shortened, minutes)


HELD = Job("7", "RUNNING", "None", "", "gpu", "gpu1", 1)
MORE = '[spawner]\nbackend = "slurm"\n[gpus]\ncount = 1\n'


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Seats that Slurm has: one, booked for group 1 in its session."""
    found = desk_of(settings_of(tmp_path, MORE), gpus=0)
    found.ledger.count = 1
    return found


def waiting(desk: Desk, name: str) -> Asked:
    made = spawner(Asked, desk, name)
    made.allowance = desk.allow(name, Choice("dl/lab3"))
    made.fit(made.allowance, None)
    return made


def test_the_time_of_who_waited_begins_with_the_job(desk: Desk) -> None:
    desk.clock.at = BEFORE
    bob = waiting(desk, "bob")
    assert bob.resources.minutes == 240
    desk.clock.at += timedelta(hours=3)
    asyncio.run(bob.began(HELD))
    assert bob.until == BEFORE + timedelta(hours=7)
    assert bob.shortened == ()


def test_a_job_that_began_late_in_a_session_ends_with_it(desk: Desk) -> None:
    ada = waiting(desk, "ada")
    assert ada.resources.minutes == 225
    desk.clock.at += timedelta(hours=2)
    asyncio.run(ada.began(HELD))
    assert ada.until == SESSION_END
    assert ada.shortened == (105,)


def test_who_waits_when_a_session_of_others_begins_is_told(desk: Desk) -> None:
    desk.clock.at = SESSION - timedelta(hours=1)
    bob = waiting(desk, "bob")
    job = replace(HELD, state="PENDING")
    bob.may_wait(job)
    desk.clock.at = SESSION
    with pytest.raises(GpuRefusedError, match="booked for Group 1"):
        bob.may_wait(job)


def test_the_end_of_a_job_is_told_to_its_owner(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = waiting(desk, "ada")

    async def ended(self: CampusSpawner) -> int:
        self.farewell = after_the_end("TIMEOUT")
        return 1

    monkeypatch.setattr(CampusSpawner, "poll", ended)
    assert asyncio.run(ada.poll()) == 1
    assert ada.ended() == "Your server's time was over."


def test_a_node_reaches_the_service_where_people_do(desk: Desk) -> None:
    ada = waiting(desk, "ada")
    assert ada.service_url() == desk.settings.hand_in_url
    public = desk.settings.model_copy(update={"public_url": "https://labs.example.edu"})
    desk.settings = public
    assert ada.service_url() == "https://labs.example.edu/services/labhub"


@pytest.mark.parametrize("source", ["example", "documentation"])
def test_the_examples_of_hub_toml_are_right(source: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "howto" / "gpu-with-slurm.md").read_text()
    path = ROOT / "hub_config" / "slurm" / "hub.toml"
    if source == "documentation":
        path = tmp_path / "hub.toml"
        path.write_text(page.split("<!-- file: hub.toml -->\n```toml\n")[1].split("```")[0])
    settings = load_settings(path)
    c = Config()
    assert update(c, settings) is SlurmServer
    assert c.SlurmServer.own_accounts is (source == "example")
    assert c.SlurmServer.start_timeout > settings.gpus.patience_minutes * 60

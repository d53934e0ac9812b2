"""The spawner and a real Slurm, without a Hub: each thing that can go wrong has its sentence."""

import asyncio
import json
import logging
import os
import pwd
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from labhub.errors import LabhubError
from labhub.hub.spawners import slurm_queue
from labhub.hub.spawners.slurm_errors import (
    SlurmJobEndedError,
    SlurmLaunchTimeoutError,
    SlurmNeverStartsError,
    SlurmQueueTimeoutError,
    SlurmRefusedError,
    SlurmSilentError,
)
from labhub.hub.spawners.slurm_request import Resources
from labhub.hub.spawners.slurm_spawner import CampusSpawner
from tests.hub.spawning import spawner
from tests.slurm.cluster import JOB_TIMEOUT_S, Slurm

pytestmark = [pytest.mark.slurm, pytest.mark.slow, pytest.mark.xdist_group("slurm")]
TOKEN = "a-token-that-nobody-may-see"
Make = Callable[..., CampusSpawner]


@pytest.fixture
def make(slurm: Slurm, tmp_path: Path) -> Make:
    """Gives the spawner of somebody whose server is being started."""
    CampusSpawner._slurms.clear()  # what an earlier test saw of the queue

    def make(name: str = "ada", *, program: str = "", **wishes: Any) -> CampusSpawner:
        traits = {
            "resources": Resources(**{"cpus": 1, "memory_mib": 100, "minutes": 10} | wishes),
            "environment": {"HOME": str(tmp_path)},
            "slurm_conf": str(slurm.conf),
            "startup_poll_interval": 0.1,
        }
        made = spawner(CampusSpawner, None, name, **traits)
        made.api_token = TOKEN
        # In the job's place: nothing, for as long as the test lasts.
        made.node_python = str(_script(tmp_path / "python", program or "sleep 60"))
        made._spawn_pending = True
        return made

    return make


def _script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return path


def refusal(starting: CampusSpawner) -> LabhubError:
    """Why the server does not start; its job is gone afterwards."""

    async def start() -> LabhubError:
        with pytest.raises(LabhubError) as caught:
            await starting.start()
        await starting.stop()
        return caught.value

    return asyncio.run(start())


async def told(starting: CampusSpawner, words: str, start: "asyncio.Future[Any]") -> None:
    """Wait until the person reads these words; a start that ends before that fails the test."""
    until = time.monotonic() + JOB_TIMEOUT_S
    while words not in starting.standing:
        assert not start.done(), start
        assert time.monotonic() < until, starting.standing
        await asyncio.sleep(0.1)


def test_a_partition_that_does_not_exist(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    error = refusal(make(partition="nowhere"))
    assert isinstance(error, SlurmRefusedError)
    assert "the queue that it asks for does not exist" in error.message
    assert "staff" in error.hint


def test_a_reservation_that_does_not_exist(make: Make) -> None:
    error = refusal(make(reservation="gone"))
    assert "the reservation of the session does not exist" in error.message


def test_more_time_than_the_partition_allows_does_not_wait_for_ever(make: Make) -> None:
    error = refusal(make(partition="brief", minutes=60))
    assert isinstance(error, SlurmNeverStartsError)
    assert "than the queue allows" in error.message


def test_more_processors_than_there_are_do_not_wait_for_ever(make: Make) -> None:
    assert isinstance(refusal(make(cpus=99)), SlurmNeverStartsError)


def test_a_reserved_session_keeps_others_out(make: Make, slurm: Slurm) -> None:
    """The name is the one that docs/howto/gpu-with-slurm.md tells."""
    name = "nnlab.lab3_vision.monday.20270322T1315"
    what = [f"ReservationName={name}", "StartTime=now", "Duration=10", "Nodes=gpu1", "Users=root"]
    slurm.run("scontrol", "create", "reservation", *what)
    try:
        outside = slurm.submit("sleep 60", "--mem=100")
        member = make(gres="gpu:1", reservation=name, minutes=5)

        async def start() -> None:
            task = asyncio.ensure_future(member.start())
            await told(member, "runs on", task)
            task.cancel()
            await member.stop()

        asyncio.run(asyncio.wait_for(start(), JOB_TIMEOUT_S))
        assert slurm.state(outside) == "PENDING"
    finally:
        slurm.cancel_all()
        slurm.run("scontrol", "delete", f"ReservationName={name}")


def test_a_gpu_that_does_not_exist(make: Make) -> None:
    assert "no machine has such a GPU" in refusal(make(gres="tpu:1")).message
    assert "no machine has what the lab asks for" in refusal(make(gres="gpu:9")).message


def test_a_slurm_that_is_down(make: Make, slurm: Slurm) -> None:
    with slurm.silent():
        error = refusal(make())
    assert isinstance(error, SlurmSilentError)
    assert "does not answer" in error.message
    assert "files are not touched" in error.hint


def test_a_slurm_that_is_not_installed(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    starting = make()
    monkeypatch.setenv("PATH", str(Path(starting.node_python).parent))
    with pytest.raises(SlurmRefusedError):
        asyncio.run(starting.start())


def test_a_job_that_ends_at_once(make: Make) -> None:
    error = refusal(make(program="exit 3"))
    assert isinstance(error, SlurmJobEndedError)
    assert "ended with an error" in error.message


def test_a_job_that_never_reports(make: Make) -> None:
    starting = make()
    starting.launch_timeout = 1
    error = refusal(starting)
    assert isinstance(error, SlurmLaunchTimeoutError)
    assert "gpu1" in error.message


def test_a_queue_that_is_too_long(make: Make, slurm: Slurm) -> None:
    slurm.submit("sleep 100", "--gres=gpu:2", "--mem=100")
    starting = make(gres="gpu:1")
    starting.queue_timeout = 1
    assert isinstance(refusal(starting), SlurmQueueTimeoutError)


def test_the_wait_in_the_queue_does_not_count_as_starting(
    make: Make, slurm: Slurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = slurm.submit("sleep 100", "--gres=gpu:2", "--mem=100")
    starting = make(gres="gpu:1")
    starting.launch_timeout = 3

    async def wait_then_start() -> tuple[str, int]:
        start = asyncio.ensure_future(starting.start())
        await told(starting, "You are", start)
        await asyncio.sleep(starting.launch_timeout + 1)
        assert not start.done()
        await asyncio.to_thread(slurm.run, "scancel", blocker)
        await told(starting, "runs on", start)
        assert starting.take_port(4242)
        return await start

    assert asyncio.run(wait_then_start()) == ("127.0.0.1", 4242)


def test_who_waits_reads_place_and_expected_start(make: Make, slurm: Slurm) -> None:
    slurm.submit("sleep 100", "--gres=gpu:2", "--mem=100", "--time=10")
    slurm.submit("sleep 100", "--gres=gpu:1", "--mem=100", "--time=10")
    starting = make(gres="gpu:1")

    async def read() -> str:
        start = asyncio.ensure_future(starting.start())
        await told(starting, "expects", start)
        start.cancel()
        await starting.stop()
        return str(starting.standing)

    words = asyncio.run(asyncio.wait_for(read(), JOB_TIMEOUT_S))
    assert "number 2 of 2 in the queue" in words


def test_a_start_that_is_cancelled_takes_its_job_along(make: Make, slurm: Slurm) -> None:
    slurm.submit("sleep 100", "--gres=gpu:2", "--mem=100")
    starting = make(gres="gpu:1")

    async def cancel() -> None:
        start = asyncio.ensure_future(starting.start())
        await told(starting, "You are", start)
        start.cancel()
        await starting.stop()

    asyncio.run(cancel())
    assert starting.job_id not in slurm.jobs()
    assert not Path(starting.parcel).exists()


def test_the_token_is_in_one_file_that_only_its_owner_reads(
    make: Make, slurm: Slurm, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    slurm.submit("sleep 100", "--gres=gpu:2", "--mem=100")
    starting = make(gres="gpu:1")
    starting.log.setLevel(logging.DEBUG)

    async def look() -> str:
        start = asyncio.ensure_future(starting.start())
        await told(starting, "You are", start)
        job = starting.job_id
        shown = slurm.run("scontrol", "show", "job", "-d", job)
        shown += slurm.run("scontrol", "write", "batch_script", job, "-")
        assert json.loads(Path(starting.parcel).read_text())["environment"]
        assert Path(starting.parcel).stat().st_mode & 0o777 == 0o600
        start.cancel()
        await starting.stop()
        return shown

    shown = asyncio.run(look())
    assert "batch" in shown.lower()
    assert TOKEN not in shown
    assert TOKEN not in caplog.text
    kept = [path for path in slurm.folder.rglob("*") if path.is_file()]
    assert not [path for path in kept if TOKEN.encode() in path.read_bytes()]


def test_a_student_sets_nothing_by_options_or_names(
    make: Make, slurm: Slurm, tmp_path: Path
) -> None:
    """The template of batchspawner took options and names; there is none any more."""
    hostile = "x\n#SBATCH --gres=gpu:2\ntouch pwned; $(touch pwned)"
    starting = make("ada", gres="gpu:1", minutes=10)
    starting.user_options = {"gres": "gpu:2", "runtime": "99:00", "prologue": hostile}
    starting.user.name = hostile
    starting.environment |= {"EVIL\n#SBATCH --gres=gpu:2": hostile, "SLURM_JOB_ID": "1"}

    async def look() -> dict[str, str]:
        start = asyncio.ensure_future(starting.start())
        await told(starting, "runs on", start)
        facts = await starting.slurm.facts("job", starting.job_id)
        script = await starting.slurm.run(
            ["scontrol", "write", "batch_script", starting.job_id, "-"]
        )
        assert "pwned" not in script
        assert "SBATCH" not in script
        start.cancel()
        await starting.stop()
        return facts

    facts = asyncio.run(look())
    assert facts["TresPerNode"] == "gres:gpu:1"
    assert facts["TimeLimit"] == "00:10:00"
    assert not list(tmp_path.rglob("pwned*"))


def test_a_port_is_taken_once_and_only_while_the_job_starts(make: Make) -> None:
    starting = make()
    assert not starting.take_port(4242), "no job has been submitted"
    starting.job_id = "7"
    assert starting.take_port(4242)
    assert not starting.take_port(4243)
    assert starting.port == 4242
    starting.port = 0
    starting._spawn_pending = False
    assert not starting.take_port(4244), "the server is not being started"


def test_a_silent_slurm_does_not_end_servers(make: Make, slurm: Slurm) -> None:
    running = make()
    running.job_id = slurm.submit("sleep 100", "--mem=100")
    slurm.wait_for(running.job_id, "RUNNING")

    async def poll() -> int | None:
        return await running.poll()

    with slurm.silent():
        assert asyncio.run(poll()) is None
    assert slurm.state(running.job_id) == "RUNNING"


def test_one_look_at_the_queue_serves_everybody(
    make: Make, slurm: Slurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    run = slurm_queue.Slurm.run

    async def counted(self: slurm_queue.Slurm, command: Any, stdin: str = "", **more: Any) -> str:
        looks.append(command[0])
        return await run(self, command, stdin, **more)

    monkeypatch.setattr(slurm_queue.Slurm, "run", counted)
    jobs = [slurm.submit("sleep 100", "--mem=100") for _ in range(3)]
    people = [make(f"s{number}") for number in range(3)]
    for one, job in zip(people, jobs, strict=True):
        one.job_id = job

    async def poll() -> list[int | None]:
        return list(await asyncio.gather(*(one.poll() for one in people * 10)))

    assert set(asyncio.run(poll())) == {None}
    assert looks == ["squeue"]


def test_the_state_survives(make: Make) -> None:
    before = make()
    before.job_id, before.parcel = "7", "/home/ada/.labhub-1.json"
    after = make()
    after.load_state(before.get_state())
    assert (after.job_id, after.parcel) == ("7", "/home/ada/.labhub-1.json")


def test_a_job_runs_as_the_persons_own_account(make: Make, slurm: Slurm) -> None:
    account = pwd.getpwnam("daemon")
    with TemporaryDirectory(dir="/tmp", prefix="labhub-home-") as home:
        os.chown(home, account.pw_uid, account.pw_gid)
        starting = make("daemon")
        starting.own_accounts = True
        # The account's folder is the system's; this test gives it one of its own.
        starting.user_env = lambda env: {**env, "HOME": home}
        starting.node_python = "/bin/true"

        async def start() -> os.stat_result:
            task = asyncio.ensure_future(starting.start())
            while not Path(starting.parcel or "/nowhere").exists():
                await asyncio.sleep(0.05)
            parcel = Path(starting.parcel).stat()
            with pytest.raises(SlurmJobEndedError):
                await task
            return parcel

        parcel = asyncio.run(asyncio.wait_for(start(), JOB_TIMEOUT_S))
        facts = asyncio.run(starting.slurm.facts("job", starting.job_id))
    assert parcel.st_uid == account.pw_uid
    assert parcel.st_mode & 0o777 == 0o600
    assert facts["UserId"] == f"daemon({account.pw_uid})"


def test_a_person_without_an_account_is_told(make: Make) -> None:
    starting = make("nobody-of-that-name")
    starting.own_accounts = True
    assert "no account on the GPU machines" in refusal(starting).message


def test_a_stop_outlasts_a_silent_slurm(make: Make, slurm: Slurm) -> None:
    running = make()
    running.job_id = slurm.submit("sleep 100", "--mem=100")
    slurm.wait_for(running.job_id, "RUNNING")
    calls = []

    async def stop() -> None:
        run = running._run

        async def silent_at_first(command: list[str], stdin: str = "") -> str:
            calls.append(command[0])
            if calls.count("scancel") < 3 and command[0] == "scancel":
                raise slurm_queue.SlurmCommandError("no answer")
            return await run(command, stdin)

        running._run = silent_at_first
        await running.stop()

    asyncio.run(stop())
    assert calls.count("scancel") >= 3
    slurm.wait_until_gone(running.job_id)

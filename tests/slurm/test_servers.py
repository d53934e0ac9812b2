"""A Hub and a real Slurm: students get their servers as jobs, wait for GPUs, and lose nothing."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from labhub.hub.runrecord import FILE
from labhub.hub.runrecord_check import look_at_run
from labhub.hub.runrecord_hub import key_in
from tests.hub.test_runrecord import notebook
from tests.slurm.campus import CPU_LAB, HubProcess, campus
from tests.slurm.cluster import Slurm
from tests.slurm.person import WAIT_S, Student, logged_in

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.hub,
    pytest.mark.slow,
    pytest.mark.xdist_group("slurm"),
]
Enter = Callable[[str], Student]
GPU = "import os; print(os.environ.get('CUDA_VISIBLE_DEVICES', 'none'))"


@pytest.fixture(scope="module")
def hub(shared_slurm: Slurm) -> Iterator[HubProcess]:
    """A Hub without sessions: first come, first served."""
    with campus(shared_slurm, {"g1": ["ada", "bob", "cyd"]}) as hub:
        yield hub


@pytest.fixture
def person(hub: HubProcess, slurm: Slurm) -> Iterator[Enter]:
    """Gives a student who has logged in, and whose server is stopped in the end."""
    with ExitStack() as stack:

        def enter(name: str) -> Student:
            student = stack.enter_context(logged_in(hub, name))
            stack.callback(student.wait_until_gone)
            stack.callback(student.stop_server)
            return student

        yield enter


def test_a_student_works_in_a_job_that_ends_with_the_server(person: Enter, slurm: Slurm) -> None:
    ada = person("ada")
    assert ada.ask().status_code in (201, 202)
    ada.wait_until_ready()
    [job] = slurm.jobs()
    assert ada.run_cell(GPU) == "0"
    assert ada.run_cell("import os; print(os.environ['SLURM_JOB_ID'])") == job
    ada.stop_server()
    ada.wait_until_gone()
    assert slurm.wait_for(job, "CANCELLED") == "CANCELLED"


def test_a_lab_without_a_gpu_gets_none(person: Enter) -> None:
    ada = person("ada")
    ada.ask(CPU_LAB)
    ada.wait_until_ready()
    assert ada.run_cell(GPU) == "none"


def test_the_job_ends_when_the_student_shuts_the_server_down(person: Enter, slurm: Slurm) -> None:
    ada = person("ada")
    ada.ask(CPU_LAB)
    ada.wait_until_ready()
    [job] = slurm.jobs()
    ada.lab("POST", "api/shutdown")
    assert slurm.wait_for(job, "COMPLETED", "FAILED") == "COMPLETED"
    ada.wait_until_gone()


def test_two_get_different_gpus_and_the_third_waits_and_is_told_its_place(
    person: Enter, slurm: Slurm
) -> None:
    ada, bob, cyd = person("ada"), person("bob"), person("cyd")
    ada.ask()
    bob.ask()
    ada.wait_until_ready()
    bob.wait_until_ready()
    assert {ada.run_cell(GPU), bob.run_cell(GPU)} == {"0", "1"}
    cyd.ask()
    told = cyd.told(until_word="in the queue")
    assert "You are number 1 of 1 in the queue" in told[-1]
    assert "Slurm expects" in cyd.told(until_word="expects")[-1]
    ada.stop_server()
    cyd.wait_until_ready()
    assert cyd.run_cell(GPU) == "0"


def test_who_waits_can_leave_the_queue_and_come_back(person: Enter, slurm: Slurm) -> None:
    slurm.submit("sleep 600", "--gres=gpu:2", "--mem=100")
    ada = person("ada")
    assert ada.ask().status_code == 202
    ada.told(until_word="in the queue")
    _, job = sorted(slurm.jobs(), key=int)
    assert ada.stop_server().status_code in (202, 204)
    ada.wait_until_gone()
    assert slurm.state(job) == "CANCELLED"
    assert ada.ask().status_code == 202
    ada.told(until_word="in the queue")


def test_a_job_over_its_time_is_ended_and_the_log_says_why(
    person: Enter, slurm: Slurm, hub: HubProcess
) -> None:
    ada = person("ada")
    ada.ask()
    ada.wait_until_ready()
    [job] = slurm.jobs()
    slurm.run("scontrol", "update", f"JobId={job}", "EndTime=now+2seconds")
    slurm.wait_for(job, "TIMEOUT")
    ada.wait_until_gone()
    lines = [line for line in hub.log.read_text().splitlines() if f"job {job} has ended" in line]
    assert "JobState=TIMEOUT Reason=TimeLimit" in lines[0]


def test_options_that_a_student_makes_up_are_refused(person: Enter, slurm: Slurm) -> None:
    """Batchspawner's first hole: options of the REST body became variables of its template."""
    ada = person("ada")
    for options in ({"gres": "gpu:2"}, {"runtime": "0-03:00:00"}, {"prologue": "touch pwned"}):
        assert ada.ask(**options).status_code == 400
    assert ada.ask("gpu101/lab3\n#SBATCH --gres=gpu:2").status_code in (400, 403)
    assert slurm.jobs() == []


def test_a_token_of_a_student_sets_nothing_in_the_hub(
    person: Enter, hub: HubProcess, slurm: Slurm
) -> None:
    """Batchspawner's second hole: the server's own token could set any attribute of a spawner."""
    ada = person("ada")
    ada.ask(CPU_LAB)
    ada.wait_until_ready()
    pwned = hub.settings.state_dir / "pwned"
    bodies = [
        {"exec_prefix": f"id > {pwned};"},
        {"port": 4242, "exec_prefix": f"id > {pwned};"},
        {"port": 4242},  # its server runs already
        {"port": True},
        {"port": 80},
        {"port": "4242"},
        {},
        [],
    ]
    answers = ada.run_cell(POST.format(bodies=bodies))
    assert answers.split() == ["400", "400", "403", "400", "400", "400", "400", "400"]
    ada.stop_server()
    ada.wait_until_gone()
    assert not pwned.exists()


def test_only_the_token_of_a_starting_server_reports_its_port(
    person: Enter, hub: HubProcess, slurm: Slurm
) -> None:
    """A cookie, a neighbour's token and forged headers do not."""
    slurm.submit("sleep 600", "--gres=gpu:2", "--mem=100")
    ada, bob = person("ada"), person("bob")
    bob.ask(CPU_LAB)
    bob.wait_until_ready()
    ada.ask()
    ada.told(until_word="in the queue")
    assert ada.hub("POST", "batchspawner").status_code == 400
    reply = ada._request("POST", "hub/api/batchspawner", "/hub/", json={"port": 4242})
    assert reply.status_code == 403
    answers = bob.run_cell(POST.format(bodies=[{"port": 4242}]))
    assert answers.split() == ["403"]
    forged = {"X-Forwarded-User": "ada", "X-Forwarded-For": "127.0.0.1", "X-User": "ada"}
    assert bob.run_cell(FORGED.format(headers=forged)).split() == ["403"]
    assert ada.server()["pending"] == "spawn"


def test_a_saved_notebook_gets_a_record_of_where_it_runs(
    person: Enter, hub: HubProcess, slurm: Slurm
) -> None:
    ada = person("ada")
    ada.ask()
    ada.wait_until_ready()
    [job] = slurm.jobs()
    assert ada.save("lab3.ipynb", notebook()).status_code in (200, 201)
    home = hub.settings.homes_dir / "ada"
    until = time.monotonic() + WAIT_S
    while not (home / FILE).exists():
        assert time.monotonic() < until, said_by(home)
        time.sleep(0.1)
    pem = key_in(hub.settings.state_dir).public_pem
    verdict = look_at_run(home, "lab3", ["ada"], pem)
    assert verdict.on_campus, verdict.words
    assert f"gpu1, GPU gpu:fake:1(IDX:0), job {job}" in verdict.words
    body = {"notebook": "lab3.ipynb", "outputs": "0" * 64}
    reply = ada._request("POST", "hub/api/labhub/run-record", "/hub/", json=body)
    assert reply.status_code == 403, "a browser elsewhere does not speak for the server"


def said_by(home: Path) -> str:
    """What the servers in a home folder have logged, for whoever asks why a test failed."""
    return "\n".join(log.read_text()[-4000:] for log in sorted(home.glob(".slurm-*.log")))


POST = """
import os, requests
for body in {bodies!r}:
    print(requests.post(
        os.environ["JUPYTERHUB_API_URL"] + "/batchspawner", json=body,
        headers={{"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"]}},
    ).status_code)
"""
FORGED = """
import os, requests
headers = {{"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"], **{headers!r}}}
url = os.environ["JUPYTERHUB_API_URL"] + "/batchspawner"
print(requests.post(url, json={{"port": 4242}}, headers=headers).status_code)
"""

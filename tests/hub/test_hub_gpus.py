"""A real Hub with GPUs: sessions, the queue, a restart, and what the pages say."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
import requests

from labhub.hub.gpus.history import FILE, History
from labhub.hub.process import RunningHub, running_hub
from labhub.ids import CourseId
from tests.hub.spawning import QUICK_CONFIG
from tests.hub.test_base import COURSE
from tools.demo.hubclient import Person
from tools.demo.stage import Cast, Stage, write_hub_file

pytestmark = [pytest.mark.hub, pytest.mark.slow, pytest.mark.xdist_group("hub-gpus")]
Enter = Callable[[str], Person]
CAST = Cast(students=("ada", "alan", "ann", "bob"))
DRIVER = Path(__file__).parent / "fake_driver"
MORE = """
[spawner]
backend = "local"

[gpus]
devices = "auto"
"""


def course_now() -> str:
    """The course of the other tests, with its sessions around this moment."""
    now = datetime.now(UTC).replace(microsecond=0, second=0)
    text = COURSE.replace('["ada", "alan"]', '["ada", "alan", "ann"]')
    text = text.replace("gpus = 1", "gpus = 2").replace("Europe/Stockholm", "UTC")
    for old, shift in (
        ("2026-12-03T13:15:00+01:00", timedelta(hours=-1)),
        ("2026-12-03T17:00:00+01:00", timedelta(hours=2)),
        ("2026-12-05T13:15:00+01:00", timedelta(days=1)),
        ("2026-12-05T17:00:00+01:00", timedelta(days=1, hours=4)),
        ("2026-11-01T08:00:00+01:00", timedelta(days=-20)),
        ("2026-12-01T08:00:00+01:00", timedelta(days=-10)),
        ("2026-11-20T23:59:00+01:00", timedelta(days=20)),
        ("2026-12-20T23:59:00+01:00", timedelta(days=30)),
        ("2027-01-01T08:00:00+01:00", timedelta(days=40)),
        ("2027-01-20T23:59:00+01:00", timedelta(days=50)),
    ):
        text = text.replace(old, (now + shift).isoformat())
    return text


@contextmanager
def hub_of(stage: Stage) -> Iterator[RunningHub]:
    path = os.pathsep.join([str(DRIVER), os.environ.get("PYTHONPATH", "")])
    with (
        mock.patch.dict(os.environ, {"PYTHONPATH": path}),
        TemporaryDirectory(prefix="labhub-") as runtime_dir,
    ):
        write_hub_file(stage, CAST, Path(runtime_dir), more=MORE)
        with running_hub(stage.hub_file, QUICK_CONFIG) as hub:
            yield hub


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    stage = Stage(tmp_path_factory.mktemp("gpus"), CourseId("dl"))
    stage.course_dir.mkdir()
    (stage.course_dir / "course.toml").write_text(course_now())
    return stage


@pytest.fixture(scope="module")
def hub(stage: Stage) -> Iterator[RunningHub]:
    with hub_of(stage) as hub:
        yield hub


@pytest.fixture(scope="module")
def person(hub: RunningHub) -> Iterator[Enter]:
    with ExitStack() as stack:
        sessions: dict[str, Person] = {}

        def enter(name: str) -> Person:
            if name not in sessions:
                someone = Person(hub.url, name, hub.settings.logins[name])
                sessions[name] = stack.enter_context(someone)
                assert someone.log_in().status_code == 302
            return sessions[name]

        yield enter


def gpu_of(hub: RunningHub, someone: Person) -> str:
    """The GPU that somebody's server sees, and with it each of its kernels."""
    assert someone.lab("GET", "labhub/notice").status_code == 200
    return value_of(hub, someone.name, "CUDA_VISIBLE_DEVICES")


def value_of(hub: RunningHub, name: str, variable: str) -> str:
    """A variable of the environment of somebody's server."""
    marks = {f"JUPYTERHUB_USER={name}".encode(), mark_of(hub)}
    [values] = [
        dict(each.partition(b"=")[::2] for each in _environment(path))
        for path in Path("/proc").glob("[0-9]*")
        if marks <= set(_environment(path)) and b"jupyterhub.singleuser" in _read(path / "cmdline")
    ]
    return values[variable.encode()].decode()


def mark_of(hub: RunningHub) -> bytes:
    """What all processes of this Hub have in their environment; other Hubs may be about."""
    return f"LABHUB_HUB={hub.settings.state_dir / 'hub.toml'}".encode()


def _environment(path: Path) -> list[bytes]:
    return _read(path / "environ").split(b"\0")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def text_of(page: requests.Response) -> str:
    text = re.sub(r"<style>.*?</style>|<script.*?</script>", " ", page.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def page(someone: Person, path: str) -> str:
    return text_of(someone.session.get(f"{someone.hub_url}/hub/{path}", timeout=60))


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)


def test_a_session_from_its_first_server_to_the_last(
    person: Enter, hub: RunningHub, stage: Stage
) -> None:
    ada, alan, ann, bob = map(person, ("ada", "alan", "ann", "bob"))

    choice = page(ada, "spawn")
    assert "2 of 2 GPUs free; nobody waits." in choice
    assert "in the session of Group 1" in choice
    assert "your group (now)" in choice
    assert "Not out" not in choice, "lab 4 is not released"
    assert "<script" not in ada.session.get(f"{hub.url}/hub/spawn", timeout=60).text

    ada.start_server(profile="dl/lab3")
    alan.start_server(profile="dl/lab3")
    assert {gpu_of(hub, ada), gpu_of(hub, alan)} == {"GPU-00000000-aaaa", "GPU-11111111-bbbb"}

    refused = bob.ask_for_server(profile="dl/lab3")
    assert refused.status_code == 403
    assert "The GPUs are booked for Group 1 until" in refused.json()["message"]
    told = page(bob, "spawn")
    assert "0 of 2 GPUs free" in told
    assert "Your own session is Group 2" in told
    assert "Open without a GPU" in told

    assert ann.ask_for_server(profile="dl/lab3").status_code == 202
    waiting = page(ann, "spawn-pending/ann")
    assert "place 1 in the queue. You are next." in waiting
    assert (
        'http-equiv="refresh"'
        in ann.session.get(f"{hub.url}/hub/spawn-pending/ann", timeout=60).text
    ), "the page goes on without JavaScript"
    # Giving up, by a form, without JavaScript.
    ann._request("POST", "hub/labhub/cancel", "/hub/")
    wait_until(lambda: ann.hub("GET", "users/ann").json()["pending"] is None)
    assert "nobody waits" in page(bob, "spawn")
    # And once more: the seat comes when somebody stops.
    ann.ask_for_server(profile="dl/lab3")
    freed = gpu_of(hub, alan)
    alan.stop_server()
    ann.start_server(profile="dl/lab3")
    assert gpu_of(hub, ann) == freed

    who = [each.who for each in History(hub.settings.state_dir / FILE).records()]
    assert who == ["ada", "alan", "ann"]


def test_a_lab_without_a_gpu_opens_at_once(person: Enter, hub: RunningHub) -> None:
    bob = person("bob")
    bob.start_server(profile="dl/lab3", gpu="no")
    assert gpu_of(hub, bob) == ""
    bob.stop_server()


@pytest.mark.parametrize("options", [{"gres": "gpu:2"}, {"profile": "dl/lab4"}, {"image": "evil"}])
def test_nothing_else_can_be_asked_for(person: Enter, options: dict[str, str]) -> None:
    assert person("bob").ask_for_server(**options).status_code in (400, 403)
    bob = person("bob")
    bob.start_server()
    bob.stop_server()


def test_a_server_tells_the_hub_of_its_kernels_and_hears_when_it_ends(
    person: Enter, hub: RunningHub
) -> None:
    person("ada").start_server(profile="dl/lab3")
    token = value_of(hub, "ada", "JUPYTERHUB_API_TOKEN")
    url = f"{hub.url}/hub/labhub/notice"
    body = {"kernels": datetime.now(UTC).isoformat()}
    reply = requests.post(url, json=body, headers={"Authorization": f"token {token}"}, timeout=60)
    assert reply.status_code == 200, reply.text
    assert datetime.fromisoformat(reply.json()["until"]) > datetime.now(UTC)
    assert reply.json()["words"] == ""
    assert requests.post(url, json=body, timeout=60).status_code == 403
    wrong = {"Authorization": "token 0123456789abcdef"}
    assert requests.post(url, json=body, headers=wrong, timeout=60).status_code == 403


def test_the_log_has_no_token(hub: RunningHub, person: Enter) -> None:
    person("ada")
    log = hub.log.read_text()
    for path in Path("/proc").glob("[0-9]*"):
        for each in _environment(path):
            if each.startswith(b"JUPYTERHUB_API_TOKEN="):
                assert each.partition(b"=")[2].decode() not in log
    assert not re.search(r"token=[0-9a-f]{16}", log)


def test_a_killed_hub_finds_its_servers_and_their_gpus_again(
    person: Enter, hub: RunningHub
) -> None:
    ada = person("ada")
    ada.start_server(profile="dl/lab3")
    before = gpu_of(hub, ada)
    os.kill(hub.pid, signal.SIGKILL)
    with started_again(hub):
        wait_until(
            lambda: ada.hub("GET", "users/ada").json().get("servers", {}).get("") is not None
        )
        assert gpu_of(hub, ada) == before, "the same server, on the same GPU"
        assert ada.lab("GET", "api/status").status_code == 200
        assert "of 2 GPUs free" in page(person("bob"), "spawn")
        assert "2 of 2" not in page(person("bob"), "spawn")
        held = [each for each in History(hub.settings.state_dir / FILE).records() if not each.end]
        assert "ada" in {each.who for each in held}
        wait_until(lambda: takes_hand_ins(ada))


def takes_hand_ins(someone: Person) -> bool:
    """Whether the hand-in service is this Hub's: one of an earlier Hub has no valid token."""
    page = someone.session.get(f"{someone.hub_url}/services/labhub/dl/", timeout=60)
    return page.status_code == 200


@contextmanager
def started_again(hub: RunningHub) -> Iterator[None]:
    environment = {
        **os.environ,
        "LABHUB_HUB": str(hub.settings.state_dir / "hub.toml"),
        "PYTHONPATH": str(DRIVER),
    }
    with (hub.settings.state_dir / "again.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(QUICK_CONFIG)],
            env=environment,
            cwd=hub.settings.state_dir,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            wait_until(lambda: is_up(hub.url) or process.poll() is not None)
            yield
        finally:
            process.terminate()
            process.wait(60)


def is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/hub/health", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False

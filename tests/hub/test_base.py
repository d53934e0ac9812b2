"""A server's life on every backend: choice, allowance, GPU, end of time, restart of the Hub."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.spawner import Spawner

from labhub.exchange.store import open_store
from labhub.exchange.store.groups import add_group_events
from labhub.hub.courses import Courses
from labhub.hub.desk import Desk
from labhub.hub.gpus.ledger import Ledger
from labhub.hub.gpus.seats import Device, seats_of
from labhub.hub.servers import rules_of
from labhub.hub.settings import HubSettings, load_settings
from labhub.hub.spawners.base import LabServer
from labhub.hub.spawners.refusals import StartRefusedError
from labhub.ids import GroupId, StudentId
from labhub.policy.groups import EventKind, GroupEvent
from tests.hub.spawning import spawner
from tests.hub.test_gpus import SetClock

COURSE = """
[course]
id = "dl"
title = "Deep Learning"
zone = "Europe/Stockholm"

[[assignments]]
id = "lab1"
title = "By hand"
release = 2026-11-01T08:00:00+01:00
due = 2026-11-20T23:59:00+01:00
late_until = 2026-11-20T23:59:00+01:00
weight_percent = 40
server = { cpus = 1, memory_mib = 512, minutes = 60 }

[[assignments]]
id = "lab3"
title = "Seeing"
release = 2026-12-01T08:00:00+01:00
due = 2026-12-20T23:59:00+01:00
late_until = 2026-12-20T23:59:00+01:00
weight_percent = 60
gpu = true
server = { cpus = 4, memory_mib = 8192 }

[[assignments]]
id = "lab4"
title = "Not out"
release = 2027-01-01T08:00:00+01:00
due = 2027-01-20T23:59:00+01:00
late_until = 2027-01-20T23:59:00+01:00
weight_percent = 0

[[groups]]
id = "g1"
title = "Group 1"
students = ["ada", "alan"]

[[groups]]
id = "g2"
title = "Group 2"
students = ["bob"]

[[gpu_sessions]]
assignment = "lab3"
group = "g1"
room = "GPU lab"
start = 2026-12-03T13:15:00+01:00
end = 2026-12-03T17:00:00+01:00
gpus = 1

[[gpu_sessions]]
assignment = "lab3"
group = "g2"
room = "GPU lab"
start = 2026-12-05T13:15:00+01:00
end = 2026-12-05T17:00:00+01:00
gpus = 1
"""
HUB = """
port = 8000
hub_port = 8081
proxy_port = 8001
state_dir = "state"
runtime_dir = "/tmp/labhub-tests"
exchange_dir = "exchange"
{more}
[courses.dl]
course_dir = "dl"
formgrader_port = 8100
instructors = ["teacher"]
students = ["ada", "alan", "bob"]
"""
LAB3 = {"profile": "dl/lab3"}
SESSION = datetime.fromisoformat("2026-12-03T13:15:00+01:00")
SESSION_END = datetime.fromisoformat("2026-12-03T17:00:00+01:00")
BEFORE = SESSION - timedelta(days=1)


class Below(Spawner):  # type: ignore[misc]
    """The backend's spawner, reduced to what is looked at."""

    runs = False

    async def start(self) -> tuple[str, int]:
        self.runs = True
        return "127.0.0.1", 1234

    async def stop(self, now: bool = False) -> None:
        self.runs = False

    async def poll(self) -> int | None:
        return None if self.runs else 0


class Server(LabServer, Below):
    pass


def settings_of(folder: Path, more: str = "", course: str = COURSE) -> HubSettings:
    (folder / "dl").mkdir(exist_ok=True)
    (folder / "dl" / "course.toml").write_text(course)
    file = folder / "hub.toml"
    file.write_text(HUB.format(more=more))
    return load_settings(file)


def desk_of(settings: HubSettings, gpus: int = 1, at: datetime = SESSION) -> Desk:
    clock, courses = SetClock(), Courses(settings)
    clock.at = at
    seats = tuple(seats_of([Device(f"GPU-{n}", "H100", 80 << 30) for n in range(gpus)], 1))
    ledger = Ledger(seats, rules_of(settings.gpus), courses.bookings, clock)
    return Desk(settings, courses, ledger, clock)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_of(settings_of(tmp_path))


def server(desk: Desk, name: str = "ada", options: dict[str, Any] | None = None) -> Server:
    made = spawner(Server, desk, name)
    made.user_options = options or {}
    return made


def start(each: Server) -> Server:
    asyncio.run(each.start())
    return each


def refusal(each: Server) -> StartRefusedError:
    with pytest.raises(StartRefusedError) as caught:
        asyncio.run(each.start())
    assert not each.runs
    return caught.value


def test_a_lab_gives_its_server_what_it_needs(desk: Desk) -> None:
    ada = start(server(desk, options={"profile": "dl/lab1"}))
    assert (ada.cpu_limit, ada.mem_limit, ada.default_url) == (
        1,
        512 << 20,
        "/labhub/open/dl/lab1",
    )
    assert ada.environment["LABHUB_ASSIGNMENT"] == "lab1"
    assert ada.until == SESSION + timedelta(hours=1)
    assert ada.lease is None


def test_without_a_choice_the_server_has_no_lab(desk: Desk) -> None:
    ada = start(server(desk))
    assert ada.default_url == "/lab"
    assert "LABHUB_ASSIGNMENT" not in ada.environment


@pytest.mark.parametrize(
    "options",
    [
        {"profile": "dl/lab1", "gres": "gpu:2"},
        {"mem_limit": "64G"},
        {"profile": ["dl/lab1"]},
        {"profile": "dl/lab3", "gpu": "2"},
    ],
)
def test_nothing_but_a_lab_can_be_chosen(desk: Desk, options: dict[str, Any]) -> None:
    ada = server(desk, options=options)
    ada.orm_spawner.user_options = options
    assert refusal(ada).reason_code == "bad-start-options"
    assert ada.orm_spawner.user_options == {}, "a start without options does not repeat them"


@pytest.mark.parametrize(
    ("name", "profile"),
    [("ada", "dl/lab4"), ("ada", "dl/lab9"), ("mallory", "dl/lab1"), ("ada", "../lab1")],
)
def test_only_labs_that_are_out_and_ones_own_are_offered(
    desk: Desk, name: str, profile: str
) -> None:
    assert refusal(server(desk, name, {"profile": profile})).reason_code == "lab-not-offered"


def test_staff_start_labs_before_they_are_out(desk: Desk) -> None:
    assert start(server(desk, "teacher", {"profile": "dl/lab4"})).runs


def test_in_a_session_its_group_has_gpus_until_the_end(desk: Desk) -> None:
    ada = start(server(desk, options=LAB3))
    assert ada.until == SESSION_END
    assert ada.lease and ada.lease.seat
    assert ada.lease.seat.device.uuid == "GPU-0"
    assert ada.lease.group == "g1"


def test_another_group_reads_when_it_may(desk: Desk) -> None:
    bob = refusal(server(desk, "bob", LAB3))
    assert bob.status_code == 403
    assert bob.jupyterhub_message == (
        "The GPUs are booked for Group 1 until 17:00.\n"
        "Your own session is Group 2: Saturday 5 December 2026, 13:15 to 17:00, GPU lab. "
        "From 17:00 on, the first to come is the first served."
    )
    assert "<br>" in bob.jupyterhub_html_message


def test_the_lab_without_a_gpu_is_always_possible(desk: Desk) -> None:
    bob = start(server(desk, "bob", {"profile": "dl/lab3", "gpu": "no"}))
    assert bob.lease is None
    assert bob.cpu_limit == 4


def test_a_hub_without_gpus_says_so(tmp_path: Path) -> None:
    desk = desk_of(settings_of(tmp_path), gpus=0)
    assert "does not have any GPU" in refusal(server(desk, options=LAB3)).jupyterhub_message


def test_a_lab_that_needs_a_larger_gpu_says_so(tmp_path: Path) -> None:
    course = COURSE.replace("8192 }", "8192, gpu_memory_mib = 100_000 }")
    desk = desk_of(settings_of(tmp_path, course=course))
    assert "97.7 GiB of memory" in refusal(server(desk, options=LAB3)).jupyterhub_message


def test_who_waits_reads_the_place_and_gets_the_next_gpu(desk: Desk) -> None:
    async def scene() -> None:
        ada, alan = server(desk, "ada", LAB3), server(desk, "alan", LAB3)
        await ada.start()
        waiting = asyncio.create_task(alan.start())
        await asyncio.sleep(0.01)
        assert alan.waiting_words() == (
            "Waiting for a GPU: place 1 in the queue. You are next. "
            "A GPU becomes free at 17:00 at the latest."
        )
        events = alan.progress()
        assert (await anext(events))["message"] == alan.waiting_words()
        await events.aclose()
        await ada.stop()
        await waiting
        assert alan.lease and alan.lease.seat
        assert alan.until == SESSION_END

    asyncio.run(scene())


def test_who_cancels_leaves_the_queue(desk: Desk) -> None:
    async def scene() -> None:
        ada, alan = server(desk, "ada", LAB3), server(desk, "alan", LAB3)
        await ada.start()
        waiting = asyncio.create_task(alan.start())
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert desk.ledger.queue == []
        assert not alan.runs

    asyncio.run(scene())


def test_a_full_queue_turns_people_away(tmp_path: Path) -> None:
    desk = desk_of(settings_of(tmp_path, "[gpus]\nqueue_length = 0"), at=BEFORE)
    start(server(desk, "bob", LAB3))
    assert refusal(server(desk, options=LAB3)).reason_code == "gpu-queue-full"


def test_patience_has_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    start(server(desk, "alan", LAB3))
    real = asyncio.timeout
    monkeypatch.setattr(asyncio, "timeout", lambda seconds: real(seconds / 3600_00))
    ada = refusal(server(desk, options=LAB3))
    assert ada.reason_code == "gpu-wait-over"
    assert desk.ledger.queue == []


def test_missing_shared_data_is_said_before_anything_starts(tmp_path: Path) -> None:
    desk = desk_of(settings_of(tmp_path, '[spawner]\ndata_dir = "nowhere"'))
    assert "nowhere" in refusal(server(desk, options=LAB3)).jupyterhub_message
    assert desk.ledger.leases == {}
    (tmp_path / "nowhere").mkdir()
    ada = start(server(desk, options=LAB3))
    assert ada.environment["NNLAB_DATA"] == str(tmp_path / "nowhere")


def test_the_end_of_the_time_is_the_end_of_the_server(desk: Desk) -> None:
    ada = start(server(desk, options=LAB3))
    assert asyncio.run(ada.poll()) is None
    desk.clock.at = SESSION_END  # type: ignore[attr-defined]
    assert asyncio.run(ada.poll()) == 0
    assert not ada.runs
    assert desk.ledger.leases == {}


def test_a_lease_survives_a_restart_of_the_hub(desk: Desk, tmp_path: Path) -> None:
    ada = start(server(desk, options=LAB3))
    state = ada.get_state()
    anew = desk_of(settings_of(tmp_path))
    found = server(anew)
    found.load_state(state)
    assert anew.ledger.leases == desk.ledger.leases
    assert found.until == SESSION_END


def test_a_server_is_known_by_its_token_after_a_restart_too(desk: Desk, tmp_path: Path) -> None:
    ada = start(server(desk, options=LAB3))
    assert ada.owns("x")
    assert not ada.owns("y")
    state = ada.get_state()
    assert "x" not in state.values(), "the token itself is not kept"
    found = server(desk_of(settings_of(tmp_path)))
    found.api_token = ""
    assert not found.owns("")
    found.load_state(state)
    assert found.owns("x")
    assert not found.owns("y")


def test_the_lease_of_a_server_that_is_gone_is_given_back(desk: Desk, tmp_path: Path) -> None:
    state = start(server(desk, options=LAB3)).get_state()
    anew = desk_of(settings_of(tmp_path))
    found = server(anew)
    found.load_state(state)
    assert asyncio.run(found.poll()) == 0
    assert anew.ledger.leases == {}


def test_a_failed_start_gives_the_gpu_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: Below) -> None:
        raise OSError("no such program")

    monkeypatch.setattr(Below, "start", broken)
    with pytest.raises(OSError, match="no such program"):
        start(server(desk, options=LAB3))
    assert desk.ledger.leases == {}


def test_a_session_booked_during_the_term_counts_at_once(tmp_path: Path) -> None:
    desk = desk_of(settings_of(tmp_path), at=BEFORE)
    assert len(desk.courses.bookings()) == 2
    text = COURSE.replace("2026-12-05", "2026-12-06")
    (tmp_path / "dl" / "course.toml").write_text(text + "# changed\n")
    assert {each.start.day for each in desk.courses.bookings()} == {3, 6}
    (tmp_path / "dl" / "course.toml").write_text("half [")
    assert {each.start.day for each in desk.courses.bookings()} == {3, 6}


def test_a_group_that_is_formed_during_the_term_counts_at_once(tmp_path: Path) -> None:
    desk = desk_of(settings_of(tmp_path))
    assert desk.courses.own_group("ada") == ""
    store = open_store(tmp_path / "dl")
    author = StudentId("ada")
    with store.writing() as db:
        add_group_events(db, [GroupEvent(EventKind.FORMED, SESSION, "ada", GroupId("g07"), author)])
    assert desk.courses.own_group("ada") == "g07"
    with store.writing() as db:
        add_group_events(db, [GroupEvent(EventKind.LEFT, SESSION, "ada", GroupId("g07"), author)])
    assert desk.courses.own_group("ada") == ""
    store.close()

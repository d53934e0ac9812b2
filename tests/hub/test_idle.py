"""An idle GPU is warned about, then given to somebody else; who held which is on record."""

import asyncio
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from labhub.hub import metrics
from labhub.hub.errors import GpuMissingError
from labhub.hub.gpus import idle, nvml
from labhub.hub.gpus.history import FILE, History, as_row
from labhub.hub.gpus.idle import family, nvml_meter
from labhub.hub.gpus.seats import Device, Seat
from labhub.hub.handlers import moment_in
from tests.hub.fake_nvml import Card, FakeNvml
from tests.hub.test_base import LAB3, SESSION, Server, desk_of, server, settings_of, start

MINUTE = timedelta(minutes=1)


class Load:
    """How busy the GPU is: what a test says."""

    def __init__(self, percent: int | None = 0) -> None:
        self.percent = percent

    def __call__(self, _: Seat, __: object) -> int | None:
        return self.percent


def running(folder: Path, load: Load, more: str = "") -> Server:
    desk = desk_of(settings_of(folder, more))
    desk.meter = load
    return start(server(desk, options=LAB3))


def after(each: Server, minutes: float) -> int | None:
    """What the Hub sees when it looks that long after the start."""
    each.desk.clock.at = SESSION + minutes * MINUTE  # type: ignore[attr-defined]
    status: int | None = asyncio.run(each.poll())
    return status


def test_a_gpu_with_nothing_to_do_is_warned_about_then_taken_back(tmp_path: Path) -> None:
    ada = running(tmp_path, Load())
    assert after(ada, 19) is None
    assert ada.notice() == ""
    assert after(ada, 20) is None
    assert "At 13:45 it goes to somebody else" in ada.notice()
    assert "Save your notebooks" in ada.notice()
    assert after(ada, 30) == 0
    assert ada.desk.ledger.leases == {}
    assert ada.ended() == "Its GPU had nothing to do for a long time."


def test_a_gpu_that_computes_is_left_alone_though_no_kernel_says_anything(tmp_path: Path) -> None:
    load = Load(95)
    ada = running(tmp_path, load)
    assert after(ada, 60) is None
    load.percent = 0
    assert after(ada, 89) is None
    assert after(ada, 90) == 0


def test_a_kernel_that_works_keeps_the_server(tmp_path: Path) -> None:
    ada = running(tmp_path, Load(None))
    assert after(ada, 25) is None
    ada.worked(SESSION + 25 * MINUTE)
    assert after(ada, 54) is None
    assert after(ada, 55) == 0


def test_no_server_can_tell_of_work_in_the_future(tmp_path: Path) -> None:
    ada = running(tmp_path, Load())
    ada.worked(SESSION + 5000 * MINUTE)
    assert ada.last_work == SESSION


def test_a_driver_that_fails_stops_nobody(tmp_path: Path) -> None:
    def broken(_: Seat, __: object) -> int | None:
        raise GpuMissingError("the driver is gone")

    ada = running(tmp_path, Load())
    ada.desk.meter = broken
    assert after(ada, 60) is None


def test_zero_minutes_mean_never(tmp_path: Path) -> None:
    ada = running(tmp_path, Load(), "[gpus]\nidle_minutes = 0")
    assert after(ada, 200) is None
    assert ada.notice() == ""


def test_the_end_of_the_time_is_announced(tmp_path: Path) -> None:
    ada = running(tmp_path, Load(90))
    assert after(ada, 216) is None
    assert ada.notice().startswith("This server stops at 17:00.")
    assert after(ada, 225) == 0
    assert ada.ended() == "Its time was over at 17:00."


def test_who_starts_again_is_not_told_of_the_last_end(tmp_path: Path) -> None:
    ada = running(tmp_path, Load())
    after(ada, 30)
    start(ada)
    assert ada.ended() == ""


def test_a_share_is_judged_by_its_own_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeNvml(Card("GPU-a", percent=99, pids={7: 60, 8: 39}))
    opened = nvml.library
    monkeypatch.setattr(idle.nvml, "library", lambda: opened(fake))  # type: ignore[arg-type]
    device = Device("GPU-a", "H100", 80)
    assert nvml_meter(Seat(device), ()) == 99
    assert nvml_meter(Seat(device, 0, 2), {7}) == 60
    assert nvml_meter(Seat(device, 1, 2), {9}) == 0


def test_a_family_of_processes_is_found() -> None:
    code = "import subprocess,sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as parent:
        until = time.monotonic() + 60
        while len(family(parent.pid)) < 2:
            assert time.monotonic() < until, "its child does not show"
            time.sleep(0.01)
        assert parent.pid in family(parent.pid)
        assert parent.pid in family(os.getpid())


def test_every_lease_is_on_record_once_with_its_end(tmp_path: Path) -> None:
    desk = desk_of(settings_of(tmp_path), gpus=2)
    history = History(tmp_path / "state" / FILE)
    desk.ledger.watchers.append(history.write)
    ada, alan = start(server(desk, "ada", LAB3)), start(server(desk, "alan", LAB3))
    desk.ledger.hold(desk.ledger.leases["ada/"])  # as after a restart of the Hub
    desk.clock.at = SESSION + 30 * MINUTE  # type: ignore[attr-defined]
    asyncio.run(ada.stop())
    with history.path.open("a") as file:
        file.write('{"who": "killed while wri')
    first, second = history.records()
    assert (first.who, first.gpu, first.group, first.end) == (
        *("ada", "GPU-0", "g1"),
        SESSION + 30 * MINUTE,
    )
    assert (second.who, second.gpu, second.end) == ("alan", "GPU-1", None)
    assert as_row(second)["end"] == ""
    assert alan.runs


def test_no_history_is_an_empty_report(tmp_path: Path) -> None:
    assert History(tmp_path / "nothing").records() == []


def test_the_numbers_for_prometheus(tmp_path: Path) -> None:
    desk = desk_of(settings_of(tmp_path), gpus=2)
    registry = CollectorRegistry()
    metrics.register(desk, registry)
    start(server(desk, "ada", LAB3))
    start(server(desk, "bob", {"profile": "dl/lab1"}))
    text = generate_latest(registry).decode()
    assert 'labhub_servers{lab="dl/lab3"} 1.0' in text
    assert 'labhub_servers{lab="dl/lab1"} 1.0' in text
    assert 'labhub_gpu_leases{lab="dl/lab3"} 1.0' in text
    assert "labhub_gpu_seats 2.0" in text
    assert 'labhub_server_start_seconds_count{lab="dl/lab3"}' in text
    assert 'labhub_gpu_wait_seconds_count{lab="dl/lab3"}' in text


@pytest.mark.parametrize("body", [None, [], {}, {"kernels": 7}, {"kernels": "2026-12-03T13:15:00"}])
def test_only_a_time_with_a_zone_is_a_time(body: object) -> None:
    assert moment_in(body) is None

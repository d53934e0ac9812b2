"""What NVML tells about the GPUs, and who gets which seat."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pynvml
import pytest

from labhub.hub.errors import GpuMissingError
from labhub.hub.gpus import ledger as ledgers
from labhub.hub.gpus import nvml
from labhub.hub.gpus.environment import gpu_environment
from labhub.hub.gpus.ledger import Lease, Ledger
from labhub.hub.gpus.seats import Device, Seat, seats_of
from labhub.ids import AssignmentId, CourseId, StudentId
from labhub.policy.gpu_sessions import Ask, Booking, GpuRules, Reason, Refusal
from tests.hub.fake_nvml import Card, FakeNvml

NOW = datetime(2026, 12, 3, 12, 15, tzinfo=UTC)
TWO = [Device("GPU-a", "H100", 80), Device("GPU-b", "H100", 80)]


class SetClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


def test_the_border_uses_names_that_the_real_library_has() -> None:
    used = [name for name in dir(FakeNvml) if name.startswith(("nvml", "NVML"))]
    assert all(hasattr(pynvml, name) for name in used)


def test_a_gpu_that_is_cut_into_slices_is_its_slices() -> None:
    cut = Card("GPU-b", slices=[Card("MIG-1", total=10), Card("MIG-2", total=20)])
    with nvml.library(FakeNvml(Card("GPU-a"), cut, Card("GPU-c", name="old"))) as library:
        found = nvml.devices(library)
    assert [(each.uuid, each.path, each.is_slice) for each in found] == [
        ("GPU-a", "/dev/nvidia0", False),
        ("MIG-1", "/dev/nvidia1", True),
        ("MIG-2", "/dev/nvidia1", True),
        ("GPU-c", "/dev/nvidia2", False),
    ]
    assert [each.memory_bytes for each in found[1:3]] == [10, 20]


def test_the_library_is_closed_again() -> None:
    fake = FakeNvml()
    with nvml.library(fake) as library:
        assert nvml.devices(library) == []
    assert fake.open == 0


def test_a_machine_without_a_driver_says_what_to_do() -> None:
    with (
        pytest.raises(GpuMissingError, match="NVML does not start") as caught,
        nvml.library(FakeNvml(driver=False)),
    ):
        pytest.fail("there is no driver")
    assert "gpus.devices" in caught.value.hint


def test_hub_toml_may_name_the_devices() -> None:
    assert nvml.chosen(TWO, ("GPU-b",)) == [TWO[1]]
    with pytest.raises(GpuMissingError, match="GPU-x") as caught:
        nvml.chosen(TWO, ("GPU-x",))
    assert "GPU-a, GPU-b" in caught.value.hint


def test_what_a_device_does_not_tell_is_none() -> None:
    fake = FakeNvml(Card("GPU-a", percent=37, used=5, pids={7: 30}), Card("MIG", percent=None))
    with nvml.library(fake) as library:
        assert nvml.usage(library, "GPU-a") == nvml.Usage(37, 5, frozenset({7}))
        assert nvml.usage(library, "MIG").percent is None
        assert nvml.process_percents(library, "GPU-a") == {7: 30}
        assert nvml.process_percents(library, "MIG") is None


def test_shares_are_given_out_one_gpu_after_the_other() -> None:
    seats = list(seats_of([*TWO, Device("MIG-1", "slice", 10, is_slice=True)], per_gpu=2))
    assert [each.id for each in seats] == ["GPU-a#0", "GPU-b#0", "MIG-1", "GPU-a#1", "GPU-b#1"]
    assert [each.memory_bytes for each in seats] == [40, 40, 10, 40, 40]


def test_a_server_sees_its_gpu_and_no_other() -> None:
    assert gpu_environment(Seat(TWO[0]))["CUDA_VISIBLE_DEVICES"] == "GPU-a"
    assert gpu_environment(None)["CUDA_VISIBLE_DEVICES"] == ""
    shared = gpu_environment(Seat(Device("GPU-a", "H100", 80 << 30), 1, 3))
    assert shared["PYTORCH_CUDA_ALLOC_CONF"] == "per_process_memory_fraction:0.333"
    assert shared["CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"] == "0=27306M"


def ask(who: str, minute: int = 0) -> Ask:
    at = NOW + timedelta(minutes=minute)
    return Ask(StudentId(who), CourseId("dl"), AssignmentId("lab3"), at)


def make(devices: list[Device], *bookings: Booking, clock: SetClock | None = None) -> Ledger:
    seats = tuple(seats_of(devices, 1))
    return Ledger(seats, GpuRules(), lambda: bookings, clock or SetClock())


def run(scene: Callable[[], object]) -> None:
    asyncio.run(scene())  # type: ignore[arg-type]


def held(lease: Lease | Refusal) -> str:
    assert isinstance(lease, Lease)
    assert lease.seat
    return lease.seat.device.uuid


def test_each_server_has_a_gpu_of_its_own_and_the_third_waits_for_one() -> None:
    ledger = make(TWO)

    async def scene() -> None:
        first = await ledger.take("ada/", ask("ada"))
        second = await ledger.take("bob/", ask("bob", 1))
        assert {held(first), held(second)} == {"GPU-a", "GPU-b"}
        waits = [
            asyncio.create_task(ledger.take(f"{who}/", ask(who, 2 + place)))
            for place, who in enumerate(["cleo", "dan"])
        ]
        await asyncio.sleep(0)
        assert [each.position for each in ledger.queue] == [1, 2]
        ledger.give_back("bob/")
        assert held(await waits[0]) == held(second)
        assert not waits[1].done()
        ledger.serve()
        assert [each.position for each in ledger.queue] == [1]
        waits[1].cancel()
        await asyncio.gather(waits[1], return_exceptions=True)
        assert ledger.queue == []

    run(scene)


def test_who_gives_up_in_the_moment_of_being_served_holds_nothing() -> None:
    ledger = make(TWO[:1])

    async def scene() -> None:
        await ledger.take("ada/", ask("ada"))
        bob = asyncio.create_task(ledger.take("bob/", ask("bob")))
        await asyncio.sleep(0)
        ledger.give_back("ada/")
        assert "bob/" in ledger.leases
        bob.cancel()
        await asyncio.gather(bob, return_exceptions=True)
        assert ledger.leases == {}

    run(scene)


def test_a_lab_gets_the_smallest_gpu_that_is_large_enough() -> None:
    ledger = make([Device("big", "", 80), Device("small", "", 10), Device("middle", "", 20)])

    async def scene() -> None:
        assert held(await ledger.take("ada/", ask("ada"), 15)) == "middle"
        assert held(await ledger.take("bob/", ask("bob"), 15)) == "big"
        assert held(await ledger.take("cleo/", ask("cleo"))) == "small"

    run(scene)
    assert ledger.fits(80)
    assert not ledger.fits(81)


def test_who_waits_is_told_when_a_session_of_others_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "LOOK_AGAIN_S", 0.01)
    clock = SetClock()
    start = NOW + timedelta(hours=1)
    session = Booking(
        *(CourseId("dl"), AssignmentId("lab3")),
        "g1",
        "Group 1",
        "R",
        start,  # type: ignore[arg-type]
        start + timedelta(hours=2),
        1,
        frozenset({StudentId("ada")}),
    )
    ledger = make(TWO[:1], session, clock=clock)

    async def scene() -> None:
        first = await ledger.take("eve/", ask("eve"))
        assert isinstance(first, Lease)
        assert first.until == start
        bob = asyncio.create_task(ledger.take("bob/", ask("bob")))
        await asyncio.sleep(0)
        clock.at = start
        assert await bob == Refusal(Reason.BOOKED, session, None)

    run(scene)


def test_watchers_hear_of_beginning_and_end() -> None:
    heard: list[tuple[str, datetime | None]] = []
    ledger = make(TWO)
    ledger.watchers.append(lambda lease, end: heard.append((lease.server, end)))

    async def scene() -> None:
        await ledger.take("ada/", ask("ada"))
        ledger.give_back("ada/")
        ledger.give_back("ada/")

    run(scene)
    assert heard == [("ada/", None), ("ada/", NOW)]

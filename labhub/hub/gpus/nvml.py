"""The border to NVIDIA's management library: the only module that knows it.

Everything takes the library as an argument, so that tests bring one of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pynvml  # type: ignore[import-untyped]

from labhub.hub.errors import GpuMissingError
from labhub.hub.gpus.seats import Device


@dataclass(frozen=True)
class Usage:
    """What a GPU does at the moment; None is what it does not tell (MIG slices tell little)."""

    percent: int | None
    memory_bytes: int | None
    pids: frozenset[int] = frozenset()


@contextmanager
def library(nvml: ModuleType = pynvml) -> Iterator[Any]:
    """The library, opened for the length of a `with` block.

    Raises GpuMissingError where the machine has no driver.
    """
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        raise GpuMissingError(
            f"NVML does not start: {error}.",
            hint='Install the NVIDIA driver, or set gpus.devices = "none" in hub.toml.',
        ) from error
    try:
        yield nvml
    finally:
        nvml.nvmlShutdown()


def devices(nvml: Any) -> list[Device]:  # noqa: ANN401 - the library, or a test's
    """All GPUs; instead of one that is cut into MIG slices, its slices."""
    handles = [nvml.nvmlDeviceGetHandleByIndex(n) for n in range(nvml.nvmlDeviceGetCount())]
    return [each for handle in handles for each in _devices_of(nvml, handle)]


def chosen(found: list[Device], wanted: tuple[str, ...]) -> list[Device]:
    """The devices that hub.toml names, in its order. Raises GpuMissingError."""
    by_uuid = {each.uuid: each for each in found}
    for uuid in wanted:
        if uuid not in by_uuid:
            raise GpuMissingError(
                f"gpus.devices names {uuid}, which NVML does not find.",
                hint=f"There is: {', '.join(by_uuid) or 'no GPU'}.",
            )
    return [by_uuid[uuid] for uuid in wanted]


def usage(nvml: Any, uuid: str) -> Usage:  # noqa: ANN401
    """What a GPU or a slice does at the moment."""
    handle = nvml.nvmlDeviceGetHandleByUUID(uuid)
    rates = _told(nvml, nvml.nvmlDeviceGetUtilizationRates, handle)
    memory = _told(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    processes = _told(nvml, nvml.nvmlDeviceGetComputeRunningProcesses, handle) or []
    return Usage(
        percent=None if rates is None else int(rates.gpu),
        memory_bytes=None if memory is None else int(memory.used),
        pids=frozenset(int(each.pid) for each in processes),
    )


def process_percents(nvml: Any, uuid: str) -> dict[int, int] | None:  # noqa: ANN401
    """How much each process used a GPU in the last moments; None where it does not tell."""
    handle = nvml.nvmlDeviceGetHandleByUUID(uuid)
    samples = _told(nvml, lambda it: nvml.nvmlDeviceGetProcessUtilization(it, 0), handle)
    if samples is None:
        return None
    latest = {int(each.pid): each for each in sorted(samples, key=lambda each: each.timeStamp)}
    return {pid: int(each.smUtil) for pid, each in latest.items()}


def _devices_of(nvml: Any, handle: Any) -> Iterator[Device]:  # noqa: ANN401
    path = f"/dev/nvidia{nvml.nvmlDeviceGetMinorNumber(handle)}"
    slices = list(_slices(nvml, handle))
    for each in slices or [handle]:
        yield Device(
            uuid=_text(nvml.nvmlDeviceGetUUID(each)),
            name=_text(nvml.nvmlDeviceGetName(each)),
            memory_bytes=int(nvml.nvmlDeviceGetMemoryInfo(each).total),
            path=path,
            is_slice=bool(slices),
        )


def _slices(nvml: Any, handle: Any) -> Iterator[Any]:  # noqa: ANN401
    mode = _told(nvml, nvml.nvmlDeviceGetMigMode, handle)
    if mode is None or mode[0] != nvml.NVML_DEVICE_MIG_ENABLE:
        return
    for number in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
        found = _told(
            nvml, lambda it, n=number: nvml.nvmlDeviceGetMigDeviceHandleByIndex(it, n), handle
        )
        if found is not None:
            yield found


def _told(nvml: Any, ask: Any, handle: Any) -> Any:  # noqa: ANN401
    """What the library answers; None where the device cannot tell, or has no such part."""
    try:
        return ask(handle)
    except (
        nvml.NVMLError_NotSupported,
        nvml.NVMLError_NotFound,
        nvml.NVMLError_InvalidArgument,
        nvml.NVMLError_NoPermission,
    ):
        return None


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value

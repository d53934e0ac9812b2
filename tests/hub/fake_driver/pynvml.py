"""In the place of NVIDIA's library for a whole Hub: two GPUs, always at work."""

from types import SimpleNamespace
from typing import Any

NVML_DEVICE_MIG_ENABLE = 1
_CARDS = ("GPU-00000000-aaaa", "GPU-11111111-bbbb")


class NVMLError(Exception):
    pass


NVMLError_NotSupported = type("NVMLError_NotSupported", (NVMLError,), {})
NVMLError_NotFound = type("NVMLError_NotFound", (NVMLError,), {})
NVMLError_InvalidArgument = type("NVMLError_InvalidArgument", (NVMLError,), {})
NVMLError_NoPermission = type("NVMLError_NoPermission", (NVMLError,), {})


def nvmlInit() -> None:
    pass


def nvmlShutdown() -> None:
    pass


def nvmlDeviceGetCount() -> int:
    return len(_CARDS)


def nvmlDeviceGetHandleByIndex(index: int) -> str:
    return _CARDS[index]


def nvmlDeviceGetHandleByUUID(uuid: str) -> str:
    return uuid


def nvmlDeviceGetUUID(card: str) -> str:
    return card


def nvmlDeviceGetName(_: str) -> str:
    return "Fake H100"


def nvmlDeviceGetMinorNumber(card: str) -> int:
    return _CARDS.index(card)


def nvmlDeviceGetMemoryInfo(_: str) -> Any:
    return SimpleNamespace(total=80 << 30, used=0)


def nvmlDeviceGetMigMode(_: str) -> list[int]:
    raise NVMLError_NotSupported


def nvmlDeviceGetUtilizationRates(_: str) -> Any:
    return SimpleNamespace(gpu=50)


def nvmlDeviceGetComputeRunningProcesses(_: str) -> list[Any]:
    return []

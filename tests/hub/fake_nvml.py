"""NVIDIA's management library as a module of our own: real names, real errors, no GPU."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pynvml


@dataclass
class Card:
    uuid: str
    name: str = "H100"
    total: int = 80 << 30
    used: int = 0
    percent: int | None = 0
    pids: dict[int, int] = field(default_factory=dict)
    slices: list["Card"] = field(default_factory=list)


class FakeNvml:
    """As much of pynvml as the border uses."""

    NVML_DEVICE_MIG_ENABLE = pynvml.NVML_DEVICE_MIG_ENABLE
    NVMLError = pynvml.NVMLError
    NVMLError_NotSupported = pynvml.NVMLError_NotSupported
    NVMLError_NotFound = pynvml.NVMLError_NotFound
    NVMLError_InvalidArgument = pynvml.NVMLError_InvalidArgument
    NVMLError_NoPermission = pynvml.NVMLError_NoPermission

    def __init__(self, *cards: Card, driver: bool = True) -> None:
        self.cards, self.driver, self.open = list(cards), driver, 0

    def nvmlInit(self) -> None:
        if not self.driver:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)
        self.open += 1

    def nvmlShutdown(self) -> None:
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:
        assert self.open
        return len(self.cards)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Card:
        return self.cards[index]

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> Card:
        assert self.open
        everything = [each for card in self.cards for each in (card, *card.slices)]
        return next(each for each in everything if each.uuid == uuid)

    def nvmlDeviceGetMinorNumber(self, card: Card) -> int:
        return self.cards.index(card)

    def nvmlDeviceGetUUID(self, card: Card) -> str:
        return card.uuid

    def nvmlDeviceGetName(self, card: Card) -> str:
        return card.name

    def nvmlDeviceGetMemoryInfo(self, card: Card) -> Any:
        return SimpleNamespace(total=card.total, used=card.used)

    def nvmlDeviceGetMigMode(self, card: Card) -> list[int]:
        if card.name == "old":
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return [int(bool(card.slices))] * 2

    def nvmlDeviceGetMaxMigDeviceCount(self, card: Card) -> int:
        return 7

    def nvmlDeviceGetMigDeviceHandleByIndex(self, card: Card, index: int) -> Card:
        if index >= len(card.slices):
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return card.slices[index]

    def nvmlDeviceGetUtilizationRates(self, card: Card) -> Any:
        if card.percent is None:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return SimpleNamespace(gpu=card.percent, memory=0)

    def nvmlDeviceGetComputeRunningProcesses(self, card: Card) -> list[Any]:
        return [SimpleNamespace(pid=pid) for pid in card.pids]

    def nvmlDeviceGetProcessUtilization(self, card: Card, since: int) -> list[Any]:
        if not card.pids:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return [
            SimpleNamespace(pid=pid, smUtil=percent, timeStamp=pid)
            for pid, percent in card.pids.items()
        ]

"""Seats: what one server gets of the GPUs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Device:
    """A GPU, or a MIG slice of one."""

    uuid: str
    """What goes into CUDA_VISIBLE_DEVICES."""
    name: str
    memory_bytes: int
    path: str = ""
    """Its device file; empty where that is not known."""
    is_slice: bool = False


@dataclass(frozen=True)
class Seat:
    """A whole GPU, a slice of one, or one of several equal shares."""

    device: Device
    share: int = 0
    shares: int = 1

    @property
    def id(self) -> str:
        """Names the seat.

        >>> Seat(Device("GPU-1", "H100", 80), share=1, shares=2).id
        'GPU-1#1'
        """
        return self.device.uuid if self.shares == 1 else f"{self.device.uuid}#{self.share}"

    @property
    def memory_bytes(self) -> int:
        """The memory that one server should keep to."""
        return self.device.memory_bytes // self.shares


def seats_of(devices: Iterable[Device], per_gpu: int) -> Iterator[Seat]:
    """The seats of all devices: first one of each, then the second shares.

    So neighbours are put on one GPU only when every GPU has somebody.
    """
    devices = list(devices)
    for share in range(per_gpu):
        for each in devices:
            if share == 0 or not each.is_slice:
                yield Seat(each, share, 1 if each.is_slice else per_gpu)

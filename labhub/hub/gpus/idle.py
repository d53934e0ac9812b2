"""Whether a GPU idles: nothing computes on it, and no kernel of its server does anything."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from labhub.hub.gpus import nvml
from labhub.hub.gpus.seats import Seat

Meter = Callable[[Seat, Iterable[int]], int | None]
"""How much a server uses its seat, in percent; None where that is not known."""


@dataclass(frozen=True)
class IdleRules:
    """When an idle GPU is taken back."""

    after: timedelta
    """Zero: never."""
    warning: timedelta
    """So long before that its owner is warned."""
    percent: int
    """A GPU that is used no more than that idles."""

    def ends(self, last_work: datetime) -> datetime | None:
        """When a server is stopped that does nothing from now on."""
        return last_work + self.after if self.after else None

    def warns(self, last_work: datetime) -> datetime | None:
        """From when on its owner is warned."""
        ends = self.ends(last_work)
        return None if ends is None else ends - self.warning


def no_meter(_: Seat, __: Iterable[int]) -> int | None:
    """For backends whose GPUs the Hub does not see."""
    return None


def nvml_meter(seat: Seat, pids: Iterable[int]) -> int | None:
    """Ask NVML: about the whole device, or about one's own processes where others share it."""
    with nvml.library() as library:
        if seat.shares == 1:
            return nvml.usage(library, seat.device.uuid).percent
        percents = nvml.process_percents(library, seat.device.uuid)
        return None if percents is None else sum(percents.get(pid, 0) for pid in pids)


def family(pid: int) -> set[int]:
    """A process and everything that it has started, as /proc knows it."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):  # gone meanwhile
        return 0

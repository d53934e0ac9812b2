"""Who held which GPU when: lines of a file that only grows."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from labhub.hub.gpus.ledger import Lease

FILE = "gpu-leases.jsonl"


@dataclass(frozen=True)
class Record:
    """One lease, ended or not."""

    who: str
    course: str
    assignment: str
    group: str
    gpu: str
    """The device's UUID; empty where another scheduler chose it."""
    since: datetime
    end: datetime | None


@dataclass(frozen=True)
class History:
    """The file of a Hub."""

    path: Path

    def write(self, lease: Lease, end: datetime | None) -> None:
        """Add a line when a lease begins, and one when it ends."""
        line = {**_line(lease), "end": end.isoformat() if end else None}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def records(self) -> list[Record]:
        """Every lease once, in the order in which they began."""
        found: dict[tuple[str, str, datetime], Record] = {}
        for each in self._lines():
            key = (each.who, each.gpu, each.since)
            if key not in found or each.end is not None:
                found[key] = each
        return sorted(found.values(), key=lambda each: each.since)

    def _lines(self) -> Iterator[Record]:
        if not self.path.exists():
            return
        for text in self.path.read_text(encoding="utf-8").splitlines():
            if text.endswith("}"):  # else the Hub was killed while it wrote it
                yield _record(json.loads(text))


def _line(lease: Lease) -> dict[str, str]:
    return {
        "who": lease.ask.who,
        "course": lease.ask.course,
        "assignment": lease.ask.assignment,
        "group": lease.group,
        "gpu": lease.seat.device.uuid if lease.seat else "",
        "since": lease.since.isoformat(),
    }


def _record(line: dict[str, str]) -> Record:
    end = line["end"]
    times = {
        "since": datetime.fromisoformat(line["since"]),
        "end": datetime.fromisoformat(end) if end else None,
    }
    return Record(**{**line, **times})  # type: ignore[arg-type]


def as_row(record: Record) -> dict[str, str]:
    """A record as texts, for a table or a file."""
    return {name: "" if value is None else str(value) for name, value in asdict(record).items()}

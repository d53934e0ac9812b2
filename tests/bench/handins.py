"""`make bench-handins`: a class hands in during the last minute, and the service is killed.

    python -m tests.bench.handins [--hand-ins 500] [--clients 50] [--kills 3] [--size-kb 1000]

A real service process (uvicorn, on the loopback) takes hand-ins of about 1 MB from many clients at
once. It is ended with SIGKILL again and again; clients try once more until they have a receipt.
Afterwards every receipt that was ever given is verified with the course's public key, and the
store is compared with what was sent, byte for byte.
"""

import argparse
import asyncio
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console
from rich.table import Table

from labhub.exchange.receipts.keys import PUBLIC
from labhub.exchange.receipts.receipt import Receipt, verify
from labhub.exchange.store.blobs import Blobs
from labhub.exchange.store.engine import open_store
from labhub.exchange.store.submissions import Submission, receipt_text, submissions
from labhub.hub.process import free_ports

COURSE, LAB, TEACHER = "dl", "lab1", "teacher"
NOTEBOOK = f"{LAB}.ipynb"
LAST_MINUTE = timedelta(seconds=60)
PATIENCE_S = 300.0
PAUSE_S = 0.2
TOML = """\
[course]
id = "dl"
title = "Deep Learning"
zone = "UTC"
credits = 3

[[assignments]]
id = "lab1"
title = "Lab 1"
release = {release:%Y-%m-%dT%H:%M:%SZ}
due = {due:%Y-%m-%dT%H:%M:%SZ}
late_until = {late:%Y-%m-%dT%H:%M:%SZ}
weight_percent = 100
credits = 3
"""


@dataclass(frozen=True)
class Answered:
    """One hand-in that has its receipt."""

    student: str
    receipt: str
    """To the byte, as it was given."""
    is_new: bool
    seconds: float
    """Of the request that was answered."""
    waited: float
    """From the first try, with all that the kills cost."""
    tries: int


@dataclass
class Outcome:
    """What happened, and what was found in the store afterwards."""

    sent: dict[str, bytes]
    answered: list[Answered] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    seconds: float = 0.0
    stored: tuple[Submission, ...] = ()
    receipts: dict[int, str] = field(default_factory=dict)
    """As the store has them."""
    verified: dict[str, Receipt] = field(default_factory=dict)

    @property
    def lost(self) -> list[str]:
        """Students whose receipt is not matched by a hand-in with their bytes."""
        have = {each.student: each.files for each in self.stored}
        return [
            name
            for name, data in self.sent.items()
            if [file.sha256 for file in have.get(name, ())] != [sha256(data).hexdigest()]
        ]

    @property
    def twice(self) -> list[str]:
        """Students with more than one hand-in."""
        counted = Counter(each.student for each in self.stored)
        return [name for name, number in counted.items() if number > 1]

    @property
    def on_time(self) -> int:
        """How many were in before the due date."""
        return sum(not each.late for each in self.stored)

    def p95(self, *, waited: bool) -> float:
        """Of the answered requests, or of all the waiting, in seconds."""
        figures = [each.waited if waited else each.seconds for each in self.answered]
        return quantiles(figures, n=20)[-1]


class ServiceProcess:
    """The service as an operator runs it; can be killed and started again on the same port."""

    def __init__(self, root: Path, students: Sequence[str]) -> None:
        (self.port,) = free_ports(1)
        self.root = root
        self.url = f"http://127.0.0.1:{self.port}/services/labhub/api"
        people = [f"{name}=student" for name in students] + [f"{TEACHER}=instructor"]
        self.command = [
            *(sys.executable, "-m", "labhub.cli", "serve", "--no-hub", "--no-work"),
            *("--course", f"{COURSE}={root / 'course'}", "--port", str(self.port)),
            *(word for each in people for word in ("--as", each)),
        ]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns before it answers."""
        with (self.root / "service.log").open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """End it in order; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(60)


def make_course(folder: Path, due: datetime) -> None:
    """A course with one lab of one notebook."""
    (folder / "release" / LAB).mkdir(parents=True, exist_ok=True)
    (folder / "course.toml").write_text(
        TOML.format(release=due - timedelta(days=7), due=due, late=due + timedelta(days=1))
    )
    (folder / "release" / LAB / NOTEBOOK).write_text(json.dumps(notebook("", 0)))


def notebook(name: str, size_bytes: int) -> Any:
    """A notebook with an answer, and an output of about this size that is different for each."""
    cell = new_code_cell(f"answer = {name!r}", id="answer")
    cell.metadata["nbgrader"] = {
        **{"grade": False, "solution": True, "locked": False, "task": False},
        **{"grade_id": "l1e01-answer", "schema_version": 3},
    }
    noise = random.Random(name).randbytes(size_bytes // 2).hex()
    if noise:
        output = {"output_type": "stream", "name": "stdout", "text": noise}
        cell.outputs = [output]
    return new_notebook(cells=[cell])


async def hand_in_all(
    service: ServiceProcess, sent: dict[str, bytes], clients: int, kills: int
) -> Outcome:
    """Everybody hands in, `clients` at once; the service dies at even steps on the way."""
    outcome = Outcome(sent)
    queue = list(sent)
    marks = [len(sent) * (step + 1) // (kills + 1) for step in range(kills)]
    begun = time.monotonic()

    async def client() -> None:
        async with httpx.AsyncClient(timeout=60) as http:
            while queue:
                await _hand_in(http, service.url, queue.pop(0), outcome)

    async def killer() -> None:
        for mark in marks:
            while len(outcome.answered) < mark:
                await asyncio.sleep(0.02)
            await asyncio.to_thread(service.kill)
            outcome.kills += 1
            service.start()

    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(killer(), *(client() for _ in range(clients)))
    outcome.seconds = time.monotonic() - begun
    return outcome


async def _hand_in(http: httpx.AsyncClient, url: str, student: str, outcome: Outcome) -> None:
    """One hand-in: tried again until there is a receipt, as every client does."""
    first = time.monotonic()
    tries = 0
    while True:
        tries += 1
        begun = time.monotonic()
        try:
            reply = await http.post(
                f"{url}/courses/{COURSE}/assignments/{LAB}/submissions",
                headers={"Authorization": f"Bearer {student}"},
                files={"files": (NOTEBOOK, outcome.sent[student])},
            )
        except httpx.TransportError:
            await asyncio.sleep(PAUSE_S)
            continue
        if reply.status_code in (200, 201):
            break
        outcome.refused[f"{reply.status_code} {reply.text[:60]}"] += 1
        assert reply.status_code >= 500, reply.text
        await asyncio.sleep(PAUSE_S)
    now = time.monotonic()
    outcome.answered.append(
        Answered(student, reply.text, reply.status_code == 201, now - begun, now - first, tries)
    )


async def until_well(service: ServiceProcess) -> None:
    """Wait until the service says that it can take hand-ins."""
    async with asyncio.timeout(60), httpx.AsyncClient() as http:
        while True:
            try:
                if (await http.get(f"{service.url}/health")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(PAUSE_S)


async def release(service: ServiceProcess) -> None:
    """Release version 1 of the lab."""
    async with httpx.AsyncClient() as http:
        reply = await http.post(
            f"{service.url}/courses/{COURSE}/assignments/{LAB}/versions",
            headers={"Authorization": f"Bearer {TEACHER}"},
            files={"note": (None, "The first.")},
        )
        assert reply.status_code == 201, reply.text


def look(folder: Path, outcome: Outcome) -> None:
    """Read the store as it lies on the disk, and verify every receipt without the service."""
    store = open_store(folder)
    with store.reading() as db:
        outcome.stored = submissions(db, LAB)
        outcome.receipts = {each.id: receipt_text(db, each.id) for each in outcome.stored}
    store.close()
    key = (folder / "store" / PUBLIC).read_text()
    outcome.verified = {each.student: verify(each.receipt, key) for each in outcome.answered}
    blobs = Blobs(folder / "store")
    for each in outcome.stored:
        for file in each.files:
            assert blobs.read(file.sha256) == outcome.sent[each.student], each.student


def measure(root: Path, hand_ins: int, clients: int, kills: int, size_bytes: int) -> Outcome:
    """The whole of it, in an empty folder."""
    students = [f"s{number:03}" for number in range(hand_ins)]
    sent = {name: json.dumps(notebook(name, size_bytes)).encode() for name in students}
    make_course(root / "course", datetime.now(UTC) + timedelta(days=1))
    service = ServiceProcess(root, students)
    service.start()
    try:
        return asyncio.run(_measure(service, sent, clients, kills))
    finally:
        service.stop()


async def _measure(
    service: ServiceProcess, sent: dict[str, bytes], clients: int, kills: int
) -> Outcome:
    await until_well(service)
    await release(service)
    # course.toml is read again by itself: the last minute begins now.
    due = datetime.now(UTC).replace(microsecond=0) + LAST_MINUTE
    make_course(service.root / "course", due)
    outcome = await hand_in_all(service, sent, clients, kills)
    await asyncio.to_thread(look, service.root / "course", outcome)
    return outcome


def report(outcome: Outcome) -> Table:
    """The figures as a table."""
    table = Table("", "", title="Hand-ins in the last minute", show_header=False)
    again = sum(each.tries > 1 for each in outcome.answered)
    known = sum(not each.is_new for each in outcome.answered)
    rows = {
        "hand-ins": f"{len(outcome.sent)} of {len(next(iter(outcome.sent.values()))) / 1e6:.2f} MB",
        "seconds in all": f"{outcome.seconds:.1f}",
        "kills of the service": str(outcome.kills),
        "receipts, all verified": str(len(outcome.verified)),
        "in before the due date": str(outcome.on_time),
        "tried more than once": str(again),
        "answered `the same bytes were there`": str(known),
        "lost": str(len(outcome.lost)),
        "handed in twice": str(len(outcome.twice)),
        "answers 5xx": str(dict(outcome.refused) or "none"),
        "p95 of an answered request": f"{outcome.p95(waited=False):.2f} s",
        "p95 from the first try to the receipt": f"{outcome.p95(waited=True):.2f} s",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def holds(outcome: Outcome) -> bool:
    """Whether the promise was kept."""
    given = {each.student: each.receipt for each in outcome.answered}
    kept = {each.student: outcome.receipts[each.id] for each in outcome.stored}
    return given == kept and not outcome.lost and not outcome.twice


def main() -> int:
    """Measure and print; exit code 1 where something was lost or is there twice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hand-ins", type=int, default=500)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--size-kb", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="handins-") as folder:
        root = Path(folder)
        outcome = measure(root, given.hand_ins, given.clients, given.kills, given.size_kb * 1000)
    Console().print(report(outcome))
    return 0 if holds(outcome) else 1


if __name__ == "__main__":
    raise SystemExit(main())

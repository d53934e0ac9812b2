"""The worker's life: claim the most urgent job, say to be alive, finish it, and again.

One worker per course works at a time. What a worker that was killed had begun is queued again
when the next one starts, and the grading that it had recorded is not done twice.
"""

import fcntl
import math
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from labhub.errors import LabhubError
from labhub.exchange.store.blobs import FOLDER
from labhub.exchange.store.errors import JobLostError, StoreBusyError
from labhub.exchange.store.jobs import (
    INTERACTIVE,
    LEASE,
    ORDINARY,
    Job,
    claim,
    finish,
    give_back,
    next_waiting,
    requeue_lost,
    say_alive,
)
from labhub.gradebook.errors import BusyError, WorkerRunsError
from labhub.gradebook.worker.bench import Bench
from labhub.gradebook.worker.tasks import Done, run_task

LOCK = "worker.lock"
IDLE_S = 0.3
"""Between two looks into an empty queue."""
BUSY_S = 2.0
"""Waited while another command grades the same assignment."""
BEAT_S = LEASE.total_seconds() / 4


@dataclass
class Worker:
    """Does the jobs of one course, one at a time."""

    bench: Callable[[], Bench]
    """What to work with, asked anew for every job: course.toml may have changed."""
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    watch: Callable[[Job], None] = lambda job: None
    """Is shown every job when it ends."""

    def run(self, stop: threading.Event, idle_s: float = math.inf) -> None:
        """Work until `stop` is set, or nothing waited for so long; a job at hand is finished."""
        self.recover()
        worked = time.monotonic()
        while not stop.is_set() and time.monotonic() - worked < idle_s:
            try:
                idle = self.run_one() is None
                pause_s = IDLE_S if idle else 0.0
                worked = worked if idle else time.monotonic()
            except LabhubError:  # the database is busy or full; what was begun is queued again
                pause_s = BUSY_S
                with suppress(LabhubError):
                    self.recover()
            stop.wait(pause_s)

    def drain(self) -> None:
        """Do all jobs that wait."""
        self.recover()
        while self.run_one() is not None:
            pass

    def recover(self) -> tuple[Job, ...]:
        """Queue again what an earlier worker had begun; it is dead, for this one works alone."""
        desk = self.bench().desk
        with desk.store.writing() as db:
            return requeue_lost(db, desk.clock.now(), silent_for=timedelta(0))

    def run_one(self, at_least: int = ORDINARY) -> Job | None:
        """Do the most urgent job of at least this priority; None where none waits."""
        bench = self.bench()
        job = self._claimed(bench, at_least)
        if job is None:
            return None
        try:
            with self._beating(bench, job.seq):
                done = self._done(bench, job)
            ended = self._finished(bench, job, done)
        except BusyError:
            with bench.desk.store.writing() as db:
                give_back(db, job.seq, self.name)
            time.sleep(BUSY_S)
            return job
        except JobLostError:
            return job  # another one does it now; what was graded is not graded again
        self.watch(ended)
        return ended

    def _claimed(self, bench: Bench, at_least: int) -> Job | None:
        with bench.desk.store.reading() as db:  # an empty queue costs no writer a turn
            if next_waiting(db, at_least) is None:
                return None
        with bench.desk.store.writing() as db:
            return claim(db, self.name, bench.desk.clock.now(), at_least=at_least)

    def _done(self, bench: Bench, job: Job) -> Done:
        try:
            return run_task(bench, job, lambda done, total: self._tell(bench, job, done, total))
        except (BusyError, JobLostError, StoreBusyError):
            raise
        except LabhubError as error:
            said = {"code": error.code, "message": error.message, "hint": error.hint}
        except Exception as error:
            # Whatever one job brings up ends that job; the worker goes on.
            said = {"code": "worker-failed", "message": f"{type(error).__name__}: {error}"}
            said |= {"hint": "Show this to who runs the service.", "detail": traceback.format_exc()}
        return Done({"error": said}, failed=True)

    def _tell(self, bench: Bench, job: Job, done: int, total: int) -> None:
        """Write down how far a job is; then do whatever is more urgent."""
        with bench.desk.store.writing() as db:
            progress = {"done": done, "total": total}
            say_alive(db, job.seq, self.name, bench.desk.clock.now(), progress)
        if job.priority < INTERACTIVE and done < total:
            while self.run_one(INTERACTIVE) is not None:
                pass

    def _finished(self, bench: Bench, job: Job, done: Done) -> Job:
        with bench.desk.store.writing() as db:
            now = bench.desk.clock.now()
            return finish(db, job.seq, self.name, now, done.result, failed=done.failed)

    @contextmanager
    def _beating(self, bench: Bench, seq: int) -> Iterator[None]:
        """Says now and then that the worker lives, however long one hand-in takes."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT_S):
                try:
                    with bench.desk.store.writing() as db:
                        say_alive(db, seq, self.name, bench.desk.clock.now())
                except LabhubError:  # lost or busy: the end of the job will tell
                    continue

        heart = threading.Thread(target=beat, name=f"job {seq}", daemon=True)
        heart.start()
        try:
            yield
        finally:
            over.set()
            heart.join()


def is_at_work(root: Path) -> bool:
    """Whether a worker of this machine is at work for the course in the folder."""
    try:
        with (root / FOLDER / LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


@contextmanager
def working_alone(root: Path) -> Iterator[None]:
    """Only one worker per course folder. Raises `WorkerRunsError`."""
    folder = root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise WorkerRunsError(
                f"Another worker is at work for {root}.",
                hint="One is enough: it grades as many at once as there are cores.",
            ) from None
        yield

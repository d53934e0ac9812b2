"""An answer process, seen from the examiner: run cells, take snapshots, clear away.

What comes from there may be malformed or late; all of it ends as `WorkerGone`.
"""

import contextlib
import signal
import socket
import time
from dataclasses import dataclass
from typing import Any

from labhub.grading.examiner.mended import whole
from labhub.grading.mail import Letter, Mailbox

_INTERRUPT_GRACE_S = 2.0
_INTERRUPTS = 2
_EXIT_NEWS_S = 1.0
_SWEEP_S = 5.0
_ORDER_S = 15.0
_READY_S = 60.0
_SLACK_BYTES = 1 << 20
_MOST_COUNT = 1 << 31
_NONSENSE = "it broke the connection to the grader"


class WorkerGone(Exception):  # noqa: N818 - an event, not an error of ours
    """The worker ended, hung or spoke nonsense. `code` is a code of `problems`, or ""."""

    def __init__(self, how: str, code: str = "") -> None:
        super().__init__(how)
        self.how = how
        self.code = code


@dataclass(frozen=True)
class CellOutcome:
    """What the worker says about a cell that it ran."""

    ok: bool
    timed_out: bool
    outputs: tuple[dict[str, Any], ...]
    execution_count: int | None
    cut: bool
    left_running: int
    """Threads and processes that the cells so far have started and that still run."""


@dataclass
class Waiting:
    """A snapshot that waits to be spoken to."""

    pid: int
    sock: socket.socket


class Answer:
    """Drives one answer process through the mailboxes of its keeper and its worker."""

    def __init__(self, keeper: Mailbox, worker: Mailbox, *, output_bytes: int) -> None:
        self._keeper = keeper
        self._worker = worker
        self._limit_bytes = 8 * output_bytes + _SLACK_BYTES
        self._snapshots: list[Waiting] = []
        self._worker_stays = False
        self._orders = 0

    def wait_until_ready(self) -> None:
        """Wait for the worker's hello: forks may have to queue, which is not the student's time."""
        try:
            self._hear(_READY_S)
        except TimeoutError as error:
            raise WorkerGone("it did not start") from error

    def run(self, source: str, timeout_s: float) -> CellOutcome:
        """Run a student's cell; interrupt it when it is late, and kill it if that does not help."""
        self._tell({"do": "run", "source": source})
        letter, timed_out = self._wait_or_interrupt(timeout_s)
        return _outcome(letter, timed_out=timed_out)

    def define(self, source: str, timeout_s: float) -> None:
        """Run definitions that are nobody's cell."""
        self._tell({"do": "define", "source": source})
        self._wait_or_interrupt(timeout_s)

    def snapshot(self, *, in_process: bool, last: bool) -> Waiting | None:
        """Fork the worker; None when it could not be forked.

        With `last` no order will follow, and the worker may become the snapshot itself: a fork of
        a process of this size costs as much as an ordinary test.
        """
        ours, theirs = socket.socketpair()
        try:
            order = {"do": "snapshot", "in_process": in_process, "last": last}
            self._tell(order, [theirs.fileno()])
            letter = self._hear(_ORDER_S)
        except WorkerGone:
            ours.close()
            raise
        finally:
            theirs.close()
        pid = letter.get("pid")
        if not isinstance(pid, int) or pid <= 1:
            ours.close()
            return None
        self._worker_stays = last and letter.get("stays") is True
        waiting = Waiting(pid, ours)
        self._snapshots.append(waiting)
        return waiting

    def finish(self) -> None:
        """End the worker and all that its cells left running; only snapshots stay.

        From here on nobody listens to the worker, also where it stays as the last snapshot.
        """
        if not self._worker_stays:
            with contextlib.suppress(WorkerGone):
                self._tell({"do": "stop"})
        self._worker.close()
        with contextlib.suppress(OSError, EOFError, ValueError):
            if not self._worker_stays:
                self._keeper.send({"do": "kill-worker"})
            keep = [waiting.pid for waiting in self._snapshots]
            self._keeper.send({"do": "sweep", "keep": keep})
            self._keeper_says("swept", _SWEEP_S)

    def drop(self, waiting: Waiting) -> None:
        """End one snapshot."""
        waiting.sock.close()
        with contextlib.suppress(OSError):
            self._keeper.send({"do": "kill", "pid": waiting.pid})

    def close(self) -> None:
        """Hang up: the keeper ends, and with it every process of the answer."""
        for waiting in self._snapshots:
            waiting.sock.close()
        self._worker.close()
        self._keeper.close()

    def _wait_or_interrupt(self, timeout_s: float) -> tuple[Letter, bool]:
        try:
            return self._hear(timeout_s), False
        except TimeoutError:
            pass
        for _ in range(_INTERRUPTS):
            with contextlib.suppress(OSError):
                self._keeper.send({"do": "interrupt"})
            try:
                return self._hear(_INTERRUPT_GRACE_S / _INTERRUPTS), True
            except TimeoutError:
                continue
        with contextlib.suppress(OSError):
            self._keeper.send({"do": "kill-worker"})
        raise WorkerGone("it ran too long and did not stop when interrupted", "cell-timeout")

    def _tell(self, letter: Letter, fds: list[int] | None = None) -> None:
        self._orders += 1
        try:
            self._worker.send({**letter, "order": self._orders}, fds or (), timeout_s=_ORDER_S)
        except OSError as error:
            raise WorkerGone(self._how()) from error

    def _hear(self, timeout_s: float) -> Letter:
        """The worker's next letter. Raises TimeoutError only when nothing has come yet."""
        try:
            letter = self._worker.receive(timeout_s=timeout_s, limit_bytes=self._limit_bytes)
        except EOFError as error:
            raise WorkerGone(self._how()) from error
        except ValueError as error:
            raise WorkerGone(_NONSENSE) from error
        if letter.get("order") != self._orders:
            raise WorkerGone(_NONSENSE)
        return letter

    def _how(self) -> str:
        """How the worker ended, as its keeper tells."""
        try:
            code = int(self._keeper_says("worker", _EXIT_NEWS_S))
        except (OSError, EOFError, ValueError):
            return "it was stopped"
        if code >= 0:
            return f"it left with exit code {code}"
        with contextlib.suppress(ValueError):
            return f"ended by the signal {signal.Signals(-code).name}"
        return f"ended by signal {-code}"

    def _keeper_says(self, word: str, timeout_s: float) -> int:
        deadline = time.monotonic() + timeout_s
        while True:
            letter = self._keeper.receive(timeout_s=deadline - time.monotonic())
            if word in letter:
                return int(letter[word])


def _outcome(letter: Letter, *, timed_out: bool) -> CellOutcome:
    outputs, count = whole(letter.get("outputs")), letter.get("count")
    left_running = letter.get("left_running")
    if not isinstance(outputs, list) or not isinstance(left_running, int):
        raise WorkerGone(_NONSENSE)
    late = timed_out and letter.get("interrupted") is True
    return CellOutcome(
        ok=letter.get("ok") is True,
        timed_out=late,
        outputs=tuple(valid for each in outputs if (valid := _valid(each)) is not None),
        execution_count=count if isinstance(count, int) and 0 <= count < _MOST_COUNT else None,
        cut=letter.get("cut") is True,
        left_running=left_running,
    )


def _valid(output: object) -> dict[str, Any] | None:
    """`output` if it is one of nbformat 4; a process that forges its outputs loses them."""
    match output:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return {"output_type": "stream", "name": name, "text": text}
        case {"output_type": "error", "ename": str(name), "evalue": str(value), "traceback": lines}:
            trace = [line for line in lines if isinstance(line, str)]
            return {
                "output_type": "error", "ename": name, "evalue": value, "traceback": trace,
            }  # fmt: skip
        case {"output_type": "display_data", "data": dict(data), "metadata": dict(about)}:
            return {"output_type": "display_data", "data": data, "metadata": about}
        case {
            "output_type": "execute_result", "data": dict(data), "metadata": dict(about),
            "execution_count": int(count),
        } if 0 <= count < _MOST_COUNT:  # fmt: skip
            return {
                "output_type": "execute_result", "data": data, "metadata": about,
                "execution_count": count,
            }  # fmt: skip
    return None

"""The keeper: process 1 of an answer's pid namespace. It runs no student code.

It starts the worker, reaps what ends, passes on interrupts, and clears away what a cell left
running. When it ends, the kernel ends every process of the namespace.
"""

import contextlib
import os
import select
import signal
import socket

from labhub.grading.mail import Letter, Mailbox
from labhub.grading.sandbox import watch

_SWEEPS = 200
_END_WAIT_S = 0.02


class Keeper:
    """Serves the examiner until it hangs up."""

    def __init__(self, mailbox: Mailbox, worker: int) -> None:
        self._mailbox = mailbox
        self._worker = worker
        self._own_pid = watch.own_pid()
        self._wake, wake_end = socket.socketpair()
        self._wake.setblocking(False)
        wake_end.setblocking(False)
        self._wake_end = wake_end

    def serve(self) -> None:
        """Follow letters until the mailbox is closed at the other end."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_end.fileno(), warn_on_full_buffer=False)
        self._reap()
        with contextlib.suppress(EOFError, OSError):
            while True:
                ready, _, _ = select.select([self._mailbox.fileno(), self._wake.fileno()], [], [])
                self._reap()
                if self._mailbox.fileno() in ready:
                    self._follow(self._mailbox.receive())
        self._sweep(set())  # the kernel would do it, too, and forget what they have used

    def _follow(self, letter: Letter) -> None:
        match letter["do"]:
            case "interrupt":
                self._signal_worker(signal.SIGINT)
            case "kill-worker":
                self._signal_worker(signal.SIGKILL)
            case "kill":
                _kill(int(letter["pid"]))
            case "sweep":
                self._sweep(set(letter["keep"]))
                self._mailbox.send({"swept": True})

    def _signal_worker(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._worker, number)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._wake.recv(4096)
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                if pid == self._worker:
                    with contextlib.suppress(OSError):  # the examiner has hung up
                        self._mailbox.send({"worker": os.waitstatus_to_exitcode(status)})

    def _sweep(self, keep: set[int]) -> None:
        """Kill every process but ourselves and `keep`, also those that fork while we look."""
        for _ in range(_SWEEPS):
            inner = (watch.inner_pid(pid) for pid in watch.tree(self._own_pid)[1:])
            others = [pid for pid in inner if pid is not None and pid not in keep]
            if not others:
                return
            for pid in others:
                _kill(pid)
            select.select([self._wake.fileno()], [], [], _END_WAIT_S)  # giving back memory takes ms
            self._reap()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, OverflowError):  # the worker may name any number
        os.kill(pid, signal.SIGKILL)

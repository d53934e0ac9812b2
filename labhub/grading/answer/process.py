"""The answer process: the worker that runs a student's cells, and its snapshots.

A snapshot is a fork of the worker between two cells; when no cell is left, the worker itself
becomes the last one. It waits until the examiner speaks to it, which happens only when the
examiner no longer listens to the worker: nothing that a cell shows was made after a hidden value
had been sent.
"""

import contextlib
import gc
import io
import os
import signal
import socket
import sys
import tarfile
import warnings
from pathlib import Path
from typing import NoReturn

from labhub.grading.answer.beside import run_beside
from labhub.grading.answer.files import WorkingFolder
from labhub.grading.answer.keeper import Keeper
from labhub.grading.answer.serve import serve
from labhub.grading.answer.shell import CellRunner, LabShell, capture
from labhub.grading.mail import Letter, Mailbox
from labhub.grading.model import Limits
from labhub.grading.sandbox import namespaces, walls
from labhub.grading.wire import Channel


def be_answer(
    shell: LabShell, limits: Limits, control: int, cells: int, files: int | None, *, walled: bool
) -> NoReturn:
    """Become an answer process: this process the keeper, its child the worker. Does not return.

    `control` and `cells` are the sockets of keeper and worker, `files` a tar archive of what lies
    in the working folder.
    """
    folder = walls.shut_in(limits) if walled else _plain_folder()
    os.chdir(folder)
    if files is not None:
        _unpack(files, folder)
    sys.path[0] = ""  # as in a kernel: `import helper` finds helper.py beside the notebook
    worker = os.fork()
    if worker:
        os.close(cells)
        namespaces.call_process("lab-keeper")
        namespaces.hide_from_debuggers()
        Keeper(Mailbox.of_fd(control), worker).serve()
        os._exit(0)
    os.close(control)
    _be_worker(shell, limits, Mailbox.of_fd(cells))


def _plain_folder() -> Path:
    """Without walls: a folder among the grader's temporary files."""
    import tempfile

    namespaces.adopt_orphans()
    return Path(tempfile.mkdtemp(prefix="lab-"))


def _unpack(descriptor: int, folder: Path) -> None:
    # The offset is shared with who wrote the archive, and with an earlier process that read it.
    os.lseek(descriptor, 0, os.SEEK_SET)
    with (
        contextlib.suppress(tarfile.TarError, OSError),
        open(descriptor, "rb") as file,
        tarfile.open(fileobj=file) as archive,
    ):
        archive.extractall(folder, filter="data")


def _be_worker(shell: LabShell, limits: Limits, mailbox: Mailbox) -> NoReturn:
    os.setsid()
    namespaces.call_process("lab-worker")
    namespaces.die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    capture(shell, limits.output_bytes)
    walls.restrict(limits)
    worker = Worker(shell, mailbox)
    try:
        worker.serve()
    except (EOFError, OSError, ValueError):
        os._exit(1)
    os._exit(0)


class Worker:
    """Does what the examiner's letters say: run a cell, define names, take a snapshot."""

    def __init__(self, shell: LabShell, mailbox: Mailbox) -> None:
        self._shell = shell
        self._runner = CellRunner(shell)
        self._mailbox = mailbox
        self._snapshots = 0
        self._folder = WorkingFolder()
        self._at_start = _tasks()

    def serve(self) -> None:
        """Say hello, then follow letters until one says stop, or the far end is closed."""
        self._mailbox.send({"order": 0})
        while True:
            letter, descriptors = self._mailbox.receive_with_fds()
            if letter["do"] == "stop":
                return
            reply = self._follow(letter, descriptors)
            self._mailbox.send({**reply, "order": letter["order"]})

    def _follow(self, letter: Letter, descriptors: list[int]) -> Letter:
        match letter["do"]:
            case "run":
                return self._run(str(letter["source"]))
            case "define":
                return {"ok": self._runner.run_quietly(str(letter["source"]))}
            case "snapshot":
                return self._snapshot(letter, descriptors[0])
        raise ValueError(f"a worker cannot {letter['do']!r}")

    def _run(self, source: str) -> Letter:
        shown = self._runner.run(source)
        return {
            "ok": shown.ok,
            "interrupted": shown.interrupted,
            "outputs": shown.outputs,
            "count": shown.execution_count,
            "cut": shown.cut,
            "left_running": _tasks() - self._at_start - self._snapshots,
        }

    def _snapshot(self, letter: Letter, descriptor: int) -> Letter:
        folder = self._folder.copy_if_changed()
        if letter["last"] and _threads() == 1:  # of several a fork would hold but this one
            _stop_timers()
            self._mailbox.send({"pid": os.getpid(), "stays": True, "order": letter["order"]})
            self._be_snapshot(letter, descriptor, folder)
        try:
            with warnings.catch_warnings():  # a fork beside a student's threads is what we mean
                warnings.simplefilter("ignore")
                pid = os.fork()
        except OSError as error:
            os.close(descriptor)
            return {"error": error.strerror or "fork failed"}
        if pid == 0:
            self._be_snapshot(letter, descriptor, folder)
        with contextlib.suppress(OSError):  # not only in the child: it may run late
            os.setpgid(pid, pid)
        os.close(descriptor)
        self._snapshots += 1
        return {"pid": pid}

    def _be_snapshot(self, letter: Letter, descriptor: int, folder: Path | None) -> NoReturn:
        try:
            if folder is not None:
                os.chdir(folder)
            with contextlib.suppress(OSError):
                os.setpgid(0, 0)
            namespaces.call_process("lab-snapshot")
            self._mailbox.close()
            gc.freeze()
            _silence()
            if letter["in_process"]:
                run_beside(Mailbox.of_fd(descriptor), self._shell)
            else:
                serve(Channel(socket.socket(fileno=descriptor)), self._shell.user_ns)
        finally:
            os._exit(0)


def _tasks() -> int:
    """This process's threads, and the processes that its main thread has started."""
    children = Path("/proc/thread-self/children").read_text(encoding="ascii")
    return _threads() + len(children.split())


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - hot


def _stop_timers() -> None:
    """As in a fork: an alarm that a cell has set does not ring in a test."""
    for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        signal.setitimer(timer, 0)


def _silence() -> None:
    """What a test makes the student's code print is nobody's output."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(null, descriptor)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False))
    sys.stderr = io.TextIOWrapper(io.FileIO(2, "w", closefd=False))

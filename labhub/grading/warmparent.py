"""The warm parent, seen from the orchestrator: start it, ask it to fork, end it."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from labhub.grading.mail import Letter, Mailbox
from labhub.grading.model import Exam
from labhub.grading.plan import imported_packages
from labhub.grading.sandbox import bubblewrap
from labhub.grading.warm import ON_DEMAND

Sandbox = Literal["bubblewrap", "none"]
_STDERR_CHARS = 2000
_END_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class WarmSetup:
    """How a warm parent is started."""

    sandbox: Sandbox
    view: bubblewrap.View
    preload: tuple[str, ...]


class WarmParent:
    """One running warm parent and the mailbox to it."""

    def __init__(self, setup: WarmSetup) -> None:
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in `end`
        self._folder = tempfile.TemporaryDirectory(prefix="labhub-warm-")
        self.mailbox, theirs = Mailbox.pair()
        try:
            self._process = self._start(setup, theirs.fileno())
        finally:
            theirs.close()
        self.baseline_bytes = 0
        self.ready = False
        self._asked_for: set[str] = set()

    def _start(self, setup: WarmSetup, control: int) -> subprocess.Popen[bytes]:
        program = [
            sys.executable, "-m", "labhub.grading.warm",
            "--control", str(control), "--preload", ",".join(setup.preload),
        ]  # fmt: skip
        walled = setup.sandbox == "bubblewrap"
        if walled:
            bubblewrap.ensure_bubblewrap()
            program = bubblewrap.command_here([*program, "--walled"], setup.view)
            environment = None
        else:
            environment = bubblewrap.unsandboxed_environment(setup.view, Path(self._folder.name))
        return subprocess.Popen(
            program,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            pass_fds=[control],
            env=environment,
            cwd="/" if walled else self._folder.name,
            process_group=0,
        )

    def note_loaded(self, letter: Letter) -> None:
        """It has imported what it was to import, and says how much memory that takes."""
        self.ready = True
        self.baseline_bytes = int(letter["memory_bytes"])

    def import_for(self, exam: Exam) -> None:
        """Ask for what `exam` imports beyond the usual; forks asked for later have it."""
        open_ = set(ON_DEMAND) - self._asked_for
        sources = [*exam.reference, *(cell.source for cell in exam.cells)]
        named = [source for source in sources if any(name in source for name in open_)]
        if more := sorted(imported_packages(named) & open_):
            self._asked_for |= set(more)
            self.mailbox.send({"import": more})

    def fork(self, number: int, role: str, descriptors: Sequence[int], letter: Letter) -> None:
        """Ask for a child. Raises OSError when the warm parent is gone."""
        self.mailbox.send({"fork": number, "role": role, **letter}, descriptors)

    def last_words(self) -> str:
        """The end of what it and its children wrote on standard error."""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")[-_STDERR_CHARS:].strip()

    def end(self) -> None:
        """Hang up and wait; all that was forked from it ends with it."""
        self.mailbox.close()
        if not self.ready:  # nothing was forked from it yet, and importing takes seconds
            self._kill()
        try:
            self._process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()
        self._log.close()
        with contextlib.suppress(OSError):
            self._folder.cleanup()

    def _kill(self) -> None:
        """Kill it; the whole group, for bwrap's child waits for ever if bwrap dies too early."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

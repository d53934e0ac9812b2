"""Runs labhub's verbs as a person would, in a terminal of the demo's."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tools.demo.stage import Stage

SHOWN_LINES = 30


class DemoError(Exception):
    """The demo cannot go on; the message says at which step and why."""


@dataclass(frozen=True)
class Terminal:
    """A shell in the demo's course folder."""

    stage: Stage

    def run(self, verb: str, *arguments: str) -> str:
        """What `labhub VERB` prints.

        Raises DemoError, with the end of what it said, when the verb fails.
        """
        command = [sys.executable, "-m", "labhub.cli", verb, *arguments]
        done = subprocess.run(
            [*command, "--course-dir", str(self.stage.course_dir)],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # On a terminal a verb shows how far it is; elsewhere it says only what matters.
            stderr=None if sys.stderr.isatty() else subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = f"{done.stdout}{done.stderr or ''}".strip().splitlines()[-SHOWN_LINES:]
            words = "\n".join(said)
            raise DemoError(
                f"labhub {verb} {' '.join(arguments)} ended with exit code {done.returncode}:\n"
                f"{words}"
            )
        return done.stdout

    def ask(self, verb: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        """The data that `labhub VERB --json` prints."""
        return json.loads(self.run(verb, *arguments, "--json"))

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "LABHUB_EXCHANGE": str(self.stage.exchange_dir),
            "OMP_NUM_THREADS": "1",
            "NNLAB_MODE": "test",
        }

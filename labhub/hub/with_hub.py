"""Runs a program that ends with the Hub that starts it: `python -m labhub.hub.with_hub COMMAND...`.

A Hub that is killed leaves its services behind. They keep their ports, and their tokens are worth
nothing to the next Hub: hand-ins would be refused until somebody finds and ends them.
"""

import os
import signal
import sys
from collections.abc import Sequence

from labhub.grading.sandbox.namespaces import die_with_parent

MODULE = "labhub.hub.with_hub"


def with_hub(command: Sequence[str]) -> list[str]:
    """The command that runs `command` for as long as the Hub is there. Elsewhere than on Linux
    it is `command` itself."""
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-m", MODULE, *command]


def main(command: Sequence[str]) -> None:
    """Become `command`, which gets SIGTERM as soon as this process's parent ends."""
    parent = os.getppid()
    die_with_parent(signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we had asked to hear of it
        return
    # A Hub that a script runs in the background ignores SIGINT, and so would its children:
    # it would then wait half a minute for each of them before it ends them with SIGTERM.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(command[0], list(command))  # noqa: S606 - what the Hub's configuration says


if __name__ == "__main__":
    main(sys.argv[1:])

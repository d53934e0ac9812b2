"""What the Hub starts with `with_hub` ends with the Hub, and as soon as it is told to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from labhub.hub.with_hub import MODULE, main, with_hub

SLEEP = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]
HUB = f"""
import subprocess, sys, time
child = subprocess.Popen({with_hub(SLEEP)!r}, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""
PATIENCE_S = 60
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is done")


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def test_a_service_ends_with_a_hub_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", HUB], stdout=subprocess.PIPE) as hub:
        assert hub.stdout is not None
        service = psutil.Process(int(hub.stdout.readline()))
        assert service.cmdline() == SLEEP, "the service itself, with nothing in between"
        hub.kill()
        hub.wait()
        wait_until(lambda: not service.is_running() or service.status() == psutil.STATUS_ZOMBIE)


def test_a_service_of_a_hub_in_the_background_can_be_interrupted() -> None:
    """A shell that starts a program in the background has it ignore SIGINT."""
    ignoring = ["import signal, subprocess, sys", "signal.signal(signal.SIGINT, signal.SIG_IGN)"]
    start = f"sys.exit(subprocess.run({with_hub(SLEEP)!r}).returncode)"
    code = "; ".join([*ignoring, start])
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as hub:
        assert hub.stdout is not None
        hub.stdout.readline()
        [service] = psutil.Process(hub.pid).children()
        service.send_signal(signal.SIGINT)
        assert hub.wait(PATIENCE_S) != 0


def test_a_service_whose_hub_is_gone_already_does_not_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parents = iter([7, 1])
    monkeypatch.setattr(f"{MODULE}.die_with_parent", lambda _: None)
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    monkeypatch.setattr(os, "execvp", lambda *_: pytest.fail("it starts"))
    main(["true"])


def test_elsewhere_than_on_linux_the_command_runs_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert with_hub(["true"]) == ["true"]

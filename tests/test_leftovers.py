"""The suite notices programs that outlive it, and only those."""

import os
import subprocess
import sys
from contextlib import suppress

import pytest

from tests import leftovers

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
START_AND_GO = f"import subprocess; print(subprocess.Popen({SLEEP!r}, stdout=-3, stderr=-3).pid)"
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")


@needs_proc
def test_a_program_whose_starter_is_gone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(leftovers.MARK, "of a program without a starter")
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "tests/test_some.py::test_it (call)")
    monkeypatch.setattr(leftovers, "GRACE_S", 0.0)
    started = subprocess.run(
        [sys.executable, "-c", START_AND_GO],
        stdout=subprocess.PIPE,
        check=True,
        start_new_session=True,
    )
    pid = int(started.stdout)
    try:
        [line] = leftovers.left_running()
        assert line.startswith(f"{pid} (tests/test_some.py::test_it (call)): {sys.executable}")
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, 9)


@needs_proc
def test_a_program_that_somebody_still_looks_after_is_none() -> None:
    mark = "of a program with a starter"
    with subprocess.Popen(SLEEP, env={**os.environ, leftovers.MARK: mark}) as child:
        found = leftovers.orphans(mark)
        child.kill()
    assert found == []


def test_a_program_that_is_gone_is_none() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert leftovers.words(child.pid, "environ") == []
    assert leftovers.parent_of(child.pid) == 0
    assert leftovers.is_ours(child.pid)

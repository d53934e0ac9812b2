"""A warm parent leaves nothing behind, whenever it is ended."""

import time
from uuid import uuid4

import pytest

from labhub.grading.sandbox.bubblewrap import view_of_this_python
from labhub.grading.warmparent import WarmParent, WarmSetup
from tests import leftovers

SETUP = WarmSetup("bubblewrap", view_of_this_python(["labhub"]), preload=())
STARTS = 80
STEP_S = 0.0001


def test_ended_while_bubblewrap_still_starts_it_leaves_no_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(leftovers.MARK, mark := uuid4().hex)
    for turn in range(STARTS):
        warm = WarmParent(SETUP)
        time.sleep(turn * STEP_S)
        warm.end()
    monkeypatch.setenv(leftovers.MARK, "of all others")
    assert _left(mark) == []


def _left(mark: str) -> list[int]:
    """What is still there after a while: bwrap's child may be on its way out."""
    until = time.monotonic() + 60
    while (left := leftovers.orphans(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    return left

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
    monkeypatch.setenv(leftovers.MARK, uuid4().hex)
    monkeypatch.setattr(leftovers, "GRACE_S", 60.0)  # bwrap's child may be on its way out
    for turn in range(STARTS):
        warm = WarmParent(SETUP)
        time.sleep(turn * STEP_S)
        warm.end()
    assert leftovers.left_running() == []

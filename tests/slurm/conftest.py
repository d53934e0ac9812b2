"""One real Slurm for all tests that need one."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import chromium as chromium
from tests.slurm.cluster import Slurm, running_slurm, why_not


@pytest.fixture(scope="session")
def shared_slurm() -> Iterator[Slurm]:
    """The running Slurm; skips where this machine cannot have one."""
    if reason := why_not():
        pytest.skip(reason)
    with running_slurm() as slurm:
        yield slurm


@pytest.fixture
def slurm(shared_slurm: Slurm) -> Iterator[Slurm]:
    """The running Slurm without a job, before and after."""
    yield shared_slurm
    shared_slurm.cancel_all()

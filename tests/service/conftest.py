"""A course behind the service, new for each test or shared by tests that only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.stand import Stand, TestClient, make_stand


@pytest.fixture
def stand(tiny_course: Path, tmp_path: Path) -> Iterator[Stand]:
    """The app of a course that a test may change; nothing is released."""
    made = make_stand(tiny_course, tmp_path / "dl")
    with TestClient(made.app) as client:
        made.clients[""] = client
        yield made


@pytest.fixture
def released(stand: Stand) -> Stand:
    """The same, with version 1 released."""
    stand.release()
    return stand

"""One engine for all tests that grade: its warm parent takes seconds to start."""

from collections.abc import Iterator

import pytest

from labhub.grading.engine import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A running engine with the default sandbox and a data folder that holds one file."""
    data = tmp_path_factory.mktemp("data")
    (data / "numbers.txt").write_text("1 2 3")
    with Engine(jobs=2, data_dir=data) as running:
        yield running

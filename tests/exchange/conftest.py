"""The store on both databases: every test that asks for it runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labhub.exchange.store import Store, open_store
from tests.postgresql import Databases, programs, running_postgresql


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """A running PostgreSQL with a database that is up to date."""
    if programs() is None:
        pytest.skip("there is no PostgreSQL on this machine (package postgresql)")
    with running_postgresql() as folder:
        databases = Databases(folder)
        open_store(tmp_path_factory.mktemp("template"), databases.new()).close()
        databases.template = "test1"
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'labhub.db'}"
    databases: Databases = request.getfixturevalue("postgresql")
    return databases.new()


@pytest.fixture
def store(tmp_path: Path, url: str) -> Iterator[Store]:
    """An empty store."""
    found = open_store(tmp_path, url)
    yield found
    found.close()

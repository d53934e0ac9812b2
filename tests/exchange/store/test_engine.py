"""The database of the course: made when it is missing, brought up to date, and safe to write."""

import subprocess
import sys
from datetime import UTC, datetime
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from labhub.exchange.store import Store, hand_in_tables, open_store, tables
from labhub.exchange.store.engine import HEAD, MIGRATIONS
from labhub.exchange.store.errors import StoreTooNewError, StoreUnreachableError
from labhub.exchange.store.events import Author, history, record
from labhub.exchange.store.migrations.versions import r0001_rules, r0002_hand_ins

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
TEACHER = Author("teacher", NOW)


def test_the_migrations_make_the_tables_of_the_code(store: Store) -> None:
    with store.engine.connect() as connection:
        assert tables.events.metadata is hand_in_tables.jobs.metadata
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_the_head_is_the_newest_migration() -> None:
    files = sorted(path.stem for path in (MIGRATIONS / "versions").glob("r*.py"))
    assert files[-1] == HEAD


def test_the_migrations_speak_postgresql_too() -> None:
    said = StringIO()
    options = {"as_sql": True, "output_buffer": said}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context):
        r0001_rules.upgrade()
        r0002_hand_ins.upgrade()
    assert said.getvalue().count("CREATE TABLE") == len(tables.metadata.tables)
    assert "BEFORE UPDATE OR DELETE ON events" in said.getvalue()


def test_a_commit_is_durable(store: Store) -> None:
    with store.reading() as db:
        if db.dialect.name == "sqlite":
            assert db.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert db.execute(text("PRAGMA synchronous")).scalar() == 2
        else:
            assert db.execute(text("SHOW synchronous_commit")).scalar() == "on"


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    with store.writing() as writer:
        record(writer, TEACHER, "x", "y", {})
        with store.reading() as reader:
            assert history(reader) == ()


def test_a_failed_change_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as db:
        record(db, TEACHER, "x", "y", {})
        raise RuntimeError
    with store.reading() as db:
        assert history(db) == ()


def test_an_event_is_neither_changed_nor_deleted(store: Store) -> None:
    with store.writing() as db:
        record(db, TEACHER, "x", "group/g1", {"a": 1})
    for change in (update(tables.events).values(by="other"), delete(tables.events)):
        with pytest.raises(DBAPIError, match="events are only added"), store.writing() as db:
            db.execute(change)
    with store.reading() as db:
        (event,) = history(db, "group/")
        assert (event.by, event.at, event.data) == ("teacher", NOW, {"a": 1})
        assert history(db, "grou_") == ()


def test_moments_and_numbers_come_back_as_they_were(store: Store) -> None:
    with store.writing() as db:
        values = {"item": "i", "student": "s", "reason": "", "by": "t", "at": NOW}
        db.execute(tables.point_decisions.insert().values(points=Fraction(1, 3), **values))
        row = db.execute(select(tables.point_decisions)).one()
        assert (row.points, row.at) == (Fraction(1, 3), NOW)
        with pytest.raises(Exception, match="a moment carries a zone"):
            naive = values | {"at": NOW.replace(tzinfo=None)}
            db.execute(tables.point_decisions.insert().values(points=Fraction(1), **naive))


def test_an_old_database_is_opened_again_without_loss(tmp_path: Path, url: str) -> None:
    for number in range(2):
        store = open_store(tmp_path, url)
        with store.writing() as db:
            record(db, TEACHER, "x", f"{number}", {})
        store.close()
    store = open_store(tmp_path, url)
    with store.reading() as db:
        assert [event.subject for event in history(db)] == ["0", "1"]
    store.close()


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from labhub.exchange.store import open_store
from labhub.exchange.store.events import Author, record
store = open_store(Path(sys.argv[1]), sys.argv[2])
for number in range(10):
    with store.writing() as db:
        record(db, Author("x", datetime.now(UTC)), "a", f"{number}", {})
"""


@pytest.fixture
def empty_url(url: str, request: pytest.FixtureRequest) -> str:
    """A database without any table."""
    if url.startswith("sqlite"):
        return url
    return str(request.getfixturevalue("postgresql").new(empty=True))


def test_several_processes_may_make_and_write_a_new_database_at_once(
    tmp_path: Path, empty_url: str
) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), empty_url]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0, 0]
    store = open_store(tmp_path, empty_url)
    with store.reading() as db:
        assert len(history(db)) == 40
    store.close()


def test_a_database_of_a_newer_labhub_is_refused(tmp_path: Path, url: str) -> None:
    open_store(tmp_path, url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    engine.dispose()
    with pytest.raises(StoreTooNewError, match="r9999, which this labhub does not know"):
        open_store(tmp_path, url)


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite:////nowhere/at/all.db", "oracle://user:secret@host/x"]
)
def test_a_database_that_cannot_be_opened_is_named_without_its_password(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LABHUB_STORE", url)
    with pytest.raises(StoreUnreachableError) as caught:
        open_store(tmp_path)
    assert "cannot be opened" in str(caught.value)
    assert "secret" not in str(caught.value)

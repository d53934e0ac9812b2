"""Opens the database, brings it up to date, and lends connections in transactions."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError

from labhub.exchange.store.errors import (
    DiskFullError,
    StoreBusyError,
    StoreTooNewError,
    StoreUnreachableError,
)

FILE = "labhub.db"
URL = "LABHUB_STORE"
"""Environment variable: the URL of the database, e.g. `postgresql+psycopg://host/course`."""

HEAD = "r0002_hand_ins"
"""The newest migration; a test compares it with the folder."""
LOCK = 0x6C616268
"""Number of the lock that writers of a PostgreSQL database take."""
FULL = ("disk is full", "disk i/o error", "no space left")
BUSY = ("database is locked", "lock timeout", "deadlock detected")
"""How SQLite and PostgreSQL say it."""
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Store:
    """A database that is up to date."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose changes are all made, or none; they are durable at its end.

        Raises `DiskFullError` or `StoreBusyError`.
        """
        with _named(), self.engine.connect() as connection:
            writer = connection.execution_options(labhub_writing=True)
            with writer.begin():
                take_turn(writer)
                yield writer

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def take_turn(writer: Connection) -> None:
    """Let writers queue until this transaction ends: rules read before they write.

    SQLite does so by itself.
    """
    if writer.dialect.name == "postgresql":
        writer.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


def open_store(root: Path, url: str = "") -> Store:
    """The database of the course in the folder `root`, made or brought up to date if need be.

    The URL is that of `url_of`. Raises `StoreUnreachableError` or `StoreTooNewError`.
    """
    url = url_of(root, url)
    try:
        return Store(_up_to_date(create_engine(url)))
    except (SQLAlchemyError, ArgumentError, ImportError, OSError) as error:
        raise StoreUnreachableError(
            f"The database {_without_password(url)} cannot be opened: {_first_line(error)}",
            hint=f"Look at the environment variable {URL}, or at the rights of the folder.",
        ) from error


def url_of(root: Path, url: str = "") -> str:
    """The URL given, else that of `LABHUB_STORE`, else of the file `labhub.db` in `root`."""
    return url or os.environ.get(URL, "") or f"sqlite:///{root / FILE}"


def _up_to_date(engine: Engine) -> Engine:
    """The engine, its database brought up to date."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    try:
        _ensure_newest(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def _named() -> Iterator[None]:
    """What a writer may meet and cannot help: no room, and no turn."""
    try:
        yield
    except OperationalError as error:
        said = str(error.orig).lower()
        if any(sign in said for sign in FULL):
            raise DiskFullError(
                "There is no room left in the database; nothing was written.",
                hint="Tell the staff, and try again when they have made room.",
            ) from error
        if any(sign in said for sign in BUSY):
            raise StoreBusyError(
                "The database was busy for too long; nothing was written.", hint="Try again."
            ) from error
        raise


def _without_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "of that URL"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _prepare_sqlite(engine: Engine) -> None:
    """Readers do not wait for a writer, and a commit is on the disk when it returns.

    The driver's own transactions are switched off: it would begin them too late for a writer that
    reads first.
    """

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: object) -> None:  # noqa: ANN401 - sqlite3's connection
        connection.isolation_level = None
        # The patience comes first: switching to the write-ahead log needs the file alone.
        for pragma in (
            *("busy_timeout=20000", "journal_mode=WAL"),
            *("synchronous=FULL", "foreign_keys=ON"),
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("labhub_writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _ensure_newest(engine: Engine) -> None:
    if _version(engine) == HEAD:
        return
    from alembic import command  # costs a third of a second, needed only after an update
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    found = _version(engine)
    if found is not None and found not in known:
        raise StoreTooNewError(
            f"The database is of version {found}, which this labhub does not know.",
            hint="Install the newer labhub again.",
        )
    command.upgrade(config, "head")


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)

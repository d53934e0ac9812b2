"""Copies all rows of one database into another one, whatever kind each of them is."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Integer, Table, func, insert, select, text

from labhub.exchange.store import hand_in_tables, tables
from labhub.exchange.store.engine import Store

METADATA = tables.events.metadata
assert hand_in_tables.jobs.metadata is METADATA, "both describe one database"
ROWS = 500
"""Rows written at once."""


def copy_rows(source: Store, target: Store) -> dict[str, int]:
    """Copy everything into an empty database that is up to date; the number of rows by table.

    It is one state of the source, whoever writes meanwhile; the target has all of it or nothing.
    """
    with _snapshot(source) as reader, target.writing() as writer:
        counts = {table.name: _copy(reader, writer, table) for table in METADATA.sorted_tables}
        if writer.dialect.name == "postgresql":
            _go_on_counting(writer)
        return counts


def rows_in(store: Store) -> dict[str, int]:
    """The number of rows by table."""
    with store.reading() as db:
        count = {table: select(func.count()).select_from(table) for table in METADATA.sorted_tables}
        return {table.name: db.execute(query).scalar_one() for table, query in count.items()}


@contextmanager
def _snapshot(store: Store) -> Iterator[Connection]:
    """A connection that sees one state, also in a database where others commit meanwhile."""
    with store.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _copy(reader: Connection, writer: Connection, table: Table) -> int:
    found = reader.execution_options(yield_per=ROWS).execute(select(table))
    copied = 0
    for rows in found.mappings().partitions(ROWS):
        writer.execute(insert(table), [dict(row) for row in rows])
        copied += len(rows)
    return copied


def _go_on_counting(writer: Connection) -> None:
    """Numbers that PostgreSQL gives out follow those that were copied."""
    for table in METADATA.sorted_tables:
        for column in table.primary_key:
            if column is not table.autoincrement_column or not isinstance(column.type, Integer):
                continue
            highest = writer.execute(select(func.max(column))).scalar()
            if highest is not None:
                sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :highest)")
                names = {"table": f'"{table.name}"', "column": column.name, "highest": highest}
                writer.execute(sequence, names)

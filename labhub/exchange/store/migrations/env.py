"""Run by alembic: brings the database of the engine that it was given up to date."""

from alembic import context
from sqlalchemy import Engine

from labhub.exchange.store import hand_in_tables, tables
from labhub.exchange.store.engine import take_turn

assert tables.events.metadata is hand_in_tables.jobs.metadata, "both describe one database"


def migrate(engine: Engine) -> None:
    """All steps in one transaction, so that a failed one leaves nothing behind."""
    with engine.connect() as connection:
        writer = connection.execution_options(labhub_writing=True)
        with writer.begin():
            take_turn(writer)
            context.configure(connection=writer, target_metadata=tables.events.metadata)
            context.run_migrations()


migrate(context.config.attributes["engine"])

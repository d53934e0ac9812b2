"""Columns: moments in UTC and exact numbers, the same on every database, and those of any table."""

from datetime import UTC, datetime
from fractions import Fraction

from sqlalchemy import Column, DateTime, Dialect, Integer, MetaData, String, Text
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment with a zone, kept and given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC; one without a zone is a mistake of the program."""
        if value is None:
            return None
        assert value.tzinfo is not None, "a moment carries a zone"
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment; SQLite forgets the zone."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Exact(TypeDecorator[Fraction]):
    """An exact number, kept as text such as `4/5`."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        """The number as text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        """The number of the text."""
        return None if value is None else Fraction(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def identifier(name: str, *, key: bool = False, optional: bool = False) -> Column[str]:
    """The id of an assignment, a person or a group."""
    return Column(name, String(64), primary_key=key, nullable=optional)


def seq() -> Column[int]:
    """The order of writing."""
    return Column("seq", Integer, primary_key=True, autoincrement=True)


def by() -> Column[str]:
    """Who wrote the row."""
    return Column("by", String(128), nullable=False)


def at(name: str = "at", *, optional: bool = False) -> Column[object]:
    """A moment."""
    return Column(name, Moment, nullable=optional)


def text(name: str, *, optional: bool = False) -> Column[str]:
    """A text of any length."""
    return Column(name, Text, nullable=optional)

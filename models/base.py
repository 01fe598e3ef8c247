"""What every table shares: the declarative base, aware times, and the error a rule raises when it says no."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase


class UTCDateTime(sa.TypeDecorator[datetime]):
    """Aware UTC in Python, naive UTC in the database (SQLite keeps no zone). Refuses naive times."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Aware to naive UTC. Raises ValueError for a time without zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are aware; this one has no zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Naive UTC to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class EnumColumn(sa.TypeDecorator[Any]):
    """An enum kept as its plain value: text for a StrEnum, a whole number for an IntEnum. Read back as the enum."""

    impl = sa.String
    cache_ok = True

    def __init__(self, enum: type[Enum], length: int = 20) -> None:
        super().__init__(length)
        self.enum, self.length = enum, length

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Whole numbers or text, by the enum."""
        numbers = issubclass(self.enum, int)
        return dialect.type_descriptor(sa.Integer() if numbers else sa.String(self.length))

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        """The plain value. Raises ValueError for what is not of the enum."""
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        """The enum."""
        return None if value is None else self.enum(value)


class Base(DeclarativeBase):
    """Base of all tables. Constraint names are fixed, so that migrations can name them on both databases."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime, dict[str, Any]: sa.JSON, list[Any]: sa.JSON}  # noqa: RUF012


class Refused(Exception):
    """A rule says no. `key` names the sentence in `texts/` that tells her why and what she can do."""

    key = "refused"

    def __init__(self, **values: Any) -> None:
        """`values` fill the sentence; they are the same plain JSON as a reply's values."""
        super().__init__(self.key)
        self.values = values

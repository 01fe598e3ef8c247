"""Where a trial's data lies: a furnished database on SQLite or PostgreSQL, copied from one that is made once.

The program's time begins at ten in the morning, so that the hour at which the tests run decides nothing.
"""

import shutil
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from models.database import connect
from models.programme import WIB
from tests.faults.people import furnish
from tests.postgres import Postgres

SQLITE, POSTGRESQL = "sqlite", "postgresql"


def morning_offset() -> float:
    """Seconds from now to the next ten o'clock in the morning, WIB."""
    now = datetime.now(WIB)
    ten = now.replace(hour=10, minute=0, second=0, microsecond=0)
    return ((ten if ten > now else ten + timedelta(days=1)) - now).total_seconds()


class Place(ABC):
    """One trial's database. `url` is what the program is told."""

    url: str

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine: sa.Engine | None = None

    @property
    def engine(self) -> sa.Engine:
        """The harness's own way in."""
        self._engine = self._engine or connect(self.url)
        return self._engine

    def asks(self, question: str) -> list[tuple[object, ...]]:
        """The rows of a question."""
        with self.engine.execution_options(read_only=True).connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(question)]

    def snapshot(self) -> sa.Connection:
        """One consistent view of everything, however much is being written meanwhile."""
        options = {} if self.engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        return self.engine.execution_options(read_only=True, **options).connect()

    def close(self) -> None:
        """Let go of it."""
        if self._engine:
            self._engine.dispose()
        self.drop()

    @abstractmethod
    def drop(self) -> None:
        """Remove the data."""


class Places(ABC):
    """Makes furnished databases of one kind."""

    name: str

    @abstractmethod
    def new(self, folder: Path) -> Place:
        """A database for one trial, whose files, if it has any, are in `folder`."""

    @abstractmethod
    def close(self) -> None:
        """End what it runs on."""


class SqlitePlace(Place):
    """One file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"sqlite:///{folder / 'var' / 'berdaya.db'}")
        self.file = folder / "var" / "berdaya.db"

    def drop(self) -> None:
        """The folder is the test's: it goes by itself."""


class SqlitePlaces(Places):
    """Copies of one file."""

    name = SQLITE

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        engine = connect(f"sqlite:///{self._template}")
        furnish(engine, datetime.now(UTC) + timedelta(seconds=morning_offset()))
        engine.dispose()  # the last connection empties the write-ahead log into the file

    def new(self, folder: Path) -> Place:
        """A copy of the template."""
        place = SqlitePlace(folder)
        place.file.parent.mkdir(parents=True)
        shutil.copy(self._template, place.file)
        return place

    def close(self) -> None:
        """The file is the test's: it goes by itself."""


class PostgresPlace(Place):
    """One database of a server."""

    def __init__(self, server: Postgres, url: str) -> None:
        super().__init__(url)
        self.server = server

    def drop(self) -> None:
        """Remove the database; whoever is connected is thrown out."""
        self.server.drop(self.url)


class PostgresPlaces(Places):
    """Databases of one server of our own, copied from a furnished one."""

    name = POSTGRESQL

    def __init__(self) -> None:
        """Raises NoServer where PostgreSQL cannot be had."""
        self._server = Postgres(durable=False).start()
        url = self._server.new_database()
        self._template = url.rpartition("/")[2]
        engine = connect(url)
        furnish(engine, datetime.now(UTC) + timedelta(seconds=morning_offset()))
        engine.dispose()

    def new(self, folder: Path) -> Place:
        """A copy of the template."""
        return PostgresPlace(self._server, self._server.new_database(self._template))

    def close(self) -> None:
        """Stop the server."""
        self._server.stop()


def opened(database: str, folder: Path) -> Places:
    """The places of one kind; `folder` is made. Raises NoServer where PostgreSQL cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    return SqlitePlaces(folder) if database == SQLITE else PostgresPlaces()

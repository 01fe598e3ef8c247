"""Where a test's data lies: an SQLite file where the test says, or in its place a database of its own on a server.

Tests name files; which database stands behind them is chosen around the test (`tests/conftest.py`), so that the same
scenarios are played on both.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
import sqlalchemy as sa

from models import tables as tables  # every table must be known
from models.base import Base
from models.database import connect
from tests.postgres import Postgres


class Databases(Protocol):
    """One kind of database, for one test."""

    def opened(self, file: Path) -> sa.Engine:
        """The database that stands behind a file, with all tables; the same one for the same file."""


class Files:
    """SQLite files."""

    def opened(self, file: Path) -> sa.Engine:
        engine = connect(f"sqlite:///{file}")
        Base.metadata.create_all(engine)
        return engine


class Stock:
    """Databases with all tables on a server. One that was used is emptied and used again: quicker than a new one."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._clean: list[str] = []

    def take(self) -> str:
        """The address of an empty one."""
        if self._clean:
            return self._clean.pop()
        url = self._server.new_database()
        engine = connect(url)
        Base.metadata.create_all(engine)
        engine.dispose()
        return url

    def give_back(self, url: str) -> None:
        """Empty it; one that somebody still holds locked is thrown away."""
        try:
            with psycopg.connect(url, autocommit=True, options="-c lock_timeout=2s") as connection:
                connection.execute(_EMPTIED.encode())
        except psycopg.errors.LockNotAvailable:
            self._server.drop(url)
        else:
            self._clean.append(url)


class OnServer:
    """Databases on a server, taken from a stock."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._urls: dict[Path, str] = {}
        self._engines: list[sa.Engine] = []

    def opened(self, file: Path) -> sa.Engine:
        if file not in self._urls:
            self._urls[file] = self._stock.take()
        self._engines.append(connect(self._urls[file]))
        return self._engines[-1]

    def close(self) -> None:
        """Give everything back."""
        for engine in self._engines:
            engine.dispose()
        for url in self._urls.values():
            self._stock.give_back(url)


_EMPTIED = ";".join([
    "SET session_replication_role = replica",  # no foreign key is looked at: nothing is left to refer to
    *(f'DELETE FROM "{table.name}"' for table in Base.metadata.tables.values()),
    "SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL",
])  # fmt: skip
#: What the test at hand uses.
_current: list[Databases] = [Files()]


def opened(file: Path) -> sa.Engine:
    """A test's database with all tables. `file` is where it lies, if it is a file."""
    return _current[-1].opened(file)


@contextmanager
def using(databases: Databases) -> Iterator[None]:
    """Inside, `opened` gives databases of this kind."""
    _current.append(databases)
    try:
        yield
    finally:
        _current.pop()


@contextmanager
def shared_server(folder: Path) -> Iterator[Postgres]:
    """One server for all processes of a test run: the first who asks starts it, and stops it when all others have ended.

    `folder` is common to them. Raises NoServer.
    """
    with (folder / "postgres.users").open("w") as users:
        with _alone(folder):
            server, is_mine = _found_or_started(folder)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield server
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            while is_mine and not _stopped(folder, server):
                time.sleep(0.05)


def _found_or_started(folder: Path) -> tuple[Postgres, bool]:
    note = folder / "postgres.port"
    server = Postgres(durable=False)
    if note.exists():
        server.port = int(note.read_text("utf-8"))
        return server, False
    server.start()
    note.write_text(str(server.port), "utf-8")
    return server, True


def _stopped(folder: Path, server: Postgres) -> bool:
    """Stop the server unless somebody uses it; whether that was done."""
    with _alone(folder), (folder / "postgres.users").open("w") as users:
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        (folder / "postgres.port").unlink()
        server.stop()
        return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

"""Opening the database: the engine with its settings, and the session every rule is given."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

#: How long a short command waits for another's transaction (`rules.md`, Database and processes), in milliseconds.
BUSY_TIMEOUT_MS = 10_000
#: On PostgreSQL a process that hangs must not keep others waiting: a transaction in which nothing happens is ended by the
#: server, and a lock is not waited for longer than any step may take.
SERVER_OPTIONS = "-c idle_in_transaction_session_timeout=5s -c lock_timeout=8s"
#: Connections to a server that are kept open, if so many were in use at once; a few more for a moment.
POOL = 14
#: How long the log grows before it is written back, in pages of 4 kB: each time costs several syncs (default 1,000).
LOG_PAGES = 4000
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}",
    f"wal_autocheckpoint={LOG_PAGES}",
)  # fmt: skip


def connect(url: str) -> sa.Engine:
    """An engine for a database URL (`sqlite:///…`, `postgresql://…`). Makes the folder of an SQLite file.

    Nothing is opened yet: what cannot be raises OperationalError when it is first used.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            with suppress(OSError):
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return _sqlite(parsed)
    ours = parsed.set(drivername="postgresql+psycopg")
    return sa.create_engine(ours, pool_pre_ping=True, pool_size=POOL, connect_args={"options": SERVER_OPTIONS})


def _sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, pool_use_lifo=True, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        if url.database and url.database != ":memory:":
            with suppress(OSError):  # personal data: for its owner alone; SQLite gives its log files the same mode
                Path(url.database).chmod(0o600)
        connection.isolation_level = None  # SQLAlchemy begins transactions itself, below
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A write transaction that starts as a read could be refused half-way; a read must not wait for the writer.
        reads = connection.get_execution_options().get("read_only", False)
        begin = "BEGIN" if reads else "BEGIN IMMEDIATE"
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute(begin)
        except sqlite3.Error as problem:
            raise sa.exc.DBAPIError.instance(
                begin, None, problem, sqlite3.Error, dialect=connection.dialect
            ) from problem

    return engine


def truncate_log(engine: sa.Engine) -> None:
    """Empty SQLite's write-ahead log, so that what was erased is in no file any more. Other databases need no such step."""
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


@contextmanager
def writing(engine: sa.Engine) -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back on an exception."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: sa.Engine) -> Iterator[Session]:
    """One consistent view of the data. What is changed in it is not kept."""
    with Session(engine.execution_options(read_only=True), expire_on_commit=False) as session:
        yield session

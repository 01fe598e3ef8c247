"""One `berdaya run` for one database: a lock beside an SQLite file or in the server, freed when the process dies."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

#: A program that was killed a moment ago may take so long to be gone, in seconds.
PATIENCE = 2.0


class AlreadyRunning(Exception):
    """Another `berdaya run` holds this file."""


class NoPlace(OSError):
    """The lock's file cannot be made: the database's folder is missing or closed to us."""


class Lock(Protocol):
    """What keeps a second run away."""

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning if another process has it."""

    def release(self) -> None:
        """Give the lock back."""


class FileLock:
    """Holds `<file>.lock` until the process ends or `release` is called."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning if another process has it, NoPlace where its file cannot be made."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as problem:
            raise NoPlace(f"{problem.strerror}: {self.path.parent}") from problem
        if not _patiently(lambda: _taken(handle)):
            os.close(handle)
            raise AlreadyRunning(self.path)
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle

    def release(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class ServerLock:
    """Holds a lock in a PostgreSQL database, by a connection of its own, until it ends or `release` is called.

    A server that restarts forgets it: then a second run would not be refused, and the leases of rows keep the two apart.
    """

    def __init__(self, database: sa.Engine) -> None:
        self._database = database
        self._connection: sa.Connection | None = None

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning if another process has it, OperationalError without a server."""
        connection = self._database.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()  # the pool may close or lend its connections, and this one is the lock
        if not _patiently(lambda: connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_OF_RUN)))):
            connection.close()
            raise AlreadyRunning(self._database.url.render_as_string(hide_password=True))
        self._connection = connection

    def release(self) -> None:
        """Give the lock back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


#: The lock's name in its database: any number no other lock of ours has.
_OF_RUN = 0x6265726461796101


def _patiently(attempt: Callable[[], Any]) -> bool:
    """Try until it works, for as long as a program that was killed may need; whether it did."""
    until = time.monotonic() + PATIENCE
    while not attempt():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""One `berdaya run` for one SQLite file: an advisory lock beside it, which the system frees when the process dies."""

import fcntl
import os
import time
from pathlib import Path


#: A program that was killed a moment ago may take so long to be gone, in seconds.
PATIENCE = 2.0


class AlreadyRunning(Exception):
    """Another `berdaya run` holds this file."""


class FileLock:
    """Holds `<file>.lock` until the process ends or `release` is called."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".lock")
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning if another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + PATIENCE
        while not _taken(handle):
            if time.monotonic() > until:
                os.close(handle)
                raise AlreadyRunning(self.path)
            time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle

    def release(self) -> None:
        """Give the lock back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

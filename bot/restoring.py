"""Bringing a backup back. Everything is done on a copy of the file first; then it takes the database's place at once.

In the copy the tables get their newest form, the sweeps catch up with what fell due since the backup, and everything
unsent is held. So at no moment is there a database that would send old messages by itself.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot import backup_file
from bot.backup_file import NotABackup
from bot.jobs import JOBS
from models import holding, migrations
from models.database import connect, reading, writing
from models.events import Event
from models.holding import Held
from models.messages import OutboxMessage
from models.people import Contact, Person
from models.programme import Programme

#: Sweeps that turn what fell due into messages. Broadcasts are paused instead; nothing is let go of here.
CATCH_UP = ("events", "handovers", "reminders", "offers", "summaries")


class Busy(Exception):
    """A short command is working with the database right now."""


@dataclass(frozen=True, slots=True)
class There:
    """What is in the database that is to be replaced. `readable` is False where it is damaged."""

    people: int = 0
    events: int = 0
    messages: int = 0
    readable: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be lost."""
        return self.readable and not (self.people or self.events or self.messages)


def there(database: sa.Engine) -> There:
    """What a database holds. A file that is not there, and tables that are not there, hold nothing."""
    if database.url.get_backend_name() == "sqlite" and not Path(database.url.database or "").exists():
        return There()
    try:
        with reading(database) as session:
            if not sa.inspect(session.connection()).has_table(Contact.__tablename__):
                return There()
            how_many = [session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in (Person, Contact)]
            events = session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0
            messages = session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) or 0
            return There(max(how_many), events, messages)
    except sa.exc.DatabaseError:
        return There(readable=False)


def prepare(file: Path, copy: Path, now: datetime, programme: Programme) -> Held:
    """Make of a checked backup, in the empty file `copy`, a database in the newest form that sends nothing old.

    Raises NotABackup for a form of the tables that only a newer program knows.
    """
    shutil.copyfile(file, copy)
    backup_file.unseal(copy)
    database = connect(f"sqlite:///{copy}")
    try:
        with database.connect() as connection:
            unknown = [name for name in migrations.revisions(connection) if not migrations.is_known(name)]
        if unknown:
            raise NotABackup(f"{file} was made by a newer version of Berdaya (tables {', '.join(unknown)}).")
        migrations.upgrade(database)
        return _hold(database, now, programme)
    finally:
        database.dispose()
        with closing(sqlite3.connect(copy)) as plain:
            plain.execute("PRAGMA journal_mode=DELETE")


def _hold(database: sa.Engine, now: datetime, programme: Programme) -> Held:
    def do(rule: Callable[[Session], int]) -> int:
        with writing(database) as session:
            return rule(session)

    paused = do(holding.pause_broadcasts)
    expired = do(lambda session: holding.expire_missed(session, now, programme))
    for name in CATCH_UP:
        while do(partial(JOBS[name], now=now, programme=programme)):
            continue
    held = do(lambda session: holding.hold_unsent(session, now))
    with writing(database) as session:
        holding.remember_restore(session, now)
    return Held(held, expired, paused)


def swap(copy: Path, database: Path) -> Path | None:
    """Put a prepared file in the place of an SQLite database; where the old one is kept now. Hold its lock meanwhile.

    At every moment there is either the old database or the new one. Raises Busy.
    """
    _same_owner(copy, database)
    backup_file.on_disk(copy)
    kept = _kept_beside(database) if database.exists() else None
    if kept is not None:
        _close_log(database)
        os.link(database, kept)
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                os.replace(database.with_name(database.name + end), kept.with_name(kept.name + end))
    os.replace(copy, database)
    backup_file.on_disk(database.parent)
    return kept


def _same_owner(copy: Path, database: Path) -> None:
    """Whoever restores as root must not take the file from the user the program runs as."""
    if database.exists() and os.geteuid() == 0:
        was = database.stat()
        os.chown(copy, was.st_uid, was.st_gid)


def _kept_beside(database: Path) -> Path:
    """A name for the old database that is still free."""
    name, number = f"{database.name}.before-restore", 1
    while (free := database.with_name(name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return free


def _close_log(database: Path) -> None:
    """Bring what stands in the write-ahead log into the file itself. A damaged file keeps its log beside it."""
    try:
        with closing(sqlite3.connect(database, timeout=10)) as old:
            old.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Busy from problem
    except sqlite3.DatabaseError:
        return


def same(file: Path, other: Path) -> bool:
    """Whether two names are one file."""
    return file.exists() and other.exists() and file.samefile(other)

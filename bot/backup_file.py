"""A backup: one SQLite file, whatever database it was made from, that says of itself what must be in it.

So the same file goes back into SQLite or into PostgreSQL, also into the other one, and anybody can open it. Beside the
programme's tables it holds `backup` (when, from what, which form of the tables) and `backup_tables` (rows and checksum
of each). How it is filled is in `backup_sqlite.py` and `backup_server.py`, how it is brought back in `restoring.py`.
"""

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from models.migrations import BACKUP_MARK, VERSION_TABLE

#: Form of the file itself, not of the tables in it.
FORMAT = "1"
#: Tables that belong to the backup and not to the programme.
OWN = ("backup", "backup_tables")
#: Rows held in memory at a time.
ROWS = 1000

#: Told what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]


class NotABackup(Exception):
    """The file is no backup, or not the whole of one. Carries a sentence for whoever called the command."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says of itself. `tables`: name → rows."""

    made_at: datetime
    source: str  #: "sqlite" or "postgresql"
    revision: str  #: form of the tables
    tables: dict[str, int]

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.tables.values())


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A file to fill beside the target; takes the target's place when it is whole and on disk.

    Whatever goes wrong, the target stays as it was and nothing half-written is left.
    """
    with spare_file(target) as part:
        yield part
        on_disk(part)
        os.replace(part, target)
        on_disk(target.parent)


@contextmanager
def spare_file(target: Path) -> Iterator[Path]:
    """An empty file beside the target, for its owner alone; what is still there at the end is deleted."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        yield part
    finally:
        for left in (part, part.with_name(part.name + "-wal"), part.with_name(part.name + "-shm")):
            left.unlink(missing_ok=True)


def on_disk(path: Path) -> None:
    """Return when a file, or a folder's list of names, has reached the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def seal(file: Path, source: str, now: datetime, progress: Progress) -> Contents:
    """Write into a filled file what is in it, and make it a backup."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        tables = table_names(database)
        sums = [(name, *_sum(database, name, progress)) for name in tables]
        revision = _revision(database)
        database.execute("BEGIN")
        database.execute("CREATE TABLE backup (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        database.execute('CREATE TABLE backup_tables (name TEXT PRIMARY KEY, "rows" INTEGER NOT NULL, sha256 TEXT)')
        facts = {"format": FORMAT, "made_at": now.isoformat(), "source": source, "revision": revision}
        database.executemany("INSERT INTO backup VALUES (?, ?)", facts.items())
        database.executemany("INSERT INTO backup_tables VALUES (?, ?, ?)", sums)
        database.execute("COMMIT")
        database.execute(f"PRAGMA application_id={BACKUP_MARK}")
    return Contents(now, source, revision, {name: rows for name, rows, _ in sums})


def unseal(file: Path) -> None:
    """Make a copy of a backup an ordinary database again."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for name in OWN:
            database.execute(f"DROP TABLE {name}")
        database.execute("PRAGMA application_id=0")


def checked(file: Path, progress: Progress) -> Contents:
    """Read a backup from its first to its last byte; what it holds. Raises NotABackup with what is wrong."""
    if not file.is_file():
        raise NotABackup(f"{file} is not there.")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            if database.execute("PRAGMA application_id").fetchone()[0] != BACKUP_MARK:
                raise NotABackup(f"{file} is not a backup made by `berdaya backup`.")
            return _checked(file, database, progress)
    except (sqlite3.DatabaseError, ValueError, KeyError) as problem:
        raise NotABackup(f"{file} is damaged: {problem}.") from problem


def _checked(file: Path, database: sqlite3.Connection, progress: Progress) -> Contents:
    facts = dict(database.execute("SELECT key, value FROM backup"))
    if facts["format"] != FORMAT:
        raise NotABackup(f"{file} was made by a newer version of Berdaya.")
    progress("integrity", 0, 1)
    if (found := database.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
        raise NotABackup(f"{file} is damaged: {found}.")
    expected = {name: (rows, digest) for name, rows, digest in database.execute("SELECT * FROM backup_tables")}
    if set(expected) != set(table_names(database)) or _revision(database) != facts["revision"]:
        raise NotABackup(f"{file} is damaged: its tables are not those it was made with.")
    for name, promised in expected.items():
        if _sum(database, name, progress) != promised:
            raise NotABackup(f"{file} is damaged: table {name} is not as it was written.")
    if broken := database.execute("PRAGMA foreign_key_check").fetchone():
        raise NotABackup(f"{file} is damaged: a row of table {broken[0]} belongs to nothing.")
    return Contents(
        datetime.fromisoformat(facts["made_at"]), facts["source"], facts["revision"],
        {name: rows for name, (rows, _) in expected.items()},
    )  # fmt: skip


def table_names(database: sqlite3.Connection) -> list[str]:
    """The programme's tables in a file."""
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in found if not name.startswith("sqlite_") and name not in (*OWN, VERSION_TABLE)]


def _revision(database: sqlite3.Connection) -> str:
    found = [revision for (revision,) in database.execute(f"SELECT version_num FROM {VERSION_TABLE}")]
    return json.dumps(sorted(found))


def _sum(database: sqlite3.Connection, table: str, progress: Progress) -> tuple[int, str]:
    """Rows of a table, and a checksum over them in their order."""
    digest, rows = hashlib.sha256(), 0
    cursor = database.execute(f'SELECT * FROM "{table}" ORDER BY rowid')
    while batch := cursor.fetchmany(ROWS):
        digest.update("\n".join(map(ascii, batch)).encode() + b"\n")
        rows += len(batch)
        progress(table, rows, 0)
    return rows, digest.hexdigest()

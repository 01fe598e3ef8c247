"""Copying an SQLite database while others write to it.

SQLite's online backup goes page by page. It starts anew whenever somebody else writes, so on a busy day it would never
end, unless its own connection holds a read transaction: then it copies the one state that was there at the beginning.
In WAL mode such a reader holds up no writer. (`VACUUM INTO` reads the same way but says nothing of how far it is.)
"""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot import backup_file
from bot.backup_file import Contents, NotABackup, Progress, table_names

#: Pages copied between two looks at the progress bar.
PAGES = 500
#: How long to wait for whoever is recovering or checkpointing the file, in seconds.
PATIENCE = 10


def copy(source: Path, target: Path, now: datetime, progress: Progress) -> Contents:
    """Fill the empty file `target` with the state of `source` at this moment. Raises NotABackup if they differ."""
    uri = f"{source.resolve().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE)) as database:
        database.execute("BEGIN")
        counted = _counts(database)  # the first read fixes the state that is copied
        with closing(sqlite3.connect(target, isolation_level=None)) as new:
            new.execute("PRAGMA synchronous=OFF")  # the whole file is brought to disk once, at the end
            database.backup(new, pages=PAGES, progress=lambda _, left, all_: progress("pages", all_ - left, all_))
        database.execute("ROLLBACK")
    contents = backup_file.seal(target, "sqlite", now, progress)
    if contents.tables != counted:
        raise NotABackup("The copy does not hold what the database held. Nothing was written.")
    return contents


def _counts(database: sqlite3.Connection) -> dict[str, int]:
    return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in table_names(database)}

"""Copying a PostgreSQL database into a backup file, and a backup file into a PostgreSQL database.

Our own copy, because `pg_dump` need not be installed where this program runs. It reads everything in one REPEATABLE READ
transaction, so it sees one moment and holds up nobody; it writes everything in one transaction, so others see the old
data or the new. Rows go through in small portions: memory does not grow with the database.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import Connection, sql

from bot import backup_file
from bot.backup_file import ROWS, Contents, Progress, table_names
from models import migrations
from models.base import Base
from models.database import connect

#: How long to wait for somebody's lock before the data is replaced, in seconds.
PATIENCE = 10
#: How long the server may take to notice that a program has ended, in seconds.
LEAVES_WITHIN = 2.0
_OTHERS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
_STAMP = sql.SQL("to_char({}, 'YYYY-MM-DD HH24:MI:SS.US')")
#: Type at the server → how its value is read, and as what, so that SQLite keeps it as this program writes it there.
_READ: tuple[tuple[type[sa.types.TypeEngine[Any]], sql.SQL, str], ...] = (
    (sa.Boolean, sql.SQL("{}::int"), "int4"),
    (sa.DateTime, _STAMP, "text"),
    (sa.JSON, sql.SQL("{}::text"), "text"),
    (sa.LargeBinary, sql.SQL("{}"), "bytea"),
    (sa.Integer, sql.SQL("{}"), "int8"),
    (sa.Float, sql.SQL("{}"), "float8"),
)
_AS_TEXT = (sql.SQL("{}::text"), "text")


class InUse(Exception):
    """Other programs are connected to the database that is to be replaced. `args`: how many."""


class ServerTrouble(Exception):
    """The server did not do its part. Carries its first sentence; nothing is changed."""


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, sa.exc.DBAPIError) as problem:
        raise ServerTrouble(str(problem).partition("\n")[0]) from problem


def copy(database: sa.Engine, target: Path, now: datetime, progress: Progress) -> Contents:
    """Fill the empty file `target` with the state of a server's database at this moment. Raises ServerTrouble."""
    one_moment = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _in_plain_words(), database.connect().execution_options(**one_moment) as connection:
        _make_tables(target, migrations.revisions(connection))
        kinds = _kinds(connection)
        with closing(sqlite3.connect(target, isolation_level=None)) as file:
            file.execute("PRAGMA synchronous=OFF")
            file.execute("BEGIN")
            for table in table_names(file):
                _copy_table(_psycopg(connection), file, table, kinds, progress)
            file.execute("COMMIT")
    return backup_file.seal(target, "postgresql", now, progress)


def _make_tables(target: Path, revisions: Sequence[str]) -> None:
    """The same form of tables as the server has, not the newest: a backup is what one makes before migrating."""
    empty = connect(f"sqlite:///{target}")
    for revision in revisions:
        migrations.upgrade_to(empty, revision)
    empty.dispose()


def _kinds(connection: sa.Connection) -> dict[str, dict[str, sa.types.TypeEngine[Any]]]:
    inspector = sa.inspect(connection)
    return {t: {c["name"]: c["type"] for c in inspector.get_columns(t)} for t in inspector.get_table_names()}


def _copy_table(
    server: "Connection[Any]",
    file: sqlite3.Connection,
    table: str,
    kinds: dict[str, dict[str, sa.types.TypeEngine[Any]]],
    progress: Progress,
) -> None:
    columns = [name for _, name, *_ in file.execute(f'PRAGMA table_info("{table}")')]
    read = [(name, *_reading(kinds[table][name])) for name in columns]
    fields = sql.SQL(", ").join(how.format(sql.Identifier(name)) for name, how, _ in read)
    question = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(fields, sql.Identifier(table))
    places = ", ".join("?" * len(columns))
    with server.cursor() as cursor, cursor.copy(question) as rows:
        rows.set_types([kind for *_, kind in read])
        done = 0
        for batch in _portions(rows.rows()):
            file.executemany(f'INSERT INTO "{table}" VALUES ({places})', batch)
            done += len(batch)
            progress(table, done, 0)
        if done != cursor.rowcount:
            raise ServerTrouble(f"table {table} was not read to its end")


def _reading(kind: sa.types.TypeEngine[Any]) -> tuple[sql.SQL, str]:
    return next(((how, name) for of, how, name in _READ if isinstance(kind, of)), _AS_TEXT)


def load(database: sa.Engine, file: Path, progress: Progress) -> None:
    """Replace everything in a server's database by a file in the newest form, in one transaction.

    Raises InUse while other programs are connected, ServerTrouble.
    """
    tables = [table.name for table in Base.metadata.sorted_tables]
    with _in_plain_words(), closing(sqlite3.connect(file)) as source, database.begin() as connection:
        alone(connection)
        server = _psycopg(connection)
        names = sql.SQL(", ").join(map(sql.Identifier, tables))
        server.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{PATIENCE}s")))
        server.execute(sql.SQL("TRUNCATE {}").format(names))
        for table in tables:
            loaded = _load_table(server, source, table, progress)
            if loaded != source.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]:
                raise ServerTrouble(f"table {table} did not arrive whole")
        for made in Base.metadata.sorted_tables:
            _set_sequence(server, made)


def alone(connection: sa.Connection) -> None:
    """Raises InUse while another program is connected to the same database. One that has just ended is waited for."""
    until = time.monotonic() + LEAVES_WITHIN
    while others := connection.scalar(_OTHERS):
        if time.monotonic() > until:
            raise InUse(others)
        time.sleep(0.05)
        connection.execute(sa.text("SELECT pg_stat_clear_snapshot()"))


def _load_table(server: "Connection[Any]", source: sqlite3.Connection, table: str, progress: Progress) -> int:
    columns = [name for _, name, *_ in source.execute(f'PRAGMA table_info("{table}")')]
    order = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    done = 0
    with server.cursor() as cursor:
        with cursor.copy(order) as target:
            for row in source.execute(f'SELECT * FROM "{table}" ORDER BY rowid'):
                target.write_row([_fit(value) for value in row])
                done += 1
                if done % ROWS == 0:
                    progress(table, done, 0)
        return cursor.rowcount


def _fit(value: Any) -> Any:
    """PostgreSQL's texts hold no NUL."""
    return value.replace("\0", "") if isinstance(value, str) and "\0" in value else value


def _set_sequence(server: "Connection[Any]", table: sa.Table) -> None:
    """The next row gets a number that is free."""
    key = table.autoincrement_column
    if key is None:
        return
    found = server.execute("SELECT pg_get_serial_sequence(%s, %s)", [table.name, key.name]).fetchone()
    if found is None or found[0] is None:
        return
    highest = sql.SQL("SELECT setval(%s, coalesce(max({0}), 1), max({0}) IS NOT NULL) FROM {1}")
    server.execute(highest.format(sql.Identifier(key.name), sql.Identifier(table.name)), [found[0]])


def _psycopg(connection: sa.Connection) -> "Connection[Any]":
    found = connection.connection.driver_connection
    assert isinstance(found, Connection)
    return found


def _portions(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS:
            yield batch
            batch = []
    if batch:
        yield batch

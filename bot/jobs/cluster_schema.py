"""Procrastinate's own tables, brought to the form the installed release needs. Used by `berdaya migrate`.

Which of its migrations a database has is written into the comment of its main table, in the same transaction.
"""

from pathlib import Path

import psycopg
from procrastinate.schema import SchemaManager

_MARK = "berdaya "
_LOCK = 726_335_221  # any number of our own: two `migrate` at once wait for one another


def upgrade(url: str) -> bool:
    """Bring the tables to the form of the installed release; whether anything had to be done."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        found = _found(connection)
        missing = [name for name in _names() if found is not None and name > found]
        if found is not None and not missing:
            return False
        steps = [SchemaManager.get_schema()] if found is None else [_text(name) for name in missing]
        for step in steps:
            connection.execute(step.encode())
        _mark(connection, _names()[-1])
        return True


def is_current(url: str) -> bool:
    """Whether the tables are there, in the form of the installed release."""
    with psycopg.connect(url) as connection:
        return _found(connection) == _names()[-1]


def _found(connection: psycopg.Connection) -> str | None:
    """The newest migration the database has; None without tables. Tables without our mark are of this release."""
    row = connection.execute(
        "SELECT to_regclass('procrastinate_jobs')::text, obj_description(to_regclass('procrastinate_jobs'), 'pg_class')"
    ).fetchone()
    if row is None or row[0] is None:
        return None
    return str(row[1]).removeprefix(_MARK) if row[1] and str(row[1]).startswith(_MARK) else _names()[-1]


def _mark(connection: psycopg.Connection, name: str) -> None:
    comment = psycopg.sql.SQL("COMMENT ON TABLE procrastinate_jobs IS {}").format(psycopg.sql.Literal(_MARK + name))
    connection.execute(comment)


def _names() -> list[str]:
    return sorted(path.name for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _text(name: str) -> str:
    return (Path(SchemaManager.get_migrations_path()) / name).read_text("utf-8")

"""The history of the tables, for Alembic. `upgrade` brings a database to the newest form."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

#: Table in which Alembic keeps the form of the others.
VERSION_TABLE = "alembic_version"
#: SQLite's `application_id` of a backup («BDYA»): no program runs on one before it was restored.
BACKUP_MARK = 0x42445941


class IsABackup(Exception):
    """The database file is a backup. Used as it is, it would send what was unsent when it was made."""


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    """Bring the tables to the newest form; nothing happens when they are. Raises IsABackup."""
    _no_backup(engine)
    if not is_current(engine):
        upgrade_to(engine, "head")


def upgrade_to(engine: sa.Engine, revision: str) -> None:
    """Bring the tables to one form."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def revisions(connection: sa.Connection) -> tuple[str, ...]:
    """The form the tables have; none in an empty database."""
    return MigrationContext.configure(connection).get_current_heads()


def is_known(revision: str) -> bool:
    """Whether this program knows a form of the tables, so that it can bring it to the newest."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _no_backup(engine: sa.Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with engine.connect().execution_options(read_only=True) as connection:
        if connection.exec_driver_sql("PRAGMA application_id").scalar() == BACKUP_MARK:
            raise IsABackup(f"{engine.url.database} is a backup. Bring it back with `berdaya restore`.")


def is_current(engine: sa.Engine) -> bool:
    """Whether the tables have the newest form."""
    with engine.connect().execution_options(read_only=True) as connection:
        found = revisions(connection)
    return set(found) == set(ScriptDirectory.from_config(_config()).get_heads())

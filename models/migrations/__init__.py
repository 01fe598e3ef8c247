"""The history of the tables, for Alembic. `upgrade` brings a database to the newest form."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: sa.Engine) -> None:
    """Bring the tables to the newest form; nothing happens when they are."""
    if is_current(engine):
        return
    with engine.begin() as connection:
        command.upgrade(_config(connection), "head")


def is_current(engine: sa.Engine) -> bool:
    """Whether the tables have the newest form."""
    with engine.connect().execution_options(read_only=True) as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(ScriptDirectory.from_config(_config()).get_heads())

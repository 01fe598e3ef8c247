"""`berdaya migrate`: bring the database to its newest form."""

import sqlalchemy as sa

from bot.cluster import address_of
from bot.commands.context import ConfigFile, settings
from models import migrations
from models.database import connect


def migrate(config: ConfigFile = None) -> None:
    """Bring the database's tables to their newest form, and on PostgreSQL those of the work queue."""
    database = connect(settings(config).database.url)
    was_current = migrations.is_current(database)
    migrations.upgrade(database)
    queue_changed = database.dialect.name == "postgresql" and _upgrade_queue(database)
    database.dispose()
    if was_current and not queue_changed:
        print("The database is in its newest form.")
    else:
        print("The database was brought to its newest form.")


def _upgrade_queue(database: sa.Engine) -> bool:
    """The tables of `berdaya work`; whether anything had to be done."""
    try:
        from bot.jobs import cluster_schema
    except ImportError:
        print("Without the extra `cluster` there is no work queue: `berdaya run` works, `berdaya work` does not.")
        return False
    return cluster_schema.upgrade(address_of(database))

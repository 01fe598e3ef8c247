"""`berdaya migrate`: bring the database to its newest form."""

from bot.commands.context import ConfigFile, settings
from models import migrations
from models.database import connect


def migrate(config: ConfigFile = None) -> None:
    """Bring the database's tables to their newest form."""
    database = connect(settings(config).database.url)
    if migrations.is_current(database):
        print("The database is in its newest form.")
        return
    migrations.upgrade(database)
    print("The database was brought to its newest form.")

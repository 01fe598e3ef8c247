"""The migrations lead to exactly the tables the code works with."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import models.tables  # noqa: F401  # every table must be known
from models import migrations
from models.base import Base
from models.database import connect


def test_a_new_database_has_the_tables_the_code_knows(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    assert not migrations.is_current(engine)
    migrations.upgrade(engine)
    assert migrations.is_current(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'new.db'}")
    migrations.upgrade(engine)
    migrations.upgrade(engine)
    assert migrations.is_current(engine)

"""Alembic's entry: runs the versions over the connection it is given."""

from alembic import context

import models.tables
from models.base import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()

__all__ = ["models"]

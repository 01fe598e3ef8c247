"""A process that is stopped in the middle of a transaction must not keep the others from their rows."""

import select
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from bot.cluster import bound_transactions
from models.database import connect

_LOCK = "SELECT 1 FROM row_of_all FOR UPDATE"


@pytest.fixture
def free(database_url: str) -> Iterator[sa.Engine]:
    """Somebody else at the same row, who waits for it for 4 seconds at most."""
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE row_of_all AS SELECT 1 AS one"))
    yield engine
    engine.dispose()


@contextmanager
def stopped_in_the_middle(engine: sa.Engine) -> Iterator[None]:
    """A connection that has locked the row and then says nothing more, in the middle of a pipeline of statements."""
    raw = engine.raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    pipeline = driver.pipeline()
    pipeline.__enter__()
    driver.execute(_LOCK)
    driver.pgconn.send_flush_request()
    driver.pgconn.flush()
    # The server answers when it has locked the row: nobody may ask for it before.
    select.select([driver.pgconn.socket], [], [])
    yield
    raw.invalidate()


def _waits_and_gets_it(engine: sa.Engine) -> bool:
    with engine.begin() as connection:
        connection.execute(sa.text("SET LOCAL lock_timeout = '4s'"))
        try:
            connection.execute(sa.text(_LOCK))
        except sa.exc.OperationalError:
            return False
        return True


def test_the_server_ends_its_transaction(free: sa.Engine, database_url: str) -> None:
    stopped = connect(database_url)
    bound_transactions(stopped, 1)
    with stopped_in_the_middle(stopped):
        assert _waits_and_gets_it(free)


def test_control_without_the_bound_it_keeps_the_row(free: sa.Engine, database_url: str) -> None:
    with stopped_in_the_middle(connect(database_url)):
        assert not _waits_and_gets_it(free)

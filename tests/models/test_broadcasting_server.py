"""Broadcasts on PostgreSQL, where workers run side by side: no count is lost, and nothing is claimed after a stop."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.jobs import broadcasts
from models import broadcast_counts, broadcasting, migrations
from models.base import Base
from models.broadcasting import cancel, count_change, create, progress
from models.database import connect, writing
from models.messages import Status
from models.prepared import Prepared
from models.programme import Programme
from tests.bench.population import expected, write
from tests.models.test_broadcasting import HELLO, adds_up
from tests.models.world import NOON, World
from tests.postgres import Postgres


class ServerWorld(World):
    """The same small programme on a server."""

    def __init__(self, url: str) -> None:
        self.now, self.programme, self.database = NOON, Programme(), connect(url)
        migrations.upgrade(self.database)
        self.ratna = self.coordinator("Ratna")


@pytest.fixture
def server(postgres: Postgres) -> Iterator[ServerWorld]:
    world = ServerWorld(postgres.new_database())
    yield world
    world.database.dispose()


@pytest.fixture
def broadcast(server: ServerWorld) -> int:
    """A broadcast that is being sent to some of 1,000 people."""
    with server.writes() as session:
        write(session.connection(), 1_000, server.now, first=2)
    found: int = server.do(create, server.ratna, "all", HELLO, server.now).id
    while server.do(broadcasts.run):
        continue
    return found


def beside(world: World, first: Callable[[Session], Any], second: Callable[[Session], Any]) -> bool:
    """Do `second` while the transaction of `first` is open; whether it had to wait for its end."""
    other = threading.Thread(target=lambda: world.do(second))
    with writing(world.database) as session:
        first(session)
        other.start()
        other.join(0.5)
        waited = other.is_alive()
    other.join(10)
    return waited


def sends(broadcast: int, how_many: int) -> Callable[[Session], None]:
    return lambda session: count_change(session, broadcast, Status.QUEUED, Status.SENDING, how_many)


def test_what_is_frozen_adds_up(server: ServerWorld, broadcast: int) -> None:
    told = server.do(progress, broadcast)
    numbers = {state: count - (state == "no_consent") for state, count in expected(1_001).items()}  # not number 1
    assert told.recipients == numbers["reachable"] + numbers["window_closed"]
    assert told.outside_window == numbers["window_closed"]
    assert told.excluded["blocked"] == numbers["blocked"]
    assert adds_up(server, broadcast)


def test_two_workers_that_count_at_once_lose_nothing(server: ServerWorld, broadcast: int) -> None:
    before = server.do(progress, broadcast).counts["queued"]
    assert beside(server, sends(broadcast, 3), sends(broadcast, 4))
    assert server.do(progress, broadcast).counts == {"queued": before - 7, "sending": 7}


def test_without_the_lock_they_would(server: ServerWorld, broadcast: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: what both read before either had written is counted once."""

    table = Base.metadata.tables["broadcasts"]
    unlocked = sa.select(table.c.counts, table.c.failures).where(table.c.id == sa.bindparam("id"))
    monkeypatch.setattr(broadcast_counts, "_COUNTERS", Prepared(any=unlocked))

    beside(server, sends(broadcast, 3), sends(broadcast, 4))
    assert server.do(progress, broadcast).counts["sending"] == 4


def test_a_stop_waits_for_the_claim_before_it(server: ServerWorld, broadcast: int) -> None:
    def claims(session: Session) -> None:
        assert len(broadcasting.running(session, server.now)) == 1

    def stops(session: Session) -> None:
        cancel(session, server.ratna, broadcast, server.now)

    assert beside(server, claims, stops), "otherwise a claim could be committed after the stop"
    assert server.do(broadcasting.running) == []
    while server.do(broadcasts.run):
        continue
    assert set(server.do(progress, broadcast).counts) == {"cancelled"}

"""One sender's pace in several processes, here as several pacers on one PostgreSQL database."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from bot.delivery.pacing import Pacer
from bot.delivery.shared_pacing import RESERVE, SharedPacer
from bot.delivery.writer import Writer
from models.base import Base
from models.database import connect
from models.senders import SenderKey

SENDER = SenderKey("telegram", "7000000001")
RATE = 30.0


@dataclass
class Office:
    """A process that delivers and one that serves."""

    writer: Writer
    delivering: SharedPacer
    serving: SharedPacer

    async def exchange(self) -> None:
        """Both tell and look: who has news first."""
        await self.serving.exchange(self.writer)
        await self.delivering.exchange(self.writer)


@pytest.fixture
def database(database_url: str) -> Iterator[sa.Engine]:
    """Our tables, empty."""
    engine = connect(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def office(database: sa.Engine) -> Iterator[Office]:
    """Both with the same settings."""
    writer = Writer(database)
    writer.start()
    delivering, serving = SharedPacer(RATE, 1, SENDER), SharedPacer(RATE, 1, SENDER)
    delivering.holding = True
    yield Office(writer, delivering, serving)
    writer.stop()


async def test_a_fifth_is_left_to_replies_nobody_has_told_of_yet(office: Office) -> None:
    await office.exchange()
    assert office.delivering.rate_at(time.monotonic()) == RATE * (1 - RESERVE)
    assert Pacer(RATE).rate_at(time.monotonic()) == RATE  # control: alone there is nobody to leave it to


async def test_what_another_process_replies_is_not_started_by_this_one(office: Office) -> None:
    alone = Pacer(RATE)
    for _ in range(8):
        at = time.monotonic()
        office.serving.started(at)
    await office.exchange()
    left = office.delivering.rate_at(time.monotonic())
    assert left <= RATE - 8
    assert alone.rate_at(time.monotonic()) == RATE  # control: a pacer that shares nothing knows nothing


async def test_replies_that_come_evenly_are_counted_once_with_a_little_ahead(office: Office) -> None:
    for _ in range(12):
        office.serving.started(time.monotonic())
        await office.exchange()
    assert RATE - 12 * 2 < office.delivering.rate_at(time.monotonic()) <= RATE - 12


async def test_what_the_program_starts_is_no_reply(office: Office) -> None:
    for number in range(20):
        office.serving.started_by_us(str(number), time.monotonic())
    await office.exchange()
    assert office.delivering.rate_at(time.monotonic()) == RATE * (1 - RESERVE)


async def test_a_pause_reaches_every_process(office: Office) -> None:
    office.serving.pause(time.monotonic() + 40)
    assert office.delivering.paused_until == 0
    await office.exchange()
    assert office.delivering.paused_until > time.monotonic() + 30
    assert office.delivering.free(time.monotonic()) == 0


async def test_a_slow_down_reaches_every_process_and_counts_once(office: Office) -> None:
    office.serving.slow_down(time.monotonic())
    office.delivering.slow_down(time.monotonic())
    await office.exchange()
    await office.exchange()
    lowered = RATE * 0.7
    expected = lowered - int(lowered * RESERVE)
    assert office.delivering.rate_at(time.monotonic()) == pytest.approx(expected)
    assert office.serving.rate_at(time.monotonic()) == pytest.approx(expected)


async def test_one_that_comes_later_starts_slowly_too(office: Office) -> None:
    office.serving.slow_down(time.monotonic())
    await office.exchange()
    newcomer = SharedPacer(RATE, 1, SENDER)
    await newcomer.exchange(office.writer)
    assert newcomer.rate_at(time.monotonic()) < RATE * 0.7


async def test_without_a_limit_nothing_is_set_aside(database: sa.Engine, office: Office) -> None:
    unlimited = SharedPacer(0, 0, SENDER)
    await unlimited.exchange(office.writer)
    assert unlimited.free(time.monotonic()) > 1000

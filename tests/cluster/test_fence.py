"""One delivery at a time for a sender: whoever was taken for dead claims nothing any more, whatever it believes."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import sqlalchemy as sa

from bot.channels.base import TryLater
from bot.delivery.inbox import Outgoing
from bot.delivery.results import Ledger, Result
from bot.working import _still_ours as still_ours
from models import broadcasting, notices, outbox, senders
from models.base import Base
from models.broadcasts import Broadcast
from models.database import connect, reading, writing
from models.messages import MessageClass, Status
from models.people import Contact
from models.programme import Programme
from models.roles import COMMAND_LINE
from models.senders import SenderKey
from tests.delivery.conftest import NOON, Office, Scripted

SENDER = SenderKey("telegram", "test")


@pytest.fixture
def database(database_url: str) -> Iterator[sa.Engine]:
    """Our tables, empty."""
    engine = connect(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
async def office(database: sa.Engine) -> AsyncIterator[Office]:
    """A post office that delivers, on PostgreSQL."""
    office = Office(database, Scripted())
    async for _ in office.runs():
        yield office


def take(database: sa.Engine, holder: str) -> str | None:
    """Become the one who delivers."""
    with writing(database) as session:
        return senders.take(session, SENDER, holder, NOON)


async def test_who_holds_the_delivery_claims(office: Office) -> None:
    take(office.database, "first")
    office.lane.fence = partial(still_ours, SENDER, "first", threading.Event())
    row = office.puts(office.contact())
    await office.until(lambda: office.row(row).status == Status.ACCEPTED)


async def test_who_has_lost_it_claims_nothing_and_knows_it(office: Office) -> None:
    take(office.database, "first")
    lost = threading.Event()
    office.lane.fence = partial(still_ours, SENDER, "first", lost)
    assert take(office.database, "second") == "first"
    office.sender.wake()
    await office.until(lost.is_set)  # by now no claim is under way that began before
    row = office.puts(office.contact())
    for _ in range(2):  # the first claim after this may have begun before the row was there
        lost.clear()
        office.sender.wake()
        await office.until(lost.is_set)
    assert office.row(row).status == Status.QUEUED


async def test_control_without_the_fence_it_would_claim(office: Office) -> None:
    take(office.database, "first")
    take(office.database, "second")
    row = office.puts(office.contact())
    await office.until(lambda: office.row(row).status == Status.ACCEPTED)


async def test_what_was_claimed_and_not_started_is_given_back(office: Office) -> None:
    office.lane.pacer.rate = 1.0
    rows = [office.puts(office.contact(f"ibu {number}")) for number in range(3)]
    await office.until(lambda: any(office.row(row).status == Status.ACCEPTED for row in rows))
    await office.sender.give_up(office.lane)
    await office.until(lambda: all(office.row(row).status != Status.SENDING for row in rows))
    assert sorted(office.row(row).attempts for row in rows) == [0, 0, 1]


def test_the_same_result_handed_in_twice_at_once_is_counted_once(database: sa.Engine) -> None:
    broadcast, result = _one_being_sent(database)
    ledger = Ledger("here", Programme())
    with ThreadPoolExecutor(1) as other:
        with writing(database) as session:
            ledger.record(session, [result])
            second = other.submit(_recorded, database, ledger, result)
            _wait_until_somebody_waits(database)
        second.result(10)
    with reading(database) as session:
        assert session.get_one(Broadcast, broadcast).counts == {"queued": 1}


def _recorded(database: sa.Engine, ledger: Ledger, result: Result) -> None:
    with writing(database) as session:
        ledger.record(session, [result])


def _one_being_sent(database: sa.Engine) -> tuple[int, Result]:
    """A broadcast to one woman, claimed and handed back."""
    with writing(database) as session:
        contact = Contact(channel="telegram", address="siti", created_at=NOON)
        session.add(contact)
        broadcast = broadcasting.create(session, COMMAND_LINE, "all", notices.announcement("Halo"), NOON, NOON)
        session.flush()
        broadcast.counts = {"sending": 1}
        more = {"broadcast_id": broadcast.id, "status": Status.SENDING, "lease_by": "here", "attempts": 1}
        row = outbox.put(session, contact, MessageClass.BROADCAST, broadcast.content, NOON, **more)
        assert row is not None
        outgoing = Outgoing(
            row, contact.id, "telegram", "siti", MessageClass.BROADCAST, {}, "id", "t", None, NOON,
            broadcast_id=broadcast.id,
        )  # fmt: skip
        return broadcast.id, Result(outgoing, TryLater("paused", 0, counts=False), NOON)


def _wait_until_somebody_waits(database: sa.Engine) -> None:
    """Until a transaction waits for another's lock, or is through without waiting."""
    until = time.monotonic() + 5
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with reading(database) as session:
        while not session.scalar(waiting) and time.monotonic() < until:
            time.sleep(0.02)

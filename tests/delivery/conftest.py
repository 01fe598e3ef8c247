"""A post office: a real database, the real writer and sender, and a messenger whose answers a test decides."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels.base import Channel, NotSent, Parcel, Sent
from bot.conversation.heard import MediaRef
from bot.delivery.lanes import Lane
from bot.delivery.pacing import Pacer
from bot.delivery.pooled import PooledWriter
from bot.delivery.results import Ledger
from bot.delivery.sender import Sender
from bot.delivery.writer import Writer
from models import outbox
from models.database import reading, writing
from models.messages import MessageClass, OutboxMessage
from models.people import Contact, Person
from models.programme import Programme
from tests import databases

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@dataclass
class Scripted:
    """A messenger that answers as it is told: an exception to raise, or acceptance."""

    name: str = "telegram"
    account: str = "test"
    window_hours: float | None = None
    outcomes: list[NotSent | None] = field(default_factory=list)
    sent: list[Parcel] = field(default_factory=list)
    gate: asyncio.Event | None = None
    at_provider: str | None = None

    async def send(self, parcel: Parcel) -> Sent:
        self.sent.append(parcel)
        if self.gate:
            await self.gate.wait()
        if self.outcomes and (outcome := self.outcomes.pop(0)) is not None:
            raise outcome
        return Sent(f"m{len(self.sent)}")

    async def reconcile(self, parcel: Parcel) -> str | None:
        return self.at_provider

    async def fetch(self, media: MediaRef, limit: int) -> bytes:
        return b""

    async def check(self) -> str:
        return self.account

    async def open(self) -> None:
        return

    async def close(self) -> None:
        return


@dataclass
class Office:
    """The parts put together; `now` moves only when a test says so."""

    database: sa.Engine
    channel: Scripted
    now: datetime = NOON
    alarms: list[str] = field(default_factory=list)
    asked: frozenset[str] = frozenset()
    rate: float = 0.0

    def __post_init__(self) -> None:
        kind = Writer if self.database.dialect.name == "sqlite" else PooledWriter
        self.writer = kind(self.database)
        channel: Channel = self.channel
        self.lane = Lane(channel, Pacer(self.rate, 0), asks_provider=channel.name in self.asked)
        ledger = Ledger("here", Programme(), self.asked)
        self.sender = Sender(
            {channel.name: self.lane}, self.writer, ledger, Programme(), lambda: self.now,
            lambda name, reason: self.alarms.append(f"{name}: {reason}"),
        )  # fmt: skip

    def contact(self, address: str = "siti", **more: object) -> int:
        """A woman with one contact; its id."""
        with writing(self.database) as session:
            person = Person(name="Siti", language="id", interests=[], created_at=self.now)
            session.add(person)
            session.flush()
            contact = Contact(
                person_id=person.id, channel=self.channel.name, address=address, created_at=self.now,
                last_heard_at=self.now, **more,
            )  # fmt: skip
            session.add(contact)
            session.flush()
            return contact.id

    def puts(self, contact_id: int, message_class: MessageClass = MessageClass.NOTICE, **more: object) -> int:
        """A message waiting to be sent; its id."""
        with writing(self.database) as session:
            contact = session.get_one(Contact, contact_id)
            content = {"key": "other.not_understood", "values": {}}
            row = outbox.put(session, contact, message_class, content, self.now, **more)
            assert row is not None
            return row

    def row(self, row_id: int) -> OutboxMessage:
        """An outbox row as it is now."""
        with reading(self.database) as session:
            return session.get_one(OutboxMessage, row_id)

    def rows(self) -> list[OutboxMessage]:
        """All outbox rows, in order."""
        with reading(self.database) as session:
            return list(session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id)))

    def passes(self, **time: float) -> None:
        """Time passes."""
        self.now += timedelta(**time)
        self.sender.wake()

    def changes(self, change: Callable[[Session], object]) -> None:
        """Change something in a transaction of its own."""
        with writing(self.database) as session:
            change(session)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait, bounded, until something is true of the database or the messenger."""
        async with asyncio.timeout(10):
            while not happened():
                await asyncio.sleep(0.01)

    async def runs(self) -> AsyncIterator[None]:
        """The sender at work; drained at the end."""
        self.writer.start()
        task = asyncio.create_task(self.sender.run())
        yield
        self.sender.stop()
        await task
        self.writer.stop()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = databases.opened(tmp_path / "office.db")
    yield engine
    engine.dispose()


@pytest.fixture
async def office(database: sa.Engine) -> AsyncIterator[Office]:
    """A post office on Telegram, its sender running."""
    office = Office(database, Scripted())
    async for _ in office.runs():
        yield office

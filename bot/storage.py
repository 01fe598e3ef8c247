"""What channels and pages ask of the database without knowing it: files by their address, small facts to remember."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.channels.base import Parcel
from bot.conversation.reply import Reply
from bot.delivery.writer import Writer
from models import calendar, links, media, office
from models.broadcasts import Broadcast
from models.database import reading
from models.messages import OutboxMessage

T = TypeVar("T")
#: Messages drawn again on a simulated phone after a restart.
REFILLED = 50


@dataclass(frozen=True)
class Storage:
    """Reads in a worker thread, each in its own consistent view."""

    database: sa.Engine

    async def read(self, question: Callable[[Session], T]) -> T:
        """The answer to a question about the data."""

        def ask() -> T:
            with reading(self.database) as session:
                return question(session)

        return await asyncio.to_thread(ask)

    async def load(self, path: str, now: datetime) -> tuple[bytes, str, str]:
        """The bytes, name and type of a file at one of our own addresses. Raises LookupError when it is not there."""
        found = await self.file(path, now)
        if found is None:
            raise LookupError(path)
        return found

    async def file(self, path: str, now: datetime) -> tuple[bytes, str, str] | None:
        """The bytes, name and type of `/media/TOKEN` or `/calendar/TOKEN.ics`; None when unknown or expired."""
        _, folder, name = path.split("/", 2)
        if folder == "media":
            return await self.read(lambda session: _picture(session, name, now))
        if folder == "calendar":
            return await self.read(lambda session: _calendar(session, name.removesuffix(".ics"), now))
        return None

    async def sent_to(self, address: str) -> list[tuple[Parcel, str]]:
        """What a simulated phone was sent, oldest first, each with its id: for its screen after a restart."""
        return await self.read(lambda session: _sent_to(session, address))

    def memory(self, writer: Writer, channel: str, account: str) -> "Memory":
        """Small facts a channel keeps over a restart."""
        return Memory(self, writer, channel, account)

    async def is_known(self, provider_id: str) -> bool:
        """Whether a message at the provider already belongs to a row of ours."""
        return await self.read(
            lambda s: s.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.provider_id == provider_id)) is not None
        )


def _sent_to(session: Session, address: str) -> list[tuple[Parcel, str]]:
    """What an announcement says stands with its broadcast, once for all."""
    said = sa.func.coalesce(OutboxMessage.content, Broadcast.content, type_=OutboxMessage.content.type)
    newest = (
        sa.select(OutboxMessage, said.label("said"))
        .outerjoin(Broadcast, Broadcast.id == OutboxMessage.broadcast_id)
        .where(
            OutboxMessage.channel == "simulator",
            OutboxMessage.address == address,
            OutboxMessage.provider_id.is_not(None),
            said.is_not(None),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(REFILLED)
    )
    rows = reversed(session.execute(newest).all())
    return [(_parcel(row.OutboxMessage, row.said), row.OutboxMessage.provider_id or "") for row in rows]


def _parcel(row: OutboxMessage, said: dict[str, Any]) -> Parcel:
    at = row.ended_at or row.created_at
    return Parcel(row.address, Reply.from_json(said), row.language, row.token or "", at, created_at=row.created_at)


def _picture(session: Session, token: str, now: datetime) -> tuple[bytes, str, str] | None:
    found = media.picture(session, token, now)
    if found is None or found.data is None:
        return None
    return found.data, f"gambar.{found.content_type.rsplit('/', 1)[-1]}", found.content_type


def _calendar(session: Session, token: str, now: datetime) -> tuple[bytes, str, str] | None:
    person_id = links.person_behind(session, token, links.LinkPurpose.CALENDAR, now)
    if person_id is None:
        return None
    return calendar.calendar_of(session, person_id, now).encode(), "jadwal.ics", "text/calendar"


@dataclass(frozen=True)
class Memory:
    """Key and value of one channel and account (`models.office.ProviderState`)."""

    storage: Storage
    writer: Writer
    channel: str
    account: str

    async def get(self, key: str) -> str | None:
        """What was kept under a key."""
        found = await self.storage.read(lambda s: s.get(office.ProviderState, (self.channel, self.account, key)))
        return found.value if found else None

    async def set(self, key: str, value: str) -> None:
        """Keep a value."""
        state = office.ProviderState(channel=self.channel, account=self.account, key=key, value=value)
        await self.writer.run(lambda session: session.merge(state) and None)

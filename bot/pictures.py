"""Fetching the pictures coordinators sent, so that a broadcast can carry them (`rules.md`, Delivery).

Those that show how a broadcast went are drawn here instead, away from the writer.
"""

import asyncio
from datetime import datetime

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from bot import summary_chart
from bot.app import Berdaya
from bot.channels.base import NotSent, TryLater
from bot.conversation.heard import MediaRef
from handlers import coordinator_broadcast
from models import media
from models.broadcast_summary import DRAWN
from models.office import Media, MediaStatus

log = structlog.get_logger()

#: Largest picture taken (`rules.md`: 5 MB).
LARGEST = 5 * 1024 * 1024
#: How often pending pictures are looked for, in seconds.
EVERY = 1.0


async def fetching(app: Berdaya, stopping: asyncio.Event) -> None:
    """Fetch pending pictures until stopped; each is followed by what its coordinator waits for."""
    while not stopping.is_set():
        await fetch_all(app)
        await asyncio.sleep(EVERY)


async def fetch_all(app: Berdaya) -> None:
    """Fetch what is pending now."""
    for wanted in await app.storage.read(_pending):
        await _fetch(app, wanted)


def _pending(session: Session) -> list[Media]:
    return list(session.scalars(sa.select(Media).where(Media.status == MediaStatus.PENDING).limit(10)))


async def _fetch(app: Berdaya, wanted: Media) -> None:
    if wanted.channel == DRAWN:
        await _draw(app, wanted)
        return
    channel = app.channels.get(wanted.channel)
    if channel is None:
        return
    try:
        data: bytes | None = await channel.fetch(MediaRef(wanted.ref, wanted.content_type), LARGEST)
    except TryLater:
        return
    except NotSent as problem:
        log.warning("picture refused", reason=problem.reason)
        data = None
    await app.writer.run(lambda session: _stored(session, wanted.token, data, app.clock()))
    app.sender.wake()


async def _draw(app: Berdaya, wanted: Media) -> None:
    try:
        data = await app.storage.read(lambda session: summary_chart.drawn(session, wanted, app.texts, app.clock()))
    except (OSError, ValueError) as problem:  # Pillow's own complaints: the counts are told without a picture
        log.warning("chart not drawn", reason=type(problem).__name__)
        data = None
    await app.writer.run(
        lambda session: summary_chart.told(session, wanted.token, data, app.texts, app.clock(), app.programme)
    )
    app.sender.wake()


def _stored(session: Session, token: str, data: bytes | None, now: datetime) -> None:
    media.keep_picture(session, token, data)
    coordinator_broadcast.picture_came(session, session.get_one(Media, token), now)

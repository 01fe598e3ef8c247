"""Broadcasts on their way: recipients are written down in chunks, then it starts, and ends when all have an end."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import freezing
from models.broadcasting import QUEUED
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import Status
from models.programme import Programme

#: People or rows in one chunk: about 20 ms of the writer, so that no conversation waits long.
CHUNK = 400


def run(session: Session, now: datetime, programme: Programme) -> int:
    """One chunk of every broadcast that needs something; how many broadcasts did. Call again until it is 0."""
    frozen = _with(session, BroadcastStatus.FREEZING)
    for broadcast in frozen:
        freezing.freeze_chunk(session, broadcast.id, now, programme, CHUNK)
    started = freezing.start_due(session, now)
    session.flush()
    ended = sum(_end_rows(session, broadcast, now) for broadcast in _over(session, now))
    session.flush()
    return len(frozen) + started + ended + freezing.finish_done(session, now)


def _end_rows(session: Session, broadcast: Broadcast, now: datetime) -> bool:
    if broadcast.status == BroadcastStatus.CANCELLED:
        return freezing.end_chunk(session, broadcast.id, Status.CANCELLED, "stopped", now, CHUNK) > 0
    return freezing.end_chunk(session, broadcast.id, Status.EXPIRED, "too_late", now, CHUNK) > 0


def _over(session: Session, now: datetime) -> list[Broadcast]:
    """Stopped, or news no more, and still with rows that wait."""
    stopped = _with(session, BroadcastStatus.CANCELLED)
    stale = [b for b in _with(session, BroadcastStatus.SENDING) if b.starts_at + freezing.NEWS_FOR <= now]
    return [broadcast for broadcast in [*stopped, *stale] if broadcast.counts.get(QUEUED)]


def _with(session: Session, status: BroadcastStatus) -> list[Broadcast]:
    return list(session.scalars(sa.select(Broadcast).where(Broadcast.status == status).order_by(Broadcast.id)))

"""Broadcasts on their way: recipients are written down in chunks, then it starts, and ends when all have an end.

One call takes SQLite's one writer for 10 to 20 ms, whatever the machine: a chunk is doubled while there is time for twice
as much.
"""

import time
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import broadcast_summary, freezing
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import Status
from models.programme import Programme

#: How long one call works on rows, in seconds; the commit comes on top. PostgreSQL serves conversations meanwhile.
SLICES = {"sqlite": 0.010, "postgresql": 0.25}
#: People or rows in the first chunk.
FIRST = 100


def run(session: Session, now: datetime, programme: Programme) -> int:
    """Some work for every broadcast that needs it; how many broadcasts did. Call again until it is 0."""
    frozen = _with(session, BroadcastStatus.FREEZING)
    for broadcast in frozen[:1]:
        _in_slices(session, _freezing(session, broadcast.id, now, programme))
    started = freezing.start_due(session, now)
    session.flush()
    over = [] if frozen else _over(session, now)
    for broadcast in over[:1]:
        _in_slices(session, _ending(session, broadcast, now))
    session.flush()
    done = freezing.finish_done(session, now)
    for broadcast in done:
        broadcast_summary.wanted(session, broadcast, now, programme)
    return len(frozen) + started + len(over) + len(done)


def _in_slices(session: Session, step: Callable[[int], bool]) -> None:
    """Repeat a step, each time for twice as many, while there is time; it says whether something is left."""
    until, size = time.perf_counter() + SLICES[session.get_bind().dialect.name], FIRST
    while True:
        began = time.perf_counter()
        if not step(size):
            return
        ended = time.perf_counter()
        if ended + 2 * (ended - began) > until:
            return
        size *= 2


def _freezing(session: Session, broadcast_id: int, now: datetime, programme: Programme) -> Callable[[int], bool]:
    return lambda size: not freezing.freeze_chunk(session, broadcast_id, now, programme, size)


def _ending(session: Session, broadcast: Broadcast, now: datetime) -> Callable[[int], bool]:
    stopped = broadcast.status == BroadcastStatus.CANCELLED
    end, why = (Status.CANCELLED, "stopped") if stopped else (Status.EXPIRED, "too_late")
    return lambda size: freezing.end_chunk(session, broadcast.id, end, why, now, size) == size


def _over(session: Session, now: datetime) -> list[Broadcast]:
    """Stopped, or news no more, and still with rows that wait for their turn."""
    stale = sa.and_(Broadcast.status == BroadcastStatus.SENDING, Broadcast.expires_at <= now)
    over = sa.or_(Broadcast.status == BroadcastStatus.CANCELLED, stale)
    return list(session.scalars(sa.select(Broadcast).where(over, freezing.has_left()).order_by(Broadcast.id)))


def _with(session: Session, status: BroadcastStatus) -> list[Broadcast]:
    return list(session.scalars(sa.select(Broadcast).where(Broadcast.status == status).order_by(Broadcast.id)))

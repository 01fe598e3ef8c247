"""Announcing something to many: writing a broadcast down, pausing, resuming and stopping it.

For whom it is stands in `models/audience.py`; its rows are written and ended, chunk by chunk, in `models/freezing.py`;
its counters are kept in `models/broadcast_counts.py`, and asked for here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import roles
from models.audience import known_audience
from models.base import Base, Refused
from models.broadcast_counts import Progress, count_change, count_changes, locked, progress_of
from models.broadcasts import Broadcast, BroadcastStatus
from models.people import Person
from models.prepared import Prepared

__all__ = ["Progress", "count_change", "count_changes", "locked"]

#: An announcement that could not be sent for so long is news no more; what Meta's limit holds up gets its days on top.
NEWS_FOR = timedelta(days=3)


class NoSuchBroadcast(Refused):
    """There is no such broadcast."""

    key = "refused.no_such_broadcast"


class BroadcastOver(Refused):
    """The broadcast is finished or was stopped."""

    key = "refused.broadcast_over"


def create(
    session: Session,
    actor_id: int | None,
    audience: str,
    content: Mapping[str, Any],
    starts_at: datetime,
    now: datetime,
    once_key: str | None = None,
    repeat_uncertain: bool = True,
) -> Broadcast:
    """Write a broadcast down; a sweep then freezes its recipients and starts it. Who registers later is not part of it.

    `content` is a reply as JSON (`notices.announcement`). The same `once_key` again gives the same broadcast: a second
    click sends nothing twice. `repeat_uncertain`: a message that may or may not have arrived is sent once more.
    Raises NotAllowed, UnknownAudience.
    """
    actor = roles.require(session, actor_id)
    known = session.scalar(sa.select(Broadcast).where(Broadcast.once_key == once_key)) if once_key else None
    if known is not None:
        return known
    broadcast = Broadcast(
        author_id=actor or None,
        audience=str(known_audience(session, audience)),
        content=dict(content),
        status=BroadcastStatus.FREEZING,
        repeat_uncertain=repeat_uncertain,
        starts_at=max(starts_at, now),
        expires_at=max(starts_at, now) + NEWS_FOR,
        highest_person_id=session.scalar(sa.select(sa.func.max(Person.id))) or 0,
        last_person_id=0,
        audience_size=0,
        excluded={},
        counts={},
        failures={},
        once_key=once_key,
        created_at=now,
    )
    session.add(broadcast)
    session.flush()
    roles.audit(session, actor, "broadcast.create", f"broadcast {broadcast.id}", now, audience=broadcast.audience)
    return broadcast


def pause(session: Session, actor_id: int | None, broadcast_id: int, now: datetime) -> Broadcast:
    """Send nothing more of it for now. Raises NotAllowed, NoSuchBroadcast, BroadcastOver."""
    return _steer(session, actor_id, broadcast_id, "pause", BroadcastStatus.PAUSED, now)


def resume(session: Session, actor_id: int | None, broadcast_id: int, now: datetime) -> Broadcast:
    """Go on where it was paused. Raises NotAllowed, NoSuchBroadcast, BroadcastOver."""
    return _steer(session, actor_id, broadcast_id, "resume", BroadcastStatus.FREEZING, now)


def cancel(session: Session, actor_id: int | None, broadcast_id: int, now: datetime) -> Broadcast:
    """Stop it for good: nothing is claimed after this commit. Raises NotAllowed, NoSuchBroadcast, BroadcastOver."""
    broadcast = _steer(session, actor_id, broadcast_id, "cancel", BroadcastStatus.CANCELLED, now)
    broadcast.ended_at = now
    return broadcast


def _steer(
    session: Session,
    actor_id: int | None,
    broadcast_id: int,
    act: str,
    status: BroadcastStatus,
    now: datetime,
) -> Broadcast:
    """A resumed broadcast is `freezing` again: the sweep finds out at once where it really stands."""
    actor = roles.require(session, actor_id)
    broadcast = locked(session, broadcast_id)
    if broadcast is None:
        raise NoSuchBroadcast
    if broadcast.status in (BroadcastStatus.CANCELLED, BroadcastStatus.FINISHED):
        raise BroadcastOver
    if act != "resume" or broadcast.status == BroadcastStatus.PAUSED:
        broadcast.status = status
    roles.audit(session, actor, f"broadcast.{act}", f"broadcast {broadcast_id}", now)
    return broadcast


class Running(NamedTuple):
    """A broadcast whose rows may be claimed."""

    id: int
    content: dict[str, Any]
    repeat_uncertain: bool


_RUNNING = Prepared(
    any=sa.select(*(Base.metadata.tables[Broadcast.__tablename__].c[name] for name in Running._fields))
    .where(Broadcast.status == BroadcastStatus.SENDING, Broadcast.expires_at > sa.bindparam("now"))
    .order_by(Broadcast.id)
    .with_for_update()
)


def running(session: Session, now: datetime) -> list[Running]:
    """The broadcasts whose rows may be claimed now, oldest first.

    They are locked until the transaction ends, so that nothing is claimed of a broadcast once it was stopped.
    """
    session.flush()
    return [Running._make(row) for row in _RUNNING.all(session, {"now": now})]


def progress(session: Session, broadcast_id: int) -> Progress:
    """Where a broadcast stands, from its counters. Raises NoSuchBroadcast."""
    broadcast = session.get(Broadcast, broadcast_id)
    if broadcast is None:
        raise NoSuchBroadcast
    return progress_of(broadcast)


def recent(session: Session, limit: int = 8) -> list[Broadcast]:
    """The newest broadcasts."""
    return list(session.scalars(sa.select(Broadcast).order_by(Broadcast.id.desc()).limit(limit)))

"""Announcing something to many: writing a broadcast down, pausing, resuming and stopping it, and its counts.

For whom it is stands in `models/audience.py`; its rows are written and ended, chunk by chunk, in `models/freezing.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import roles
from models.audience import known_audience
from models.base import Refused
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import OPEN, Status
from models.people import Person

#: The counter of everybody who has no end yet, whatever the sender is doing with the row.
QUEUED = "queued"


class NoSuchBroadcast(Refused):
    """There is no such broadcast."""

    key = "refused.no_such_broadcast"


class BroadcastOver(Refused):
    """The broadcast is finished or was stopped."""

    key = "refused.broadcast_over"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a broadcast has come. `counts`: end → recipients (`queued`: none yet); + `excluded` = `audience`."""

    id: int
    status: BroadcastStatus
    audience: int
    counts: Mapping[str, int]
    excluded: Mapping[str, int]

    @property
    def recipients(self) -> int:
        """Everybody who got a row."""
        return sum(self.counts.values())


def create(
    session: Session,
    actor_id: int | None,
    audience: str,
    content: Mapping[str, Any],
    starts_at: datetime,
    now: datetime,
    once_key: str | None = None,
) -> Broadcast:
    """Write a broadcast down; a sweep then freezes its recipients and starts it. Who registers later is not part of it.

    `content` is a reply as JSON (`notices.announcement`). The same `once_key` again gives the same broadcast: a second
    click sends nothing twice. Raises NotAllowed, UnknownAudience.
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
        starts_at=max(starts_at, now),
        highest_person_id=session.scalar(sa.select(sa.func.max(Person.id))) or 0,
        last_person_id=0,
        audience_size=0,
        excluded={},
        counts={},
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


def locked(session: Session, broadcast_id: int) -> Broadcast | None:
    """A broadcast as it is now, locked until the transaction ends, so that no count is lost between two workers."""
    return session.scalar(
        sa.select(Broadcast)
        .where(Broadcast.id == broadcast_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def count_change(session: Session, broadcast_id: int, before: Status, after: Status, how_many: int = 1) -> None:
    """A recipient's row went from one status to another. Statuses that need the sender share the counter `queued`."""
    source, target = counter(before), counter(after)
    if source == target:
        return
    broadcast = session.get(Broadcast, broadcast_id)
    if broadcast not in session.dirty:
        broadcast = locked(session, broadcast_id)
    if broadcast is not None:
        counts = dict(broadcast.counts)
        counts[source] = counts.get(source, 0) - how_many
        counts[target] = counts.get(target, 0) + how_many
        broadcast.counts = {name: count for name, count in counts.items() if count}


def counter(status: Status) -> str:
    """The counter a row's status belongs to."""
    return QUEUED if status in OPEN else Status(status).value


def progress(session: Session, broadcast_id: int) -> Progress:
    """Where a broadcast stands, from its counters. Raises NoSuchBroadcast."""
    broadcast = session.get(Broadcast, broadcast_id)
    if broadcast is None:
        raise NoSuchBroadcast
    return Progress(
        broadcast.id,
        BroadcastStatus(broadcast.status),
        broadcast.audience_size,
        dict(broadcast.counts),
        dict(broadcast.excluded),
    )


def recent(session: Session, limit: int = 8) -> list[Broadcast]:
    """The newest broadcasts."""
    return list(session.scalars(sa.select(Broadcast).order_by(Broadcast.id.desc()).limit(limit)))

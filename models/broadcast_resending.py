"""Those a broadcast did not reach: who they are, and sending it to them once more where that may help."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import broadcasting, roles
from models.audience import CURABLE, Audience, parse_audience
from models.base import Refused
from models.broadcasting import NoSuchBroadcast, Progress
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import OutboxMessage, Status
from models.people import Contact, Person
from models.rosters import NotReached

#: Statuses in which a broadcast is over.
OVER = (BroadcastStatus.FINISHED, BroadcastStatus.CANCELLED)
_FAILED = OutboxMessage.status == sa.literal(Status.FAILED.value, sa.String(), literal_execute=True)


class BroadcastRunning(Refused):
    """The broadcast has not ended: who was not reached is not known yet."""

    key = "refused.broadcast_running"


def curable(progress: Progress) -> int:
    """How many a broadcast that is over did not reach for a reason that may be gone; 0 while it goes on."""
    if progress.status not in OVER:
        return 0
    return sum(count for reason, count in progress.failures.items() if reason in CURABLE)


def audience_of(session: Session, actor_id: int | None, broadcast_id: int) -> Audience:
    """Those whom to send it again would reach, perhaps. Raises NotAllowed, NoSuchBroadcast, BroadcastRunning."""
    roles.require(session, actor_id)
    found = session.get(Broadcast, broadcast_id)
    if found is None:
        raise NoSuchBroadcast
    if found.status not in OVER:
        raise BroadcastRunning
    return parse_audience(found.audience).again(broadcast_id)


def resend(session: Session, actor_id: int | None, broadcast_id: int, now: datetime) -> Broadcast:
    """Send a broadcast again to those it did not reach for a reason that may be gone. However often asked for: once.

    Raises NotAllowed, NoSuchBroadcast, BroadcastRunning.
    """
    audience = audience_of(session, actor_id, broadcast_id)
    first = session.get_one(Broadcast, broadcast_id)
    return broadcasting.create(
        session, actor_id, str(audience), first.content, now, now, _once(broadcast_id),
        repeat_uncertain=first.repeat_uncertain,
    )  # fmt: skip


def resent(session: Session, broadcast_id: int) -> Broadcast | None:
    """The broadcast that repeats another one, if somebody has asked for it."""
    return session.scalar(sa.select(Broadcast).where(Broadcast.once_key == _once(broadcast_id)))


def not_reached(
    session: Session, actor_id: int | None, broadcast_id: int, start: int, limit: int
) -> list[NotReached]:  # fmt: skip
    """Whom a broadcast did not reach, and why; so many from `start` on, as they were written down. Raises NotAllowed."""
    roles.require(session, actor_id)
    rows = session.execute(
        sa.select(Person.id, Person.name, OutboxMessage.error)
        .join(Contact, Contact.id == OutboxMessage.contact_id)
        .join(Person, Person.id == Contact.person_id)
        .where(OutboxMessage.broadcast_id == broadcast_id, _FAILED)
        .order_by(OutboxMessage.id)
        .offset(start)
        .limit(limit)
    )
    return [NotReached(person_id, name, reason or "undelivered") for person_id, name, reason in rows]


def _once(broadcast_id: int) -> str:
    return f"resend:{broadcast_id}"

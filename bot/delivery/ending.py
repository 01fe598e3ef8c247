"""How a row ends: what hangs on its end, and what may remain of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.delivery.inbox import Outgoing
from models import broadcasting, offers
from models.messages import PRIVATE, OutboxMessage, Status
from models.programme import Programme


def offers_seat(enrolment_id: int | None, content: Mapping[str, Any] | None) -> bool:
    """Whether these are of a message that offers a seat."""
    return enrolment_id is not None and (content or {}).get("key") == "offer.made"


def is_offer(message: OutboxMessage | Outgoing) -> bool:
    """Whether a row offers a seat: it waits for the morning, and passes on when it cannot be delivered."""
    return offers_seat(message.enrolment_id, message.content)


def leaves_nothing(message: OutboxMessage | Outgoing) -> bool:
    """Whether a row is deleted when it ends: she was erased, or nobody is ever to see that it was sent."""
    return message.contact_id is None or str((message.content or {}).get("key", "")).startswith(PRIVATE)


def end(
    session: Session, message: OutboxMessage, status: Status, reason: str, now: datetime, programme: Programme
) -> None:
    """End a row without acceptance; a seat that could not be offered passes on at once. An erased woman's row is gone."""
    before, message.status = message.status, status
    message.error, message.ended_at, message.lease_by, message.lease_until = reason, now, None, None
    if message.broadcast_id is not None:
        broadcasting.count_changes(session, {(message.broadcast_id, before, status, reason): 1})
    if is_offer(message) and message.enrolment_id is not None:
        session.flush()
        offers.offer_undeliverable(session, message.enrolment_id, now, programme)
    if leaves_nothing(message):
        session.delete(message)

"""A free-text window that was closed after all: the provider took a message, and only later says that it cannot go."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.broadcast_counts import count_changes, locked
from models.broadcasts import BroadcastStatus
from models.enrolments import Enrolment
from models.messages import MessageClass, OutboxMessage, Status
from models.people import Contact
from models.programme import Programme

#: The reason a channel gives.
WINDOW_CLOSED = "window_closed"


def again_by_template(session: Session, row: OutboxMessage, now: datetime, programme: Programme) -> bool:
    """Queue a message once more, for the way outside the window; whether it is.

    Her window counts as closed from now on, so this message and those after it go by template, or end with that reason
    where none is approved. A message that went outside the window already is not tried again, nor is a reply: it has
    no template. Its new token keeps the provider's further words on the first try away from the second.
    """
    hours = dict(programme.windows).get(row.channel)
    if hours is None or row.outside_window or row.contact_id is None or row.message_class is MessageClass.REPLY:
        return False
    if row.broadcast_id is not None and not _goes_on(session, row.broadcast_id, now):
        return False
    contact = session.get_one(Contact, row.contact_id)
    closed = now - timedelta(hours=hours)
    contact.last_heard_at = min(contact.last_heard_at or closed, closed)
    if row.broadcast_id is not None:
        count_changes(session, {(row.broadcast_id, Status(row.status), Status.QUEUED, None): 1})
    if row.enrolment_id is not None and (row.content or {}).get("key") == "offer.made":
        session.get_one(Enrolment, row.enrolment_id).offer_expires_at = None  # her time begins when it really goes
    row.status, row.error, row.not_before, row.ended_at = Status.QUEUED, WINDOW_CLOSED, now, None
    row.token, row.provider_id = secrets.token_hex(16), None
    return True


def _goes_on(session: Session, broadcast_id: int, now: datetime) -> bool:
    """Whether an announcement may still go out. One that had ended a moment ago is under way again."""
    broadcast = locked(session, broadcast_id)
    if broadcast is None or broadcast.status is BroadcastStatus.CANCELLED or broadcast.expires_at <= now:
        return False
    if broadcast.status is BroadcastStatus.FINISHED:
        broadcast.status, broadcast.ended_at = BroadcastStatus.SENDING, None
    return True

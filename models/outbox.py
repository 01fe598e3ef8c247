"""Writing messages to be sent: the one place where outbox rows begin."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.messages import MessageClass, OutboxMessage, Status
from models.people import Contact, OptOut

#: A reply that could not be sent for a day answers nothing any more (`rules.md`, Delivery).
REPLY_LIVES = timedelta(hours=24)
#: Under this name a session notes that a row waits for its turn.
_WAITS = "outbox_waits"


def row(
    contact_id: int | None,
    channel: str,
    address: str,
    language: str,
    message_class: MessageClass,
    content: Mapping[str, Any],
    now: datetime,
    **more: Any,
) -> dict[str, Any]:
    """One outbox row as the Core insert takes it. `more` are further columns of `OutboxMessage`."""
    return {
        "contact_id": contact_id,
        "channel": channel,
        "address": address,
        "language": language,
        "message_class": message_class,
        "content": dict(content),
        "once_key": None,
        "edits": None,
        "token": secrets.token_hex(16),
        "broadcast_id": None,
        "enrolment_id": None,
        "meeting_id": None,
        "not_before": now,
        "outside_window": False,
        "expires_at": now + REPLY_LIVES if message_class is MessageClass.REPLY else None,
        "status": Status.QUEUED,
        "attempts": 0,
        "uncertain_episodes": 0,
        "created_at": now,
    } | more


def left_waiting(session: Session) -> None:
    """Note that a row was written that waits for its turn."""
    session.info[_WAITS] = True


def waits(session: Session) -> bool:
    """Whether one was since this was last asked: the sender then has something to look for."""
    return bool(session.info.pop(_WAITS, False))


def best_contact(session: Session, person_id: int) -> Contact | None:
    """The reachable contact she last wrote from: not blocked, not opted out; None where there is none."""
    return session.scalars(
        sa.select(Contact)
        .where(Contact.person_id == person_id, Contact.blocked_at.is_(None), Contact.opt_out != OptOut.ALL)
        .order_by(Contact.last_heard_at.desc().nulls_last(), Contact.id)
        .limit(1)
    ).first()


def put(
    session: Session,
    contact: Contact,
    message_class: MessageClass,
    content: Mapping[str, Any],
    now: datetime,
    **more: Any,
) -> int | None:
    """Queue one message to a contact; its id, or None if its `once_key` was used before.

    `content` is a reply as JSON (`{"key": …, "values": {…}, "choices": […]}`). `more`: once_key, not_before,
    expires_at, broadcast_id, enrolment_id, meeting_id.
    """
    once_key = more.get("once_key")
    if once_key and session.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.once_key == once_key)):
        return None
    left_waiting(session)
    values = row(contact.id, contact.channel, contact.address, contact.language, message_class, content, now, **more)
    return session.scalar(sa.insert(OutboxMessage).values(values).returning(OutboxMessage.id))


def put_to_person(
    session: Session,
    person_id: int,
    message_class: MessageClass,
    content: Mapping[str, Any],
    now: datetime,
    **more: Any,
) -> int | None:
    """Queue one message to a person, at her best contact; None if she has none or was told already."""
    contact = best_contact(session, person_id)
    return None if contact is None else put(session, contact, message_class, content, now, **more)


def cancel(session: Session, *where: sa.ColumnElement[bool], reason: str, now: datetime) -> int:
    """Take back queued and held messages that no longer hold; how many. What is being sent cannot be taken back."""
    result = session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.status.in_((Status.QUEUED, Status.HELD)), *where)
        .values(status=Status.CANCELLED, error=reason, ended_at=now)
    )
    return int(getattr(result, "rowcount", 0))

"""Choosing what to send next: due rows, in order of class, one in flight for each contact.

Opt-out, blocks, expiry and quiet hours are decided here, at the last moment, not when the row was written.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.delivery.inbox import LEASE, Outgoing
from models import broadcasting, offers
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import MessageClass, OutboxMessage, Status, needs_sender
from models.people import Contact, OptOut, Person
from models.programme import Programme

_earlier = aliased(OutboxMessage)
_DUE = (Status.QUEUED, Status.UNCERTAIN)
_HELD_AT_NIGHT = (MessageClass.REMINDER, MessageClass.BROADCAST)
#: A row may be of unknown outcome this often before it ends (`rules.md`, Delivery: resent at most once).
MOST_UNCERTAIN = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms rows are claimed: for which channel, by whom, and which contacts must wait."""

    channel: str
    owner: str
    programme: Programme
    asks_provider: bool  #: the channel can be asked what became of an uncertain send
    busy: Collection[str] = ()  #: addresses with a message in flight
    only: str | None = None  #: rows of this address alone
    chat_wait: Callable[[str], float] = lambda address: 0.0  #: seconds until a chat may be written to


def claim(session: Session, terms: Terms, now: datetime, replies: int, others: int) -> list[Outgoing]:
    """Claim up to so many replies and so many messages the program starts; they are `sending` after the commit."""
    claimed: list[Outgoing] = []
    for row in _candidates(session, terms, now, replies, others):
        message = row.OutboxMessage
        if message.address in terms.busy or any(c.address == message.address for c in claimed):
            continue
        if _may_go(session, message, row, terms, now):
            message.status, message.lease_by, message.lease_until = Status.SENDING, terms.owner, now + LEASE
            message.attempts += 1
            claimed.append(_outgoing(message, row))
    return claimed


def _candidates(session: Session, terms: Terms, now: datetime, replies: int, others: int) -> list[sa.Row[Any]]:
    rows: list[sa.Row[Any]] = []
    if replies > 0:
        rows += session.execute(_select(terms, now).where(*_REPLY).limit(replies)).all()
    if others > 0:
        started_by_us = _select(terms, now).where(OutboxMessage.message_class != MessageClass.REPLY, _RUNNING)
        if terms.programme.quiet.holds(now):
            started_by_us = started_by_us.where(OutboxMessage.message_class.not_in(_HELD_AT_NIGHT))
        rows += session.execute(started_by_us.limit(others)).all()
    return rows


def _select(terms: Terms, now: datetime) -> sa.Select[*tuple[Any, ...]]:
    due = (
        sa.select(
            OutboxMessage, Contact.opt_out, Contact.blocked_at, Contact.last_heard_at, Contact.language,
            Person.honorific, Person.name, Person.language.label("person_language"),
        )
        .outerjoin(Contact, Contact.id == OutboxMessage.contact_id)
        .outerjoin(Person, Person.id == Contact.person_id)
        .where(
            needs_sender(OutboxMessage.status),
            OutboxMessage.status.in_(_DUE), OutboxMessage.not_before <= now, OutboxMessage.channel == terms.channel
        )
        .order_by(OutboxMessage.message_class, OutboxMessage.id)
    )  # fmt: skip
    return due if terms.only is None else due.where(OutboxMessage.address == terms.only)


#: A reply waits for the replies before it.
_REPLY = (
    OutboxMessage.message_class == MessageClass.REPLY,
    ~sa.exists().where(
        _earlier.contact_id == OutboxMessage.contact_id,
        _earlier.id < OutboxMessage.id,
        _earlier.message_class == MessageClass.REPLY,
        needs_sender(_earlier.status),
    ),
)
#: A broadcast's rows go only while it is being sent.
_RUNNING = sa.or_(
    OutboxMessage.broadcast_id.is_(None),
    sa.exists().where(Broadcast.id == OutboxMessage.broadcast_id, Broadcast.status == BroadcastStatus.SENDING),
)


def _may_go(session: Session, message: OutboxMessage, row: sa.Row[Any], terms: Terms, now: datetime) -> bool:
    """Whether a candidate is sent now. One that may not is ended with its reason, or put off."""
    if ending := _ending(message, row, terms, now):
        end(session, message, *ending, now, terms.programme)
        return False
    if message.message_class is MessageClass.REPLY:
        return True
    if is_offer(message) and terms.programme.quiet.holds(now):
        message.not_before = terms.programme.quiet.ends_after(now)
        return False
    wait = terms.chat_wait(message.address)
    if wait > 0:
        message.not_before = now + timedelta(seconds=wait)
        return False
    return True


def _ending(message: OutboxMessage, row: sa.Row[Any], terms: Terms, now: datetime) -> tuple[Status, str] | None:
    if message.expires_at is not None and message.expires_at <= now:
        return Status.EXPIRED, "too_late"
    if message.uncertain_episodes > MOST_UNCERTAIN and not terms.asks_provider:
        return Status.FAILED, "unknown_outcome"
    if message.message_class is MessageClass.REPLY:
        return None
    if message.contact_id is None:
        return Status.CANCELLED, "erased"
    if row.opt_out == OptOut.ALL:
        return Status.CANCELLED, "opted_out"
    if row.opt_out == OptOut.BROADCASTS and message.message_class is MessageClass.BROADCAST:
        return Status.CANCELLED, "opted_out"
    if row.blocked_at is not None:
        return Status.FAILED, "blocked"
    return None


def is_offer(message: OutboxMessage) -> bool:
    """Whether a row offers a seat: it waits for the morning, and passes on when it cannot be delivered."""
    return message.enrolment_id is not None and (message.content or {}).get("key") == "offer.made"


#: A reply of this kind stands in no list and is gone when it ends (`rules.md`, Privacy: violence).
PRIVATE = "private"


def leaves_nothing(message: OutboxMessage) -> bool:
    """Whether a row is deleted when it ends: she was erased, or nobody is ever to see that it was sent."""
    return message.contact_id is None or (message.content or {}).get("key") == PRIVATE


def end(
    session: Session, message: OutboxMessage, status: Status, reason: str, now: datetime, programme: Programme
) -> None:
    """End a row without acceptance; a seat that could not be offered passes on at once. An erased woman's row is gone."""
    before, message.status = message.status, status
    message.error, message.ended_at, message.lease_by = reason, now, None
    if message.broadcast_id is not None:
        broadcasting.count_change(session, message.broadcast_id, before, status)
    if is_offer(message) and message.enrolment_id is not None:
        session.flush()
        offers.offer_undeliverable(session, message.enrolment_id, now, programme)
    if leaves_nothing(message):
        session.delete(message)


def _outgoing(message: OutboxMessage, row: sa.Row[Any]) -> Outgoing:
    return Outgoing(
        id=message.id, contact_id=message.contact_id, channel=message.channel, address=message.address,
        message_class=MessageClass(message.message_class), content=message.content or {},
        language=row.person_language or row.language or message.language, token=message.token, edits=message.edits,
        created_at=message.created_at, attempts=message.attempts, uncertain_episodes=message.uncertain_episodes,
        expires_at=message.expires_at, last_heard_at=row.last_heard_at, broadcast_id=message.broadcast_id,
        enrolment_id=message.enrolment_id, honorific=row.honorific, name=row.name, meeting_id=message.meeting_id,
    )  # fmt: skip

"""How long what is kept (`rules.md`, Privacy), and the rules that let it go, each a bounded bite at a time."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import erasure, learning, offers
from models.messages import (
    FailedStep,
    InboxEntry,
    MessageClass,
    MessageCount,
    OutboxMessage,
    ParkedStatus,
    QuarantinedMessage,
    Status,
)
from models.office import InviteCode, Link, Media, ProviderState, Question, QuestionStatus
from models.people import Contact
from models.programme import Programme

#: Rows one rule lets go of in one sweep.
BITE = 1000
#: Whatever the configuration says, nothing is kept for learning longer than this, in days: it is what women are told.
LEARNING_AT_MOST = 30
#: A row overdue for so long belongs to a channel that is switched off: the sender ends its own in time.
NOBODY_SENDS = timedelta(hours=1)
#: So far back rows of the erased are looked for, by the index of ends.
_JUST_ENDED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept."""

    unregistered_hours: float = 24  #: address of somebody who has not said yes, after her last message
    inbox_days: float = 7  #: ids of handled messages
    outbox_values_days: float = 7  #: what a sent message said
    outbox_rows_days: float = 90  #: that a message was sent; then only counts
    quarantine_hours: float = 24  #: bodies of messages that could not be handled
    learning_days: float = 30  #: messages kept to improve the answers, with her own consent
    question_days: float = 90  #: what was said in a closed handover


def apply(session: Session, now: datetime, programme: Programme, rules: Retention) -> int:
    """Let go of everything whose time is over; how many rows."""
    return (
        forget_unregistered(session, now - timedelta(hours=rules.unregistered_hours), now, programme)
        + end_overdue(session, now, programme)
        + forget_handled(session, now - timedelta(days=rules.inbox_days))
        + wipe_values(session, now - timedelta(days=rules.outbox_values_days))
        + rows_to_counts(session, now - timedelta(days=rules.outbox_rows_days))
        + forget_last_words(session, now)
        + wipe_quarantine(session, now - timedelta(hours=rules.quarantine_hours))
        + forget_questions(session, now - timedelta(days=rules.question_days))
        + learning.forget_old(session, now - timedelta(days=min(rules.learning_days, LEARNING_AT_MOST)), BITE)
        + forget_expired(session, now)
    )


def forget_unregistered(session: Session, before: datetime, now: datetime, programme: Programme) -> int:
    """Forget addresses that wrote last before then and never said yes."""
    last = sa.func.coalesce(Contact.last_heard_at, Contact.created_at)
    gone = session.scalars(sa.select(Contact.id).where(Contact.person_id.is_(None), last <= before).limit(BITE)).all()
    for contact_id in gone:
        erasure.erase(session, contact_id, now, programme)
    return len(gone)


def end_overdue(session: Session, now: datetime, programme: Programme) -> int:
    """End what waits for a channel that is switched off. Broadcasts have their own sweep."""
    overdue = session.scalars(
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.status == Status.QUEUED,
            OutboxMessage.message_class != MessageClass.BROADCAST,
            OutboxMessage.expires_at <= now - NOBODY_SENDS,
        )
        .limit(BITE)
    ).all()
    for row in overdue:
        row.status, row.error, row.ended_at = Status.EXPIRED, "too_late", now
        if row.enrolment_id is not None and (row.content or {}).get("key") == "offer.made":
            session.flush()
            offers.offer_undeliverable(session, row.enrolment_id, now, programme)
    return len(overdue)


def forget_handled(session: Session, before: datetime) -> int:
    """Forget the ids of handled and of failed messages, and words on messages we never knew."""
    old: list[tuple[Any, Any]] = [
        (InboxEntry, InboxEntry.at), (FailedStep, FailedStep.at), (ParkedStatus, ParkedStatus.at)
    ]  # fmt: skip
    return sum(_delete(session, table, at, before) for table, at in old)


def wipe_values(session: Session, before: datetime) -> int:
    """Wipe what messages said that ended before then; rows stay for the counts. Each row is looked at once."""
    mark = session.get(ProviderState, ("", "retention", "wiped_until"))
    since = datetime.fromisoformat(mark.value) if mark else datetime.fromtimestamp(0, UTC)
    rows = session.execute(
        sa.select(OutboxMessage.id, OutboxMessage.ended_at)
        .where(OutboxMessage.ended_at >= since, OutboxMessage.ended_at <= before)
        .order_by(OutboxMessage.ended_at)
        .limit(BITE)
    ).all()
    wiped = session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id.in_([row.id for row in rows]), OutboxMessage.content.is_not(sa.null()))
        .values(content=sa.null())
    )
    reached = before if len(rows) < BITE else rows[-1].ended_at
    session.merge(ProviderState(channel="", account="retention", key="wiped_until", value=reached.isoformat()))
    return int(getattr(wiped, "rowcount", 0))


def rows_to_counts(session: Session, before: datetime) -> int:
    """Turn rows that ended before then into counts by month, channel, class and end."""
    rows = session.execute(
        sa.select(
            OutboxMessage.id, OutboxMessage.ended_at,
            OutboxMessage.channel, OutboxMessage.message_class, OutboxMessage.status,
        )
        .where(OutboxMessage.ended_at <= before)
        .order_by(OutboxMessage.ended_at)
        .limit(BITE)
    ).all()  # fmt: skip
    for key, count in Counter((f"{at:%Y-%m}", *rest) for _, at, *rest in rows if at is not None).items():
        kept = session.get(MessageCount, key) or MessageCount(
            month=key[0], channel=key[1], message_class=key[2], status=key[3], count=0
        )
        kept.count += count
        session.add(kept)
    session.execute(sa.delete(OutboxMessage).where(OutboxMessage.id.in_([row.id for row in rows])))
    return len(rows)


def forget_last_words(session: Session, now: datetime) -> int:
    """Forget the one message to somebody who was erased: its row keeps her address only until it has ended."""
    ended = OutboxMessage.ended_at > now - _JUST_ENDED, OutboxMessage.contact_id.is_(None)
    return int(getattr(session.execute(sa.delete(OutboxMessage).where(*ended)), "rowcount", 0))


def wipe_quarantine(session: Session, before: datetime) -> int:
    """Wipe the bodies of messages that could not be handled; that there were such messages stays."""
    wiped = session.execute(
        sa.update(QuarantinedMessage)
        .where(QuarantinedMessage.at <= before, QuarantinedMessage.address != "")
        .values(body=sa.null(), address="")
    )
    return int(getattr(wiped, "rowcount", 0))


def forget_questions(session: Session, before: datetime) -> int:
    """Forget what was said in handovers closed before then."""
    closed = Question.status == QuestionStatus.CLOSED, Question.closed_at <= before
    return int(getattr(session.execute(sa.delete(Question).where(*closed)), "rowcount", 0))


def forget_expired(session: Session, now: datetime) -> int:
    """Forget links, pictures and codes that open nothing any more."""
    gone: Callable[[Any], Any] = lambda table: session.execute(sa.delete(table).where(table.expires_at <= now))  # noqa: E731
    return sum(int(getattr(gone(table), "rowcount", 0)) for table in (Link, Media, InviteCode))


def _delete(session: Session, table: Any, at: Any, before: datetime) -> int:
    """Delete the oldest rows, a bite at a time, by their time alone: these tables share no kind of key."""
    due = session.scalars(sa.select(at).where(at <= before).order_by(at).limit(BITE)).all()
    if not due:
        return 0
    return int(getattr(session.execute(sa.delete(table).where(at <= due[-1])), "rowcount", 0))

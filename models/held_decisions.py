"""Sending or dropping held messages.

A decision is written down at once and carried out in small steps, because a broadcast may hold a million rows.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import broadcasting, offers, roles
from models.broadcast_counts import Change, count_changes
from models.broadcasts import Broadcast, BroadcastStatus
from models.held import HELD, KIND, SINGLE, SUBJECT, Group, Kind, NothingHeld, broadcasts, group, groups
from models.messages import OutboxMessage, Status
from models.office import ProviderState
from models.programme import Programme

#: Rows in one step: about 20 ms of the writer.
CHUNK = 400
#: Where decisions that are not carried out yet are kept, by the code of their group.
_DECISIONS = ProviderState.channel == "", ProviderState.account == "held"


class Decision(StrEnum):
    """What a coordinator wants."""

    SEND = "send"
    DROP = "drop"


def decide(
    session: Session,
    actor_id: int | None,
    code: str,
    decision: Decision,
    now: datetime,
    programme: Programme,
    limit: int = CHUNK,
) -> int:
    """Send or drop one group, or with the code «all» everything; how many messages that is.

    What would come too late is not sent but expires. Raises NotAllowed, NothingHeld.
    """
    actor = roles.require(session, actor_id)
    concerned = groups(session) if code == "all" else [group(session, code)]
    if not concerned:
        raise NothingHeld
    for one in concerned:
        roles.audit(session, actor, f"held.{decision}", f"held {one.code}", now, count=one.count)
        if one.kind is Kind.BROADCAST and decision is Decision.DROP:
            _stop_broadcast(session, actor, one.subject, now)
        _write_down(session, one.code, decision)
    session.flush()
    carry_out(session, now, programme, limit)
    return sum(one.count for one in concerned)


def carry_out(session: Session, now: datetime, programme: Programme, limit: int = CHUNK) -> int:
    """One step of every decision, and the end of what waited too long for one; how many rows. Repeat until it is 0."""
    for broadcast in broadcasts(session):
        _follow(session, broadcast, now)
    session.flush()
    decisions = session.scalars(sa.select(ProviderState).where(*_DECISIONS).order_by(ProviderState.key)).all()
    touched = sum(_step(session, decision, now, programme, limit) for decision in decisions)
    return touched + _expire(session, now, programme, limit)


def _follow(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """Going on with a broadcast, or stopping it, decides about its held rows too; so does its end as news."""
    if broadcast.status == BroadcastStatus.PAUSED and broadcast.expires_at > now:
        return
    is_stopped = broadcast.status == BroadcastStatus.CANCELLED
    code = Group(Kind.BROADCAST, broadcast.id, 0, now).code
    _write_down(session, code, Decision.DROP if is_stopped else Decision.SEND)


def _write_down(session: Session, code: str, decision: Decision) -> None:
    session.merge(ProviderState(channel="", account="held", key=code, value=decision.value))


def _step(session: Session, decided: ProviderState, now: datetime, programme: Programme, limit: int) -> int:
    kind, _, subject = decided.key.partition(".")
    rows = _some(session, Kind(kind), int(subject), limit)
    is_late = kind == Kind.BROADCAST and session.get_one(Broadcast, int(subject)).expires_at <= now
    changes: Counter[Change] = Counter()
    for row in rows:
        if decided.value == Decision.DROP:
            _end(session, row, Status.CANCELLED, "stopped", changes, now, programme)
        elif is_late or (row.expires_at is not None and row.expires_at <= now):
            _end(session, row, Status.EXPIRED, "too_late", changes, now, programme)
        else:
            _release(row, changes, now)
    session.flush()
    count_changes(session, changes)
    if len(rows) < limit:
        session.delete(decided)
        if kind == Kind.BROADCAST and decided.value == Decision.SEND:
            _resume_broadcast(session, int(subject), now)
        session.flush()
    return len(rows)


def _some(session: Session, kind: Kind, subject: int, limit: int) -> Sequence[OutboxMessage]:
    if kind is Kind.BROADCAST:
        where: tuple[sa.ColumnElement[bool], ...] = (HELD, OutboxMessage.broadcast_id == subject)
    else:
        where = (*SINGLE, sa.literal(kind.value) == KIND, sa.literal(subject) == SUBJECT)
    rows = sa.select(OutboxMessage).where(*where).order_by(OutboxMessage.id).limit(limit)
    return session.scalars(rows.with_for_update(of=OutboxMessage)).all()


def _release(row: OutboxMessage, changes: Counter[Change], now: datetime) -> None:
    """It may have gone out after the backup was made: the provider is asked first where it can be.

    A broadcast's rows are too many to be asked about one by one; the coordinator knows that some may get it twice.
    """
    row.not_before = max(row.not_before, now)
    row.attempts = 0
    if row.broadcast_id is not None:
        row.status = Status.QUEUED
        changes[(row.broadcast_id, Status.HELD, Status.QUEUED, None)] += 1
        return
    row.status, row.uncertain_episodes = Status.UNCERTAIN, 1


def _end(
    session: Session, row: OutboxMessage, status: Status, reason: str, changes: Counter[Change], now: datetime,
    programme: Programme,
) -> None:  # fmt: skip
    """End a row that is not sent. A seat that was not offered passes on; a row of an erased woman is gone."""
    row.status, row.error, row.ended_at = status, reason, now
    if row.broadcast_id is not None:
        changes[(row.broadcast_id, Status.HELD, status, None)] += 1
    elif row.enrolment_id is not None and (row.content or {}).get("key") == "offer.made":
        session.flush()
        offers.offer_undeliverable(session, row.enrolment_id, now, programme)
    if row.contact_id is None:
        session.delete(row)


def _expire(session: Session, now: datetime, programme: Programme, limit: int) -> int:
    """End single rows for which any decision would now come too late."""
    late = sa.select(OutboxMessage).where(*SINGLE, OutboxMessage.expires_at <= now)
    rows = session.scalars(late.order_by(OutboxMessage.id).limit(limit)).all()
    changes: Counter[Change] = Counter()
    for row in rows:
        _end(session, row, Status.EXPIRED, "too_late", changes, now, programme)
    session.flush()
    return len(rows)


def _stop_broadcast(session: Session, actor: int, broadcast_id: int, now: datetime) -> None:
    if session.get_one(Broadcast, broadcast_id).status not in (BroadcastStatus.CANCELLED, BroadcastStatus.FINISHED):
        broadcasting.cancel(session, actor, broadcast_id, now)


def _resume_broadcast(session: Session, broadcast_id: int, now: datetime) -> None:
    """Only when none of its rows is held any more, so that it does not end before them."""
    if session.get_one(Broadcast, broadcast_id).status == BroadcastStatus.PAUSED:
        broadcasting.resume(session, roles.COMMAND_LINE, broadcast_id, now)

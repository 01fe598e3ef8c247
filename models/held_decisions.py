"""Sending or dropping held messages.

A decision is written down at once and carried out in small steps, because a broadcast may hold a million rows.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import broadcasting, offers, roles
from models.broadcast_counts import count_changes
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
    is_dropped = decided.value == Decision.DROP
    if kind == Kind.BROADCAST:
        touched = _step_of_broadcast(session, int(subject), is_dropped, now, limit)
    else:
        rows = _single(session, sa.literal(kind) == KIND, sa.literal(int(subject)) == SUBJECT, limit=limit)
        touched = len(rows)
        for row in rows:
            if is_dropped:
                _end(session, row, Status.CANCELLED, "stopped", now, programme)
            elif row.expires_at is not None and row.expires_at <= now:
                _end(session, row, Status.EXPIRED, "too_late", now, programme)
            else:
                _release(row, now)
    if touched < limit:
        session.delete(decided)
        if kind == Kind.BROADCAST and not is_dropped:
            _resume_broadcast(session, int(subject), now)
    session.flush()
    return touched


def _step_of_broadcast(session: Session, broadcast_id: int, is_dropped: bool, now: datetime, limit: int) -> int:
    """Its rows are too many to be asked about one by one: whoever decides knows that some may get it twice."""
    is_late = session.get_one(Broadcast, broadcast_id).expires_at <= now
    held = sa.select(OutboxMessage.id).where(HELD, OutboxMessage.broadcast_id == broadcast_id)
    ids = session.scalars(held.order_by(OutboxMessage.id).limit(limit).with_for_update()).all()
    if not ids:
        return 0
    values: dict[str, Any]
    if is_dropped:
        after, values = Status.CANCELLED, {"error": "stopped", "ended_at": now}
    elif is_late:
        after, values = Status.EXPIRED, {"error": "too_late", "ended_at": now}
    else:
        after, values = Status.QUEUED, {"attempts": 0}
    session.execute(
        sa.update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(status=after, **values),
        execution_options={"synchronize_session": False},
    )
    count_changes(session, {(broadcast_id, Status.HELD, after, None): len(ids)})
    return len(ids)


def _single(session: Session, *where: sa.ColumnElement[bool], limit: int) -> Sequence[OutboxMessage]:
    rows = sa.select(OutboxMessage).where(*SINGLE, *where).order_by(OutboxMessage.id).limit(limit)
    return session.scalars(rows.with_for_update(of=OutboxMessage)).all()


def _release(row: OutboxMessage, now: datetime) -> None:
    """It may have gone out after the backup was made: the provider is asked first where it can be."""
    row.status, row.uncertain_episodes = Status.UNCERTAIN, max(row.uncertain_episodes, 1)
    row.not_before, row.attempts = max(row.not_before, now), 0


def _end(
    session: Session, row: OutboxMessage, status: Status, reason: str, now: datetime, programme: Programme
) -> None:
    """End a row that is not sent. A seat that was not offered passes on; a row of an erased woman is gone."""
    row.status, row.error, row.ended_at = status, reason, now
    if row.enrolment_id is not None and (row.content or {}).get("key") == "offer.made":
        session.flush()
        offers.offer_undeliverable(session, row.enrolment_id, now, programme)
    if row.contact_id is None:
        session.delete(row)


def _expire(session: Session, now: datetime, programme: Programme, limit: int) -> int:
    """End single rows for which any decision would now come too late."""
    rows = _single(session, OutboxMessage.expires_at <= now, limit=limit)
    for row in rows:
        _end(session, row, Status.EXPIRED, "too_late", now, programme)
    session.flush()
    return len(rows)


def _stop_broadcast(session: Session, actor: int, broadcast_id: int, now: datetime) -> None:
    if session.get_one(Broadcast, broadcast_id).status not in (BroadcastStatus.CANCELLED, BroadcastStatus.FINISHED):
        broadcasting.cancel(session, actor, broadcast_id, now)


def _resume_broadcast(session: Session, broadcast_id: int, now: datetime) -> None:
    """Only when none of its rows is held any more, so that it does not end before them."""
    if session.get_one(Broadcast, broadcast_id).status == BroadcastStatus.PAUSED:
        broadcasting.resume(session, roles.COMMAND_LINE, broadcast_id, now)

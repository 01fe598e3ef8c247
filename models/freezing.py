"""A broadcast's rows, a chunk at a time: freezing its recipients, starting it, ending what is left of it.

All of it happens inside the database: a million recipients never pass through this process.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import people_limit
from models.audience import Audience, belongs, parse_audience
from models.broadcast_counts import add, count_change, locked, waiting
from models.broadcasting import NEWS_FOR
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import MessageClass, OutboxMessage, Status, needs_sender
from models.people import Person
from models.programme import Programme
from models.reach import RECIPIENTS, Reach, reach_of

_outbox = cast(sa.Table, OutboxMessage.__table__)  # Core, without the ORM's price for each row


def freeze_chunk(session: Session, broadcast_id: int, now: datetime, programme: Programme, limit: int) -> bool:
    """Write rows for those of the audience among the next `limit` person ids; True when everybody is written down.

    One message a person, to the reachable contact she last wrote from. Who cannot be reached is counted by reason.
    """
    broadcast = locked(session, broadcast_id)
    if broadcast is None or broadcast.status != BroadcastStatus.FREEZING:
        return True
    until = min(broadcast.last_person_id + limit, broadcast.highest_person_id)
    if until > broadcast.last_person_id:
        _count(broadcast, _freeze(session, broadcast, until, now, programme))
    broadcast.last_person_id = until
    if until < broadcast.highest_person_id:
        return False
    broadcast.status = BroadcastStatus.SCHEDULED if broadcast.starts_at > now else BroadcastStatus.SENDING
    days = people_limit.days_for(broadcast.outside_window, programme.daily_people_limit)
    broadcast.expires_at = broadcast.starts_at + NEWS_FOR + timedelta(days=max(days - 1, 0))
    return True


def _freeze(
    session: Session, broadcast: Broadcast, until: int, now: datetime, programme: Programme
) -> Mapping[Reach, int]:
    """Write the rows of those up to a person id; how many people are in each state."""
    audience, backend = parse_audience(broadcast.audience), session.get_bind().dialect.name
    writes, counts = _statements(broadcast.id, audience, broadcast.starts_at, programme, backend)
    values = {"after": broadcast.last_person_id, "until": until, "now": now}
    if writes is not None:
        session.execute(writes, values)
    return {Reach(reach): count for reach, count in session.execute(counts, values)}


@lru_cache(maxsize=8)
def _statements(
    broadcast_id: int, audience: Audience, starts_at: datetime, programme: Programme, backend: str
) -> tuple[sa.Insert | None, sa.Select[str, int]]:
    """What writes a chunk's rows and what counts it; kept, since to build them takes as long as some hundred rows.

    On PostgreSQL the second does both: two statements could see two different moments there.
    """
    chunk = sa.and_(_within(Person.id), belongs(audience, _within))
    people = reach_of(chunk, audience.needs, starts_at, programme).cte("reached")
    rows = sa.insert(_outbox).from_select(*_rows(people, broadcast_id, starts_at))
    counts = sa.select(people.c.reach, sa.func.count()).group_by(people.c.reach)
    return (None, counts.add_cte(rows.cte("written"))) if backend == "postgresql" else (rows, counts)


def _within(person_id: Any) -> sa.ColumnElement[bool]:
    return sa.and_(person_id > sa.bindparam("after"), person_id <= sa.bindparam("until"))


def _rows(people: sa.CTE, broadcast_id: int, starts_at: datetime) -> tuple[list[str], sa.Select[*tuple[Any, ...]]]:
    """Columns and values of an outbox row for everybody reached. Its text is the broadcast's own, read when claimed."""
    same: dict[str, Any] = {
        "message_class": MessageClass.BROADCAST, "broadcast_id": broadcast_id, "not_before": starts_at,
        "status": Status.QUEUED, "attempts": 0, "uncertain_episodes": 0,
    }  # fmt: skip
    values: dict[str, Any] = {
        "contact_id": people.c.contact_id, "channel": people.c.channel, "address": people.c.address,
        "language": people.c.language, "outside_window": people.c.reach == Reach.WINDOW_CLOSED.value,
        "created_at": sa.bindparam("now", type_=_outbox.c.created_at.type),
    } | {name: sa.literal(value, _outbox.c[name].type) for name, value in same.items()}  # fmt: skip
    reached = people.c.reach.in_([state.value for state in RECIPIENTS])
    return list(values), sa.select(*values.values()).where(reached)


def _count(broadcast: Broadcast, states: Mapping[Reach, int]) -> None:
    recipients = sum(states.get(state, 0) for state in RECIPIENTS)
    broadcast.audience_size += sum(states.values())
    broadcast.outside_window += states.get(Reach.WINDOW_CLOSED, 0)
    broadcast.counts = add(broadcast.counts, {Status.QUEUED.value: recipients})
    excluded = {state.value: count for state, count in states.items() if state not in RECIPIENTS}
    broadcast.excluded = add(broadcast.excluded, excluded)


def start_due(session: Session, now: datetime) -> int:
    """Start the scheduled broadcasts whose time has come; how many."""
    due = session.scalars(
        sa.select(Broadcast)
        .where(Broadcast.status == BroadcastStatus.SCHEDULED, Broadcast.starts_at <= now)
        .with_for_update()
    ).all()
    for broadcast in due:
        broadcast.status = BroadcastStatus.SENDING
    return len(due)


def finish_done(session: Session, now: datetime) -> list[Broadcast]:
    """End the broadcasts in which every recipient has an end; which ones ended now."""
    running = session.scalars(sa.select(Broadcast).where(Broadcast.status == BroadcastStatus.SENDING)).all()
    done = [found for broadcast in running if not waiting(broadcast) and (found := _still_done(session, broadcast))]
    for broadcast in done:
        broadcast.status, broadcast.ended_at = BroadcastStatus.FINISHED, now
    return done


def _still_done(session: Session, broadcast: Broadcast) -> Broadcast | None:
    """The same broadcast under its lock, if it is done there too."""
    found = locked(session, broadcast.id)
    return found if found and found.status == BroadcastStatus.SENDING and not waiting(found) else None


#: How rows end that still wait when their broadcast is over. One of unknown outcome ends as such: it is not sent again.
_LEFT = (Status.QUEUED, Status.UNCERTAIN)


def has_left() -> sa.ColumnElement[bool]:
    """Whether a broadcast has rows that `end_chunk` would end, as a condition on it: its counters tell."""
    counts = sa.cast(Broadcast.counts, sa.Text)
    return sa.or_(*(counts.contains(f'"{status}"') for status in _LEFT))


def end_chunk(session: Session, broadcast_id: int, end: Status, reason: str, now: datetime, limit: int) -> int:
    """End up to `limit` rows of a broadcast that is over; how many. What is in flight ends by itself."""
    broadcast = session.get_one(Broadcast, broadcast_id)
    ended = 0
    for before in _LEFT:
        after, why = (end, reason) if before is Status.QUEUED else (Status.FAILED, "unknown_outcome")
        if ended < limit and broadcast.counts.get(before):
            how_many = _end(session, broadcast_id, before, after, why, now, limit - ended)
            count_change(session, broadcast_id, before, after, how_many, why)
            ended += how_many
    return ended


def _end(
    session: Session, broadcast_id: int, before: Status, after: Status, reason: str, now: datetime, limit: int
) -> int:
    """End rows by the index of open ones, so that those which have ended are not read again."""
    open_rows = _outbox.c.broadcast_id == broadcast_id, needs_sender(_outbox.c.status), _outbox.c.status == before
    some = sa.select(_outbox.c.id).where(*open_rows).limit(limit).with_for_update(skip_locked=True)
    ended = session.execute(
        sa.update(_outbox)
        .where(_outbox.c.id.in_(some.scalar_subquery()))
        .values(status=after, error=reason, ended_at=now)
    )
    return int(getattr(ended, "rowcount", 0))

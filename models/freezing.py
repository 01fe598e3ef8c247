"""A broadcast's rows, a chunk at a time: freezing its recipients, starting it, ending what is left of it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import broadcasting, outbox
from models.audience import RECIPIENTS, Reach, belongs, parse_audience, reach_of
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import MessageClass, OutboxMessage, Status
from models.people import Person
from models.programme import Programme

#: An announcement that could not be sent for so long is news no more.
NEWS_FOR = timedelta(days=3)
_outbox = cast(sa.Table, OutboxMessage.__table__)  # Core, without the ORM's price for each row


def freeze_chunk(session: Session, broadcast_id: int, now: datetime, programme: Programme, limit: int) -> bool:
    """Write rows for the next `limit` people of the audience; True when everybody is written down.

    One message a person, to the reachable contact she last wrote from. Who cannot be reached is counted by reason.
    """
    broadcast = broadcasting.locked(session, broadcast_id)
    if broadcast is None or broadcast.status != BroadcastStatus.FREEZING:
        return True
    audience = parse_audience(broadcast.audience)
    rest = Person.id > broadcast.last_person_id, Person.id <= broadcast.highest_person_id, belongs(audience)
    ids = session.scalars(sa.select(Person.id).where(*rest).order_by(Person.id).limit(limit)).all()
    if ids:
        chunk = sa.and_(Person.id.between(ids[0], ids[-1]), belongs(audience))
        people = session.execute(reach_of(chunk, audience.needs, broadcast.starts_at, programme)).all()
        reached = [person for person in people if person.reach in RECIPIENTS]
        if reached:
            session.execute(sa.insert(_outbox), [_row(broadcast, person, now) for person in reached])
        _count(broadcast, Counter(Reach(person.reach) for person in people))
    if len(ids) == limit:
        broadcast.last_person_id = ids[-1]
        return False
    broadcast.last_person_id = broadcast.highest_person_id
    broadcast.status = BroadcastStatus.SCHEDULED if broadcast.starts_at > now else BroadcastStatus.SENDING
    return True


def _row(broadcast: Broadcast, person: Any, now: datetime) -> dict[str, Any]:
    person_id, contact_id, channel, address, language, _ = person
    return outbox.row(
        contact_id, channel, address, language, MessageClass.BROADCAST, broadcast.content, now,
        once_key=f"broadcast:{broadcast.id}:person {person_id}", broadcast_id=broadcast.id,
        not_before=broadcast.starts_at, expires_at=broadcast.starts_at + NEWS_FOR,
    )  # fmt: skip


def _count(broadcast: Broadcast, states: Counter[Reach]) -> None:
    broadcast.audience_size += states.total()
    recipients = sum(states.pop(state, 0) for state in RECIPIENTS)
    counts, excluded = dict(broadcast.counts), Counter(broadcast.excluded)
    counts[broadcasting.QUEUED] = counts.get(broadcasting.QUEUED, 0) + recipients
    excluded.update({state.value: count for state, count in states.items()})
    broadcast.counts, broadcast.excluded = {name: n for name, n in counts.items() if n}, dict(excluded)


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


def finish_done(session: Session, now: datetime) -> int:
    """End the broadcasts in which every recipient has an end; how many."""
    running = session.scalars(sa.select(Broadcast).where(Broadcast.status == BroadcastStatus.SENDING)).all()
    done = [broadcast for broadcast in running if not broadcast.counts.get(broadcasting.QUEUED)]
    for broadcast in done:
        broadcast.status, broadcast.ended_at = BroadcastStatus.FINISHED, now
    return len(done)


def end_chunk(session: Session, broadcast_id: int, end: Status, reason: str, now: datetime, limit: int) -> int:
    """End up to `limit` rows of a broadcast that is over; how many. What is in flight ends by itself.

    A row of unknown outcome ends as such: it is not sent again.
    """
    ended = 0
    for before, after, why in (
        (Status.QUEUED, end, reason),
        (Status.UNCERTAIN, Status.FAILED, "unknown_outcome"),
    ):
        where = OutboxMessage.broadcast_id == broadcast_id, OutboxMessage.status == before
        ids = session.scalars(sa.select(OutboxMessage.id).where(*where).limit(limit)).all()
        if ids:
            session.execute(
                sa.update(OutboxMessage)
                .where(OutboxMessage.id.in_(ids), OutboxMessage.status == before)
                .values(status=after, error=why, ended_at=now)
            )
            broadcasting.count_change(session, broadcast_id, before, after, len(ids))
        ended += len(ids)
    return ended

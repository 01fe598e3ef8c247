"""What becomes of unsent messages when a backup is brought back: nothing of the past goes out by itself.

All this happens in the restored data before anybody else sees it (`bot/restoring.py`). What coordinators then do with
what is held stands in `models/held.py`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import offers
from models.broadcast_counts import Change, count_changes
from models.broadcasts import Broadcast, BroadcastStatus
from models.messages import PRIVATE, MessageClass, OutboxMessage, Status
from models.office import ProviderState
from models.programme import Programme

#: Where a broadcast has not come to its end.
UNDER_WAY = (BroadcastStatus.FREEZING, BroadcastStatus.SCHEDULED, BroadcastStatus.SENDING)
#: Where a message has not come to its end, and nobody holds it yet.
UNSENT = (Status.QUEUED, Status.SENDING, Status.UNCERTAIN)
#: Under this key the database remembers that it was restored.
RESTORED = ("", "backup", "restored")


@dataclass(frozen=True, slots=True)
class Held:
    """What a restore left for people to decide."""

    held: int  #: messages that wait for a coordinator
    expired: int  #: messages whose time had passed
    paused: int  #: broadcasts that wait for a coordinator


def pause_broadcasts(session: Session) -> int:
    """Pause every broadcast that was under way or waiting for its time; how many."""
    paused = session.execute(
        sa.update(Broadcast).where(Broadcast.status.in_(UNDER_WAY)).values(status=BroadcastStatus.PAUSED)
    )
    return int(getattr(paused, "rowcount", 0))


def expire_missed(session: Session, now: datetime, programme: Programme) -> int:
    """End what came too late while the program was away; how many. Seats that were offered in vain pass on."""
    late = OutboxMessage.status.in_(UNSENT), OutboxMessage.expires_at <= now
    offered = session.scalars(
        sa.select(OutboxMessage.enrolment_id).where(
            *late, OutboxMessage.enrolment_id.is_not(None), _key() == "offer.made"
        )
    ).all()
    _count(session, late, Status.EXPIRED)
    ended = session.execute(
        sa.update(OutboxMessage)
        .where(*late)
        .values(status=Status.EXPIRED, error="too_late", ended_at=now, lease_by=None, lease_until=None)
    )
    session.flush()
    for enrolment_id in offered:
        assert enrolment_id is not None
        offers.offer_undeliverable(session, enrolment_id, now, programme)
    return int(getattr(ended, "rowcount", 0))


def hold_unsent(session: Session, now: datetime) -> int:
    """Hold everything unsent until a coordinator decides; how many. What was in flight is of unknown outcome.

    A private reply is let go of: it is in no list, and out of its moment it could only do harm.
    """
    session.execute(
        sa.delete(OutboxMessage).where(
            OutboxMessage.status.in_(UNSENT),
            OutboxMessage.message_class == MessageClass.REPLY,
            _key().startswith(PRIVATE),
        )
    )
    unsent = (OutboxMessage.status.in_(UNSENT),)
    _count(session, unsent, Status.HELD)
    in_flight = sa.case((OutboxMessage.status == Status.SENDING, 1), else_=0)
    held = session.execute(
        sa.update(OutboxMessage)
        .where(*unsent)
        .values(
            uncertain_episodes=OutboxMessage.uncertain_episodes + in_flight,
            status=Status.HELD, lease_by=None, lease_until=None,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    session.expire_all()
    return int(getattr(held, "rowcount", 0))


def remember_restore(session: Session, now: datetime) -> None:
    """Keep in the data when it was restored."""
    channel, account, key = RESTORED
    session.merge(ProviderState(channel=channel, account=account, key=key, value=now.isoformat()))


def restored_at(session: Session) -> datetime | None:
    """When this data was restored from a backup; None if it never was."""
    found = session.get(ProviderState, RESTORED)
    return datetime.fromisoformat(found.value) if found else None


def _key() -> sa.ColumnElement[str]:
    """The sentence's key of a message."""
    key: sa.ColumnElement[str] = OutboxMessage.content["key"].as_string()
    return key


def _count(session: Session, rows: tuple[sa.ColumnElement[bool], ...], after: Status) -> None:
    """Tell the broadcasts that these rows of theirs are about to have another status."""
    found = session.execute(
        sa.select(OutboxMessage.broadcast_id, OutboxMessage.status, sa.func.count())
        .where(*rows, OutboxMessage.broadcast_id.is_not(None))
        .group_by(OutboxMessage.broadcast_id, OutboxMessage.status)
    )
    changes: Counter[Change] = Counter()
    for broadcast_id, before, how_many in found:
        assert broadcast_id is not None
        changes[(broadcast_id, Status(before), after, None)] += how_many
    count_changes(session, changes)

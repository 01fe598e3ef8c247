"""Messages that wait for a coordinator's decision since a backup was restored: which there are.

How they came to be held is in `models/holding.py`, what is decided about them in `models/held_decisions.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import Refused
from models.broadcasts import Broadcast
from models.enrolments import Enrolment
from models.events import Event, Meeting
from models.messages import MessageClass, OutboxMessage, Status

#: Word for word as the index of held rows says it.
HELD = OutboxMessage.status == sa.literal_column("'held'")


class NothingHeld(Refused):
    """Nothing of this kind waits any more: somebody else has decided."""

    key = "refused.nothing_held"


class Kind(StrEnum):
    """What is held, as coordinators decide about it."""

    REPLY = "reply"
    OFFER = "offer"  #: of a seat in an event, and that an offer has ended
    NOTICE = "notice"  #: a change to an event, a question, an answer
    REMINDER = "reminder"  #: of an event's meetings
    BROADCAST = "broadcast"


@dataclass(frozen=True, slots=True)
class Group:
    """Held messages about which one decision is made."""

    kind: Kind
    subject: int  #: the broadcast's or event's number; 0: none
    count: int
    oldest: datetime  #: when the first of them was written

    @property
    def code(self) -> str:
        """How buttons and decisions name it: «reminder.12»."""
        return f"{self.kind}.{self.subject}"


KIND = sa.case(
    (OutboxMessage.message_class == MessageClass.REMINDER, Kind.REMINDER.value),
    (OutboxMessage.message_class == MessageClass.REPLY, Kind.REPLY.value),
    (OutboxMessage.enrolment_id.is_not(None), Kind.OFFER.value),
    else_=Kind.NOTICE.value,
)
SUBJECT = sa.case(
    (OutboxMessage.message_class == MessageClass.REPLY, 0),
    else_=sa.func.coalesce(
        sa.select(Meeting.event_id).where(Meeting.id == OutboxMessage.meeting_id).scalar_subquery(),
        sa.select(Enrolment.event_id).where(Enrolment.id == OutboxMessage.enrolment_id).scalar_subquery(),
        0,
    ),
)
#: Held rows of no broadcast, so few that they may be counted.
SINGLE = HELD, OutboxMessage.broadcast_id.is_(None)


def count(session: Session) -> int:
    """How many messages are held."""
    single = session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage).where(*SINGLE)) or 0
    return single + sum(int(broadcast.counts[Status.HELD]) for broadcast in broadcasts(session))


def groups(session: Session) -> list[Group]:
    """Everything held, the largest group first. Of broadcasts their counters tell."""
    rows = sa.select(KIND.label("kind"), SUBJECT.label("subject"), OutboxMessage.created_at).where(*SINGLE)
    row = rows.subquery().c
    single = session.execute(
        sa.select(row.kind, row.subject, sa.func.count(), sa.func.min(row.created_at)).group_by(row.kind, row.subject)
    )
    found = [Group(Kind(kind), subject, how_many, oldest) for kind, subject, how_many, oldest in single]
    for broadcast in broadcasts(session):
        found.append(Group(Kind.BROADCAST, broadcast.id, broadcast.counts[Status.HELD], broadcast.created_at))
    return sorted(found, key=lambda group: (-group.count, group.code))


def broadcasts(session: Session) -> list[Broadcast]:
    """The broadcasts with held rows."""
    has_held = sa.cast(Broadcast.counts, sa.Text).contains(f'"{Status.HELD}"')
    return list(session.scalars(sa.select(Broadcast).where(has_held).order_by(Broadcast.id)))


def group(session: Session, code: str) -> Group:
    """One group by its code. Raises NothingHeld."""
    found = next((group for group in groups(session) if group.code == code), None)
    if found is None:
        raise NothingHeld
    return found


def title(session: Session, group: Group) -> str | None:
    """The event a group is about; None where it is about none, or about a broadcast."""
    event = session.get(Event, group.subject) if group.kind is not Kind.BROADCAST else None
    return event.title if event else None

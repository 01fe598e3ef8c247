"""Counting the seats of an event, and the locks under which they are given away.

Nothing here changes a seat: that is `models/seats.py` and `models/offers.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import Refused
from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event
from models.people import Person
from models.prepared import Prepared

T = TypeVar("T")

#: Who holds a seat.
SEATED = (EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED, EnrolmentStatus.COMPLETED)
#: Who still has something to give up.
ACTIVE = (EnrolmentStatus.ENROLLED, EnrolmentStatus.OFFERED, EnrolmentStatus.WAITLISTED)


class NoSuchEvent(Refused):
    """There is no such event, or it is not shown."""

    key = "refused.no_such_event"


class NoSuchPerson(Refused):
    """She is not registered (any more)."""

    key = "refused.no_such_person"


@dataclass(frozen=True, slots=True)
class Seats:
    """The seats of one event. `taken` counts enrolled, offered and reserved ones, `offered` those not yet accepted."""

    capacity: int
    taken: int
    waiting: int
    offered: int

    @property
    def held(self) -> int:
        """Seats that somebody has for certain."""
        return self.taken - self.offered

    @property
    def left(self) -> int:
        """Free seats, never below none."""
        return max(0, self.capacity - self.taken)

    @property
    def open_to_newcomers(self) -> bool:
        """Whether a newcomer gets a seat at once: one is free and nobody waits for it."""
        return self.left > 0 and self.waiting == 0


def _how_many(*statuses: EnrolmentStatus) -> sa.ColumnElement[int]:
    among = sa.or_(*(Enrolment.status == status.value for status in statuses))
    return sa.func.count(sa.case((among, 1)))


_COUNTED = (
    sa.select(
        Event.id,
        Event.capacity,
        Event.reserved_seats + _how_many(*SEATED),
        _how_many(EnrolmentStatus.WAITLISTED),
        _how_many(EnrolmentStatus.OFFERED),
    )
    .outerjoin(Enrolment, Enrolment.event_id == Event.id)
    .group_by(Event.id, Event.capacity, Event.reserved_seats)
)
_ONE = Prepared(any=_COUNTED.where(Event.id == sa.bindparam("event_id")))


def seats(session: Session, event_id: int) -> Seats:
    """The seats of one event. Raises NoSuchEvent."""
    session.flush()
    counted = _ONE.first(session, {"event_id": event_id})
    if counted is None:
        raise NoSuchEvent
    return Seats(*counted[1:])


def seats_of(session: Session, event_ids: Collection[int]) -> dict[int, Seats]:
    """The seats of several events, in one query."""
    rows = session.execute(_COUNTED.where(Event.id.in_(event_ids)))
    return {event_id: Seats(*counted) for event_id, *counted in rows}


def lock_person(session: Session, person_id: int) -> Person:
    """The person, locked against a second message of hers. Comes before `lock_event`. Raises NoSuchPerson."""
    person = session.scalar(_locked(sa.select(Person).where(Person.id == person_id)))
    if person is None:
        raise NoSuchPerson
    return person


def lock_event(session: Session, event_id: int) -> Event:
    """The event, locked until the transaction ends, as it is now: seats change under this lock alone.

    SQLite has a single writer and needs no row lock. Raises NoSuchEvent.
    """
    event = session.scalar(_locked(sa.select(Event).where(Event.id == event_id)))
    if event is None:
        raise NoSuchEvent
    return event


def enrolment_under_lock(session: Session, enrolment_id: int) -> Enrolment | None:
    """An enrolment as it is once its event is locked, not as it was read before."""
    event_id = session.scalar(sa.select(Enrolment.event_id).where(Enrolment.id == enrolment_id))
    if event_id is None:
        return None
    lock_event(session, event_id)
    return session.scalar(
        sa.select(Enrolment).where(Enrolment.id == enrolment_id).execution_options(populate_existing=True)
    )


def wait_position(session: Session, enrolment: Enrolment) -> int:
    """Her place in the waiting list, from 1; 0 for somebody who does not wait."""
    if enrolment.status != EnrolmentStatus.WAITLISTED:
        return 0
    ahead = sa.select(sa.func.count()).where(
        Enrolment.event_id == enrolment.event_id,
        Enrolment.status == EnrolmentStatus.WAITLISTED,
        Enrolment.position <= enrolment.position,
    )
    return session.scalar(ahead) or 0


def _locked(statement: sa.Select[T]) -> sa.Select[T]:
    return statement.with_for_update().execution_options(populate_existing=True)

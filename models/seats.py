"""Taking a seat, waiting for one, giving it up: the rules of `rules.md` (Seats), each under the event's lock.

Counting is in `models/seat_count.py`, offers are in `models/offers.py`; both are at hand here under their own names.
Lock order: person, then event.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import outbox, roles
from models.base import Refused
from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event, EventStatus, Meeting, MeetingStatus
from models.messages import OutboxMessage
from models.offers import (
    AlreadyEnrolled,
    NotHers,
    OfferExpired,
    accept_offer,
    decline_offer,
    expire_offers,
    offer_accepted,
    offer_free_seats,
    offer_undeliverable,
    offer_waiting_seats,
)
from models.programme import WIB, Programme
from models.seat_count import (
    ACTIVE,
    SEATED,
    NoSuchEvent,
    NoSuchPerson,
    Seats,
    lock_event,
    lock_person,
    seats,
    seats_of,
    wait_position,
)

__all__ = [
    "ACTIVE", "SEATED", "AlreadyEnrolled", "CapacityTooSmall", "Conflict", "EnrolmentClosed", "EventCancelled",
    "NoSuchEvent", "NoSuchPerson", "NotEnrolled", "NotHers", "OfferExpired", "Seats", "accept_offer", "closes_at",
    "day_conflicts", "decline_offer", "enrol", "enrol_by_hand", "enrolment_of", "expire_offers", "leave",
    "leave_waitlist", "lock_event", "lock_person", "offer_accepted", "offer_free_seats", "offer_undeliverable",
    "offer_waiting_seats", "resize", "seats", "seats_of", "wait_position",
]  # fmt: skip


class EnrolmentClosed(Refused):
    """Enrolment in the event has closed, or is not open yet."""

    key = "refused.enrolment_closed"


class EventCancelled(Refused):
    """The event will not take place."""

    key = "refused.event_cancelled"


class NotEnrolled(Refused):
    """She has nothing to give up in this event."""

    key = "refused.not_enrolled"


class CapacityTooSmall(Refused):
    """An event cannot have fewer seats than are taken (`taken`)."""

    key = "refused.capacity_too_small"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A meeting of another event of hers on the same day."""

    event: Event
    starts_at: datetime


def enrol(session: Session, person_id: int, event_id: int, now: datetime, programme: Programme) -> Enrolment:
    """Give her a seat, or a place in the waiting list where the event is full or somebody waits.

    The enrolment may come back `offered`: everybody before her is out of reach, and her offer is on its way already.
    Raises NoSuchPerson, NoSuchEvent, EventCancelled, EnrolmentClosed, AlreadyEnrolled.
    """
    lock_person(session, person_id)
    event = lock_event(session, event_id)
    _refuse_unless_published(event)
    closing = closes_at(session, event)
    if closing is None or closing <= now:
        raise EnrolmentClosed(event=event.title)
    return _take_place(session, person_id, event, now, programme)


def enrol_by_hand(
    session: Session, actor_id: int | None, person_id: int, event_id: int, now: datetime, programme: Programme
) -> Enrolment:
    """A coordinator enrols somebody who has no phone or simply came; also after enrolment has closed.

    The seats are counted all the same. Raises NotAllowed and what `enrol` raises, except EnrolmentClosed.
    """
    actor = roles.require(session, actor_id)
    lock_person(session, person_id)
    event = lock_event(session, event_id)
    _refuse_unless_published(event)
    enrolment = _take_place(session, person_id, event, now, programme)
    roles.audit(session, actor, "enrolment.by_hand", f"event {event_id}", now, person=person_id)
    return enrolment


def _refuse_unless_published(event: Event) -> None:
    if event.status == EventStatus.CANCELLED:
        raise EventCancelled(event=event.title)
    if event.status != EventStatus.PUBLISHED:
        raise EnrolmentClosed(event=event.title)


def _take_place(session: Session, person_id: int, event: Event, now: datetime, programme: Programme) -> Enrolment:
    counted = seats(session, event.id)
    enrolment = enrolment_of(session, person_id, event.id)
    if enrolment is None:
        enrolment = Enrolment(person_id=person_id, event_id=event.id, created_at=now)
        session.add(enrolment)
    elif enrolment.status != EnrolmentStatus.CANCELLED:
        raise AlreadyEnrolled(enrolment.status, event.title)
    enrolment.changed_at = now
    if counted.open_to_newcomers:
        enrolment.status = EnrolmentStatus.ENROLLED
        session.flush()
        return enrolment
    event.last_position += 1
    enrolment.status, enrolment.position = EnrolmentStatus.WAITLISTED, event.last_position
    session.flush()
    if counted.left:  # whoever waits is out of reach
        offer_free_seats(session, event.id, now, programme)
    return enrolment


def leave(session: Session, person_id: int, event_id: int, now: datetime, programme: Programme) -> Enrolment:
    """She gives up whatever she holds: a seat, an offer or a place in the waiting list. A freed seat is offered on.

    Raises NoSuchEvent, NotEnrolled.
    """
    event = lock_event(session, event_id)
    enrolment = enrolment_of(session, person_id, event_id)
    if enrolment is None or enrolment.status not in ACTIVE:
        raise NotEnrolled(event=event.title)
    return _give_up(session, enrolment, now, programme)


def leave_waitlist(session: Session, person_id: int, event_id: int, now: datetime, programme: Programme) -> Enrolment:
    """She waits no longer. Raises NotEnrolled where she does not wait (any more)."""
    event = lock_event(session, event_id)
    enrolment = enrolment_of(session, person_id, event_id)
    if enrolment is None or enrolment.status != EnrolmentStatus.WAITLISTED:
        raise NotEnrolled(event=event.title)
    return _give_up(session, enrolment, now, programme)


def _give_up(session: Session, enrolment: Enrolment, now: datetime, programme: Programme) -> Enrolment:
    enrolment.status, enrolment.changed_at = EnrolmentStatus.CANCELLED, now
    enrolment.position = enrolment.offered_at = enrolment.offer_expires_at = enrolment.passed_over_at = None
    session.flush()
    outbox.cancel(session, OutboxMessage.enrolment_id == enrolment.id, reason="left", now=now)
    offer_free_seats(session, enrolment.event_id, now, programme)
    return enrolment


def resize(session: Session, event_id: int, capacity: int, now: datetime, programme: Programme) -> int:
    """Change the number of seats; how many offers that made. Raises CapacityTooSmall below the seats taken.

    Who may do that is asked in `models/event_editing.py`.
    """
    event = lock_event(session, event_id)
    taken = seats(session, event_id).taken
    if capacity < max(taken, 1):
        raise CapacityTooSmall(event=event.title, taken=taken)
    event.capacity = capacity
    session.flush()
    return offer_free_seats(session, event_id, now, programme)


def enrolment_of(session: Session, person_id: int, event_id: int) -> Enrolment | None:
    """Her enrolment in an event as it is now, whatever its status."""
    where = Enrolment.person_id == person_id, Enrolment.event_id == event_id
    return session.scalar(sa.select(Enrolment).where(*where).execution_options(populate_existing=True))


def closes_at(session: Session, event: Event) -> datetime | None:
    """When enrolment closes: as the coordinator set it, else at the first meeting's start. None without meetings."""
    planned = Meeting.event_id == event.id, Meeting.status == MeetingStatus.PLANNED
    return event.closes_at or session.scalar(
        sa.select(Meeting.starts_at).where(*planned).order_by(Meeting.starts_at, Meeting.id).limit(1)
    )


def day_conflicts(session: Session, person_id: int, event_id: int, now: datetime) -> list[Conflict]:
    """Meetings of her other events on a day on which this event meets, from now on, earliest first."""
    planned = Meeting.status == MeetingStatus.PLANNED, Meeting.starts_at >= now
    theirs = session.scalars(sa.select(Meeting.starts_at).where(Meeting.event_id == event_id, *planned))
    days = {at.astimezone(WIB).date() for at in theirs}
    hers = session.execute(
        sa.select(Event, Meeting.starts_at)
        .join(Meeting, Meeting.event_id == Event.id)
        .join(Enrolment, Enrolment.event_id == Event.id)
        .where(
            Enrolment.person_id == person_id, Enrolment.status.in_(SEATED), Event.id != event_id,
            Event.status == EventStatus.PUBLISHED, *planned,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )  # fmt: skip
    return [Conflict(event, at) for event, at in hers if at.astimezone(WIB).date() in days]

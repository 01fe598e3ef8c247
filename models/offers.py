"""Offering freed seats to the waiting list, one after the other, each with a deadline.

A seat is offered in order of position. Who cannot be reached is passed over and keeps her place; who lets an offer
expire or declines it has given her place up.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import notices, outbox
from models.base import Refused
from models.enrolments import Enrolment, EnrolmentStatus
from models.events import Event, EventStatus, Meeting, MeetingStatus
from models.messages import OutboxMessage
from models.people import Person
from models.programme import Programme
from models.seat_count import enrolment_under_lock, lock_event, seats, seats_of

#: An offer ends this long before the start at the latest (`rules.md`, Seats).
BEFORE_START = timedelta(hours=3)


class OfferExpired(Refused):
    """The offer's time has passed, or it was given up: the seat went on to the next."""

    key = "refused.offer_expired"


class NotHers(Refused):
    """The button belongs to somebody else's offer or seat."""

    key = "refused.not_hers"


class AlreadyEnrolled(Refused):
    """She has a seat, an offer or a place in the waiting list already; `status` says which."""

    def __init__(self, status: EnrolmentStatus, event: str) -> None:
        """`event` is its title. The sentence depends on the status: `refused.already_waitlisted` and so on."""
        super().__init__(event=event)
        self.status = EnrolmentStatus(status)
        self.key = f"refused.already_{self.status.value}"


def offer_free_seats(session: Session, event_id: int, now: datetime, programme: Programme) -> int:
    """Offer every free seat to those who wait and can be reached, in order; how many offers were made.

    Nothing is offered where the answer would come too late: less than 3 hours before the start.
    """
    event = lock_event(session, event_id)
    free = seats(session, event_id).left
    meeting = offered_for(session, event, now)
    if event.status != EventStatus.PUBLISHED or not free or meeting is None:
        return 0
    arrives = notices.after_quiet(now, programme)
    if deadline(meeting, arrives, programme) <= arrives:
        return 0
    waiting = session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.event_id == event_id, Enrolment.status == EnrolmentStatus.WAITLISTED)
        .order_by(Enrolment.position)
        .execution_options(populate_existing=True)
    )
    reachable = (enrolment for enrolment in waiting.all() if can_be_offered(session, enrolment))
    chosen = [enrolment for enrolment, _ in zip(reachable, range(free), strict=False)]
    for enrolment in chosen:
        _offer(session, enrolment, event, meeting, now, programme)
    return len(chosen)


def _offer(
    session: Session,
    enrolment: Enrolment,
    event: Event,
    meeting: Meeting,
    now: datetime,
    programme: Programme,
) -> None:
    enrolment.status, enrolment.offered_at, enrolment.offer_expires_at = EnrolmentStatus.OFFERED, now, None
    enrolment.changed_at = now
    session.flush()
    told = deadline(meeting, notices.after_quiet(now, programme), programme)
    notices.offer_made(session, enrolment, event, meeting, meeting.starts_at - BEFORE_START, told, now, programme)


def can_be_offered(session: Session, enrolment: Enrolment) -> bool:
    """Whether an offer would reach her now: she has a reachable contact and has written since one could not."""
    contact = outbox.best_contact(session, enrolment.person_id)
    if contact is None or session.get_one(Person, enrolment.person_id).blocked:
        return False
    missed = enrolment.passed_over_at
    return missed is None or (contact.last_heard_at is not None and contact.last_heard_at > missed)


def offered_for(session: Session, event: Event, now: datetime) -> Meeting | None:
    """The meeting before which an offer must be answered: the first, or the next while late joiners are welcome."""
    planned = session.scalars(
        sa.select(Meeting)
        .where(Meeting.event_id == event.id, Meeting.status == MeetingStatus.PLANNED)
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    if planned and planned[0].starts_at > now:
        return planned[0]
    if event.closes_at is None or event.closes_at <= now:
        return None
    return next((meeting for meeting in planned if meeting.starts_at > now), None)


def deadline(meeting: Meeting, delivered_at: datetime, programme: Programme) -> datetime:
    """Until when a seat is held: `offer_hours` after the offer was delivered, at most to 3 hours before the start."""
    return min(delivered_at + timedelta(hours=programme.offer_hours), meeting.starts_at - BEFORE_START)


def accept_offer(
    session: Session, enrolment_id: int, person_id: int | None, now: datetime, programme: Programme
) -> Enrolment:
    """She takes the offered seat. Raises NotHers, AlreadyEnrolled, OfferExpired."""
    enrolment = _hers(session, enrolment_id, person_id)
    if not _holds(enrolment, now):
        raise OfferExpired(event=_title(session, enrolment))
    _close(session, enrolment, EnrolmentStatus.ENROLLED, now)
    return enrolment


def decline_offer(
    session: Session, enrolment_id: int, person_id: int | None, now: datetime, programme: Programme
) -> Enrolment:
    """She does not want the seat: it goes to the next. Raises NotHers, AlreadyEnrolled, OfferExpired."""
    enrolment = _hers(session, enrolment_id, person_id)
    if enrolment.status != EnrolmentStatus.OFFERED:
        raise OfferExpired(event=_title(session, enrolment))
    _close(session, enrolment, EnrolmentStatus.CANCELLED, now)
    offer_free_seats(session, enrolment.event_id, now, programme)
    return enrolment


def _holds(enrolment: Enrolment, now: datetime) -> bool:
    offered = enrolment.status == EnrolmentStatus.OFFERED
    return offered and (enrolment.offer_expires_at is None or now < enrolment.offer_expires_at)


def _hers(session: Session, enrolment_id: int, person_id: int | None) -> Enrolment:
    enrolment = enrolment_under_lock(session, enrolment_id)
    if enrolment is None or person_id is None or enrolment.person_id != person_id:
        raise NotHers
    if enrolment.status in (EnrolmentStatus.ENROLLED, EnrolmentStatus.COMPLETED):
        raise AlreadyEnrolled(enrolment.status, _title(session, enrolment))
    return enrolment


def _title(session: Session, enrolment: Enrolment) -> str:
    return session.get_one(Event, enrolment.event_id).title


def _close(session: Session, enrolment: Enrolment, status: EnrolmentStatus, now: datetime) -> None:
    """End an offer: her place in the list is used up, and an offer still on its way is taken back."""
    enrolment.status, enrolment.changed_at = status, now
    enrolment.position = enrolment.offered_at = enrolment.offer_expires_at = enrolment.passed_over_at = None
    session.flush()
    outbox.cancel(session, OutboxMessage.enrolment_id == enrolment.id, reason="answered", now=now)


def expire_offers(session: Session, now: datetime, programme: Programme) -> int:
    """End the offers whose time has passed and pass the seats on; how many ended.

    An offer that was never delivered ends when it could no longer be answered in time; she keeps her place.
    """
    due = session.execute(
        sa.select(Enrolment.id, Enrolment.event_id)
        .where(
            Enrolment.status == EnrolmentStatus.OFFERED,
            sa.or_(Enrolment.offer_expires_at <= now, Enrolment.offer_expires_at.is_(None)),
        )
        .order_by(Enrolment.event_id, Enrolment.offered_at, Enrolment.id)
    ).all()
    ended = [enrolment_id for enrolment_id, _ in due if _expire(session, enrolment_id, now, programme)]
    for event_id in sorted({event_id for enrolment_id, event_id in due if enrolment_id in ended}):
        offer_free_seats(session, event_id, now, programme)
    return len(ended)


def _expire(session: Session, enrolment_id: int, now: datetime, programme: Programme) -> bool:
    enrolment = enrolment_under_lock(session, enrolment_id)
    if enrolment is None or enrolment.status != EnrolmentStatus.OFFERED:
        return False
    event = session.get_one(Event, enrolment.event_id)
    if enrolment.offer_expires_at is None:
        meeting = offered_for(session, event, now)
        if meeting is not None and now < meeting.starts_at - BEFORE_START:
            return False
        _back_to_her_place(session, enrolment, now)
        return True
    if now < enrolment.offer_expires_at:
        return False
    _close(session, enrolment, EnrolmentStatus.CANCELLED, now)
    notices.offer_expired(session, enrolment, event, now, programme)
    return True


def _back_to_her_place(session: Session, enrolment: Enrolment, now: datetime) -> None:
    enrolment.status, enrolment.changed_at, enrolment.passed_over_at = EnrolmentStatus.WAITLISTED, now, now
    enrolment.offered_at = enrolment.offer_expires_at = None
    session.flush()


def offer_waiting_seats(session: Session, now: datetime, programme: Programme) -> int:
    """Offer what is free wherever somebody waits: who could not be reached may have written again. How many offers."""
    waited_for = session.scalars(
        sa.select(Event.id)
        .where(
            Event.status == EventStatus.PUBLISHED,
            sa.exists().where(Enrolment.event_id == Event.id, Enrolment.status == EnrolmentStatus.WAITLISTED),
        )
        .order_by(Event.id)
    ).all()
    free = [event_id for event_id, counted in seats_of(session, waited_for).items() if counted.left]
    return sum(offer_free_seats(session, event_id, now, programme) for event_id in sorted(free))


def offer_accepted(session: Session, enrolment_id: int, now: datetime, programme: Programme) -> None:
    """The provider took the offer's message: only now does her time to answer begin."""
    enrolment = enrolment_under_lock(session, enrolment_id)
    if enrolment is None or enrolment.status != EnrolmentStatus.OFFERED or enrolment.offer_expires_at is not None:
        return
    meeting = offered_for(session, session.get_one(Event, enrolment.event_id), now)
    enrolment.offer_expires_at = deadline(meeting, now, programme) if meeting else now


def offer_undeliverable(session: Session, enrolment_id: int, now: datetime, programme: Programme) -> None:
    """The offer did not reach her: the seat passes on at once, and she keeps her place in line.

    She is offered a seat again only after she has written again.
    """
    enrolment = enrolment_under_lock(session, enrolment_id)
    if enrolment is None or enrolment.status != EnrolmentStatus.OFFERED:
        return
    _back_to_her_place(session, enrolment, now)
    offer_free_seats(session, enrolment.event_id, now, programme)

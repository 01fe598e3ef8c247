"""Lists for coordinators: who is enrolled, who waits, and whom the program could not reach."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import roles
from models.enrolments import Enrolment, EnrolmentStatus
from models.messages import OutboxMessage, Status
from models.outbox import best_contact
from models.people import Contact, Person

#: In this order they stand in a coordinator's list.
_ORDER = {
    EnrolmentStatus.ENROLLED: 0,
    EnrolmentStatus.COMPLETED: 0,
    EnrolmentStatus.OFFERED: 1,
    EnrolmentStatus.WAITLISTED: 2,
}


@dataclass(frozen=True, slots=True)
class Participant:
    """One woman in an event. `place` is her place in the waiting list, from 1; None for who does not wait."""

    enrolment_id: int
    person_id: int
    name: str
    honorific: str | None
    status: EnrolmentStatus
    place: int | None
    since: datetime


@dataclass(frozen=True, slots=True)
class NotReached:
    """One woman who does not hear from us: `reason` is a key under `reason.*`."""

    person_id: int
    name: str
    reason: str


def participants(session: Session, actor_id: int | None, event_id: int) -> list[Participant]:
    """Everybody enrolled, by name, then offered, then waiting in order. Raises NotAllowed."""
    roles.require(session, actor_id)
    rows = session.execute(
        sa.select(Enrolment, Person.name, Person.honorific)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.event_id == event_id, Enrolment.status.in_(list(_ORDER)))
    ).all()
    ordered = sorted(rows, key=lambda row: (_rank(row[0]), row[1], row[0].id))
    waiting = [row[0].id for row in ordered if row[0].status == EnrolmentStatus.WAITLISTED]
    return [
        Participant(
            enrolment.id,
            enrolment.person_id,
            name,
            honorific,
            EnrolmentStatus(enrolment.status),
            waiting.index(enrolment.id) + 1 if enrolment.id in waiting else None,
            enrolment.created_at,
        )
        for enrolment, name, honorific in ordered
    ]


def _rank(enrolment: Enrolment) -> tuple[int, int]:
    return _ORDER[EnrolmentStatus(enrolment.status)], enrolment.position or 0


def not_reached(session: Session, actor_id: int | None, event_id: int) -> list[NotReached]:
    """«Yang perlu dihubungi»: whoever has a seat and cannot be reached, or whose last message did not arrive.

    Raises NotAllowed.
    """
    listed = participants(session, actor_id, event_id)
    seated = [entry for entry in listed if entry.status != EnrolmentStatus.WAITLISTED]
    found = ((entry, _reason(session, entry)) for entry in seated)
    return [NotReached(entry.person_id, entry.name, reason) for entry, reason in found if reason]


def _reason(session: Session, entry: Participant) -> str | None:
    contact = best_contact(session, entry.person_id)
    if contact is None:
        return _no_contact(session, entry.person_id)
    last = session.execute(
        sa.select(OutboxMessage.status, OutboxMessage.error)
        .where(
            OutboxMessage.contact_id.in_(sa.select(Contact.id).where(Contact.person_id == entry.person_id)),
            OutboxMessage.ended_at.is_not(None),
            OutboxMessage.status != Status.CANCELLED,
        )
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    ).first()
    return last.error if last is not None and last.status in (Status.FAILED, Status.EXPIRED) else None


def _no_contact(session: Session, person_id: int) -> str:
    contacts = session.scalars(sa.select(Contact).where(Contact.person_id == person_id)).all()
    if not contacts:
        return "no_contact"
    return "blocked" if all(contact.blocked_at for contact in contacts) else "opted_out"

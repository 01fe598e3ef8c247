"""Who may do what: each privileged act asks here, and leaves an audit row."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.base import Refused
from models.office import AuditEntry
from models.outbox import best_contact
from models.people import Contact, Person, Role, RoleName

#: The actor of the `berdaya` command: whoever holds the machine may do everything. No person has this id.
COMMAND_LINE = 0


class NotAllowed(Refused):
    """She does not hold the role this act needs."""

    key = "refused.not_allowed"


def holds(session: Session, person_id: int | None, role: RoleName) -> bool:
    """Whether a person holds a role."""
    return person_id is not None and session.get(Role, (person_id, role)) is not None


def require(session: Session, person_id: int | None, role: RoleName = RoleName.COORDINATOR) -> int:
    """The person's id, if she holds the role. Raises NotAllowed."""
    if person_id == COMMAND_LINE:
        return COMMAND_LINE
    if person_id is None or not holds(session, person_id, role):
        raise NotAllowed
    return person_id


def grant(session: Session, person_id: int, role: RoleName) -> None:
    """Give somebody a role; giving it twice changes nothing."""
    session.merge(Role(person_id=person_id, role=role))


def audit(session: Session, actor_id: int | None, act: str, subject: str, now: datetime, **detail: Any) -> None:
    """Leave a row of who did what. Details are ids and codes, never names or sentences."""
    session.add(AuditEntry(actor_id=actor_id or None, act=act, subject=subject, detail=detail, at=now))


def coordinators(session: Session) -> list[Contact]:
    """The best contact of every coordinator: where questions and summaries go."""
    ids = session.scalars(sa.select(Role.person_id).where(Role.role == RoleName.COORDINATOR).order_by(Role.person_id))
    return [contact for person_id in ids if (contact := best_contact(session, person_id)) is not None]


def add_coordinator(session: Session, name: str, channel: str, address: str, now: datetime) -> int:
    """Make whoever writes from an address a coordinator; the person's id. A stranger is written down by name."""
    contact = session.scalars(sa.select(Contact).where(Contact.channel == channel, Contact.address == address)).first()
    if contact is None:
        contact = Contact(channel=channel, address=address, created_at=now)
        session.add(contact)
    if contact.person_id is None:
        person = Person(name=name, language="id", interests=[], created_at=now)
        session.add(person)
        session.flush()
        contact.person_id = person.id
    grant(session, contact.person_id, RoleName.COORDINATOR)
    audit(session, None, "coordinator.add", f"person {contact.person_id}", now)
    session.flush()
    return contact.person_id


def listed(session: Session) -> list[tuple[Person, list[str]]]:
    """Every coordinator with her channels."""
    people = session.scalars(
        sa.select(Person).join(Role).where(Role.role == RoleName.COORDINATOR).order_by(Person.id)
    ).all()
    channels = sa.select(Contact.channel).order_by(Contact.id)
    return [(person, list(session.scalars(channels.where(Contact.person_id == person.id)))) for person in people]


def revoke(session: Session, person_id: int, role: RoleName, now: datetime) -> bool:
    """Take a role away; False if she did not hold it."""
    held = session.get(Role, (person_id, role))
    if held is None:
        return False
    session.delete(held)
    audit(session, None, f"{role.value}.remove", f"person {person_id}", now)
    return True

"""Coordinators can block somebody who misuses the program: what she writes is stored and not answered.

Blocking is not erasing: her seats and history stay, and a coordinator can undo it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from models import roles
from models.people import Person, RoleName
from models.seat_count import lock_person


def block(session: Session, actor_id: int | None, person_id: int, now: datetime) -> Person:
    """Answer her no more. Raises NotAllowed (also for a coordinator, who is removed instead), NoSuchPerson."""
    actor = roles.require(session, actor_id)
    if roles.holds(session, person_id, RoleName.COORDINATOR):
        raise roles.NotAllowed
    return _set(session, actor, person_id, True, now)


def unblock(session: Session, actor_id: int | None, person_id: int, now: datetime) -> Person:
    """Answer her again. Raises NotAllowed, NoSuchPerson."""
    return _set(session, roles.require(session, actor_id), person_id, False, now)


def _set(session: Session, actor: int, person_id: int, blocked: bool, now: datetime) -> Person:
    person = lock_person(session, person_id)
    if person.blocked != blocked:
        person.blocked = blocked
        roles.audit(session, actor, "person.block" if blocked else "person.unblock", f"person {person_id}", now)
        session.flush()
    return person

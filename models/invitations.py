"""One-time codes: by one somebody becomes a coordinator, by another a woman joins a second app to herself."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import roles
from models.base import Refused
from models.office import InviteCode
from models.people import Contact, Person, RoleName
from models.registration import join_contact

#: How long a code works.
VALID_FOR = timedelta(days=7)
#: A code that joins a second app is used at once, by somebody who holds both phones in her hands.
JOIN_FOR = timedelta(hours=1)
#: What a code is for, when it gives no role.
JOIN = "join"
#: Letters and digits nobody takes for one another.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LETTERS = 8


class CodeInvalid(Refused):
    """The code is unknown, used, or too old."""

    key = "refused.code_invalid"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """What a code did. `role` is None where it joined a second app to a person."""

    person_id: int
    role: RoleName | None


def create(
    session: Session,
    actor_id: int | None,
    name: str,
    now: datetime,
    role: RoleName = RoleName.COORDINATOR,
) -> str:
    """A code by which whoever sends it first takes a role; `name` is used if she is not known. Raises NotAllowed."""
    actor = roles.require(session, actor_id)
    code = _write(session, InviteCode(role=role.value, name=name, created_by=actor or None), now, VALID_FOR)
    roles.audit(session, actor, "invite.create", f"role {role.value}", now)
    return code


def create_join(session: Session, person_id: int, now: datetime) -> str:
    """A code she sends from her other app, so that both are hers."""
    return _write(session, InviteCode(role=JOIN, person_id=person_id, created_by=person_id), now, JOIN_FOR)


def _write(session: Session, invite: InviteCode, now: datetime, valid_for: timedelta) -> str:
    code = _fresh()
    invite.code, invite.created_at, invite.expires_at = code, now, now + valid_for
    session.add(invite)
    session.flush()
    return f"{code[:4]}-{code[4:]}"


def _fresh() -> str:
    """With a digit at the least, so that no word of hers looks like a code."""
    while True:
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
        if looks_like_code(code):
            return code


def looks_like_code(text: str) -> bool:
    """Whether a message is nothing but a code, however it was typed."""
    code = _plain(text)
    letters = len(code) == _LETTERS and set(code) <= set(_ALPHABET)
    return letters and any(c.isdigit() for c in code) and any(c.isalpha() for c in code)


def _plain(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()


def redeem(session: Session, contact_id: int, code: str, now: datetime) -> Redeemed:
    """Use a code from a contact; it works once. Raises CodeInvalid, ContactTaken."""
    invite = session.scalar(
        sa.select(InviteCode)
        .where(InviteCode.code == _plain(code))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if invite is None or invite.used_at is not None or invite.expires_at <= now:
        raise CodeInvalid
    if invite.role == JOIN and invite.person_id is not None:
        join_contact(session, invite.person_id, contact_id)
        person_id, role = invite.person_id, None
    else:
        person_id, role = _person_of(session, contact_id, invite.name or "", now), RoleName(invite.role)
        roles.grant(session, person_id, role)
        roles.audit(session, person_id, "invite.redeem", f"person {person_id}", now, by=invite.created_by)
    invite.used_at, invite.used_by = now, person_id
    session.flush()
    return Redeemed(person_id, role)


def _person_of(session: Session, contact_id: int, name: str, now: datetime) -> int:
    contact = session.get_one(Contact, contact_id)
    if contact.person_id is None:
        person = Person(name=name, language=contact.language, interests=[], created_at=now)
        session.add(person)
        session.flush()
        contact.person_id = person.id
    return contact.person_id

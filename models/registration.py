"""Becoming a participant: registering, consenting, changing the profile, moving to another address.

Stopping messages is in `models/opting.py`, forgetting her in `models/erasure.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from models import roles
from models.base import Base, Refused
from models.messages import OutboxMessage, Status
from models.people import Consent, Contact, Conversation, Interest, Person, Purpose
from models.prepared import Prepared
from models.programme import Programme
from models.seat_count import NoSuchPerson, lock_person

#: The channel written into a consent that was given to a coordinator by word of mouth.
BY_WORD_OF_MOUTH = "coordinator"


class ContactTaken(Refused):
    """The address belongs to another participant."""

    key = "refused.contact_taken"


@dataclass(frozen=True, slots=True)
class Profile:
    """What she tells of herself. Codes, not names of places and topics."""

    name: str
    honorific: str | None = None
    kecamatan: str | None = None  #: region code, or "luar"
    kelurahan_desa: str | None = None
    interests: Sequence[str] = ()
    language: str = "id"


@dataclass(frozen=True, slots=True)
class Registered:
    """Who she is, and whether the question about announcements was put to her before."""

    id: int
    name: str
    honorific: str | None
    news_asked: bool = False


def register(session: Session, contact_id: int, profile: Profile, now: datetime, programme: Programme) -> Registered:
    """Write her down with her consent to the programme. Somebody who is known already keeps her row and history.

    Nothing of her may be kept before this but her address and the open form.
    """
    session.flush()
    person_id, channel = _CONTACT.first(session, {"contact": contact_id}) or (None, "")
    if person_id is None:
        new = _new_person(session, profile, channel, now, programme)
        _JOINS.run(session, {"contact": contact_id, "person": new.id})
        _forget_loaded(session, Contact, contact_id)
        return new
    person = change_profile(session, person_id, **_as_changes(profile))
    give_consent(session, person.id, Purpose.PROGRAMME, channel, now, programme)
    return Registered(person.id, person.name, person.honorific, person.news_asked)


def register_without_contact(
    session: Session, actor_id: int | None, profile: Profile, now: datetime, programme: Programme
) -> Registered:
    """A coordinator writes down a woman without a phone, who agreed by word of mouth. Raises NotAllowed."""
    actor = roles.require(session, actor_id)
    person = _new_person(session, profile, BY_WORD_OF_MOUTH, now, programme)
    roles.audit(session, actor, "person.by_hand", f"person {person.id}", now)
    session.flush()
    return person


def _new_person(session: Session, profile: Profile, channel: str, now: datetime, programme: Programme) -> Registered:
    """A new row with its consent to the programme, by compiled statements: every registration ends here."""
    interests = list(dict.fromkeys(profile.interests))
    values = _as_changes(profile) | {"interests": interests, "created_at": now}
    written = _NEW_PERSON.first(session, values | {"discreet": False, "news_asked": False, "blocked": False})
    assert written is not None
    for topic in interests:
        _NEW_INTEREST.run(session, {"person_id": written[0], "topic": topic})
    give_consent(session, written[0], Purpose.PROGRAMME, channel, now, programme)
    return Registered(written[0], profile.name, profile.honorific)


def _forget_loaded(session: Session, entity: type[Base], key: int) -> None:
    """What the session has loaded of a row is not true any more."""
    if loaded := session.identity_map.get(identity_key(entity, key)):
        session.expire(loaded)


def _as_changes(profile: Profile) -> dict[str, Any]:
    return {field.name: getattr(profile, field.name) for field in fields(profile)}


def change_profile(session: Session, person_id: int, **changes: Any) -> Person:
    """Change what she told of herself: fields of `Profile`, and `discreet`. Raises NoSuchPerson.

    Another kecamatan without a kelurahan forgets the old kelurahan.
    """
    unknown = set(changes) - {field.name for field in fields(Profile)} - {"discreet"}
    if unknown:
        raise ValueError(f"not part of a profile: {sorted(unknown)}")
    person = lock_person(session, person_id)
    if changes.get("kecamatan", person.kecamatan) != person.kecamatan:
        changes.setdefault("kelurahan_desa", None)
    if "interests" in changes:
        changes["interests"] = list(dict.fromkeys(changes["interests"]))
    for name, value in changes.items():
        setattr(person, name, value)
    if "interests" in changes:
        _index_interests(session, person)
    session.flush()
    return person


def _index_interests(session: Session, person: Person) -> None:
    session.execute(sa.delete(Interest).where(Interest.person_id == person.id))
    session.add_all(Interest(person_id=person.id, topic=topic) for topic in person.interests)


def give_consent(
    session: Session, person_id: int, purpose: Purpose, channel: str, now: datetime, programme: Programme
) -> None:
    """Keep her yes to a purpose: which text, when, where. A yes given before stays as it was given."""
    session.flush()
    yes = {
        "person_id": person_id,
        "purpose": purpose,
        "text_version": programme.text_version,
        "channel": channel,
        "at": now,
    }
    _YES.run(session, yes)


def withdraw_consent(session: Session, person_id: int, purpose: Purpose) -> bool:
    """Take her yes back; False if there was none. Without the programme consent she is to be erased instead."""
    session.flush()
    return _WITHDRAWN.run(session, {"person_id": person_id, "purpose": purpose}) > 0


def has_consent(session: Session, person_id: int, purpose: Purpose) -> bool:
    """Whether she said yes to a purpose."""
    session.flush()
    return _CONSENT.first(session, {"person_id": person_id, "purpose": purpose}) is not None


_HERS = Consent.person_id == sa.bindparam("person_id"), Consent.purpose == sa.bindparam("purpose")
_CONSENT = Prepared(any=sa.select(Consent.id).where(*_HERS))
_WITHDRAWN = Prepared(any=sa.delete(Consent).where(*_HERS))
_people, _interests, _consents, _contacts = (
    Base.metadata.tables[entity.__tablename__] for entity in (Person, Interest, Consent, Contact)
)
_CONTACT = Prepared(
    any=sa.select(_contacts.c.person_id, _contacts.c.channel).where(_contacts.c.id == sa.bindparam("contact"))
)
_JOINS = Prepared(
    any=sa.update(_contacts).where(_contacts.c.id == sa.bindparam("contact")).values(person_id=sa.bindparam("person"))
)
_NEW_PERSON = Prepared(
    [*(field.name for field in fields(Profile)), "created_at", "discreet", "news_asked", "blocked"],
    any=sa.insert(_people).returning(_people.c.id),
)
_NEW_INTEREST = Prepared(["person_id", "topic"], any=sa.insert(_interests))
_YES = Prepared(
    ["person_id", "purpose", "text_version", "channel", "at"],
    sqlite=sqlite.insert(_consents).on_conflict_do_nothing(),
    postgresql=postgresql.insert(_consents).on_conflict_do_nothing(),
)
_NEWS_ASKED = Prepared(any=sa.update(_people).where(_people.c.id == sa.bindparam("person")).values(news_asked=True))


def news_was_asked(session: Session, person_id: int) -> None:
    """The question about announcements was put to her; it is asked once."""
    session.flush()
    _NEWS_ASKED.run(session, {"person": person_id})
    _forget_loaded(session, Person, person_id)


def set_language(session: Session, contact_id: int, language: str) -> None:
    """She chose a language: for this address, and for her wherever she is known."""
    contact = session.get_one(Contact, contact_id)
    contact.language = language
    if contact.person_id is not None:
        session.get_one(Person, contact.person_id).language = language


def move_to_contact(session: Session, actor_id: int | None, person_id: int, contact_id: int, now: datetime) -> None:
    """A coordinator moves a person to a new address: her old addresses end, what waits goes to the new one.

    Raises NotAllowed, NoSuchPerson, ContactTaken.
    """
    actor = roles.require(session, actor_id)
    lock_person(session, person_id)
    contact = session.get_one(Contact, contact_id)
    join_contact(session, person_id, contact_id)
    old = sa.select(Contact.id).where(Contact.person_id == person_id, Contact.id != contact_id)
    old_ids = list(session.scalars(old))
    session.execute(
        sa.update(OutboxMessage)
        .where(OutboxMessage.contact_id.in_(old_ids), OutboxMessage.status.in_((Status.QUEUED, Status.HELD)))
        .values(contact_id=contact.id, channel=contact.channel, address=contact.address)
    )
    session.execute(sa.delete(Conversation).where(Conversation.contact_id.in_(old_ids)))
    session.execute(sa.delete(Contact).where(Contact.id.in_(old_ids)))
    roles.audit(session, actor, "person.moved", f"person {person_id}", now, contact=contact_id)


def join_contact(session: Session, person_id: int, contact_id: int) -> None:
    """Make an address one of hers. Raises NoSuchPerson, ContactTaken where it is somebody else's."""
    contact = session.get_one(Contact, contact_id)
    if contact.person_id not in (None, person_id):
        raise ContactTaken
    if session.get(Person, person_id) is None:
        raise NoSuchPerson
    contact.person_id = person_id
    session.flush()

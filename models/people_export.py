"""The list of participants, row by row in the columns `models/people_import.py` reads.

A few hundred are read at a time, so that a list of a million holds up nobody and fits into little memory.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import roles
from models.database import reading, writing
from models.people import Consent, Contact, OptOut, Person, Purpose
from models.people_rows import JOINT
from models.programme import WIB

#: Contacts read in one go.
AT_ONCE = 500
#: What a list does not say of who has stopped messages: a yes that, in another database, would announce to her again.
_STOPPED = Purpose.NEWS


def begun(database: sa.Engine, now: datetime) -> int:
    """Leave an audit row of the export; how many participants have no address, and so no place in the list."""
    with writing(database) as session:
        roles.audit(session, roles.COMMAND_LINE, "people.export", "people", now)
        agreed = sa.exists().where(Consent.person_id == Person.id, Consent.purpose == Purpose.PROGRAMME)
        reached = sa.exists().where(Contact.person_id == Person.id)
        return session.scalar(sa.select(sa.func.count(Person.id)).where(agreed, ~reached)) or 0


def participants(database: sa.Engine) -> Iterator[dict[str, str]]:
    """Every address of every participant, in the order in which they came: column → cell."""
    last = 0
    while True:
        with reading(database) as session:
            contacts = session.execute(_after(last)).all()
            rows = list(_rows(session, contacts))
        yield from rows
        if len(contacts) < AT_ONCE:
            return
        last = contacts[-1].id


def _after(last: int) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Contact.id, Contact.channel, Contact.address, Contact.opt_out, Person.id.label("person_id"), Person.name,
            Person.honorific, Person.kecamatan, Person.interests, Person.language,
        )
        .join(Person, Person.id == Contact.person_id)
        .where(Contact.id > last)
        .order_by(Contact.id)
        .limit(AT_ONCE)
    )  # fmt: skip


def _rows(session: Session, contacts: Sequence[Any]) -> Iterator[dict[str, str]]:
    """Only who agreed to the programme is a participant: a coordinator added by name is none."""
    yeses = _yeses(session, {contact.person_id for contact in contacts})
    for contact in contacts:
        given = yeses.get(contact.person_id, {})
        if Purpose.PROGRAMME in given:
            yield _row(contact, given)


def _yeses(session: Session, people: set[int]) -> dict[int, dict[Purpose, datetime]]:
    found: dict[int, dict[Purpose, datetime]] = {}
    asked = sa.select(Consent.person_id, Consent.purpose, Consent.at).where(Consent.person_id.in_(people))
    for person_id, purpose, at in session.execute(asked):
        found.setdefault(person_id, {})[Purpose(purpose)] = at
    return found


def _row(contact: Any, given: dict[Purpose, datetime]) -> dict[str, str]:
    told = [p for p in Purpose if p in given and not (p is _STOPPED and contact.opt_out != OptOut.NONE)]
    return {
        "channel": contact.channel,
        "address": contact.address,
        "name": contact.name,
        "honorific": contact.honorific or "",
        "kecamatan": contact.kecamatan or "",
        "interests": JOINT.join(contact.interests),
        "language": contact.language,
        "consented_at": given[Purpose.PROGRAMME].astimezone(WIB).isoformat(),
        "purposes": JOINT.join(told),
    }

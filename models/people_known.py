"""Who is behind the addresses of a list: what is known of her before the list is taken over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models.people import Consent, Contact, OptOut, Person, Purpose
from models.people_rows import PersonRow

_people, _contacts = cast(sa.Table, Person.__table__), cast(sa.Table, Contact.__table__)
_consents = cast(sa.Table, Consent.__table__)


@dataclass(slots=True)
class Woman:
    """Somebody behind a known address; `profile` is her row, empty while she is not registered."""

    contact_id: int
    person_id: int | None
    language: str
    opt_out: OptOut
    profile: dict[str, Any] = field(default_factory=dict)
    consents: set[Purpose] = field(default_factory=set)


def women_behind(session: Session, rows: Sequence[PersonRow]) -> dict[tuple[str, str], Woman]:
    """Who is behind the known ones of the rows' addresses; locked, contacts before people, until the transaction ends."""
    found: dict[tuple[str, str], Woman] = {}
    for channel in sorted({row.channel for row in rows}):
        addresses = [row.address for row in rows if row.channel == channel]
        for contact in session.execute(_of_addresses(channel, addresses)):
            woman = Woman(contact.id, contact.person_id, contact.language, OptOut(contact.opt_out))
            found[channel, contact.address] = woman
            found.setdefault((channel, contact.external_id or contact.address), woman)
    _know(session, [woman for woman in found.values() if woman.person_id is not None])
    return found


def _of_addresses(channel: str, addresses: list[str]) -> sa.Select[*tuple[Any, ...]]:
    hidden = [address for address in addresses if channel == "whatsapp" and not address.startswith("+")]
    known = _contacts.c.address.in_(addresses)
    either = sa.or_(known, _contacts.c.external_id.in_(hidden)) if hidden else known
    columns = ("id", "person_id", "address", "external_id", "language", "opt_out")
    return (
        sa.select(*(_contacts.c[name] for name in columns))
        .where(_contacts.c.channel == channel, either)
        .order_by(_contacts.c.id)
        .with_for_update()
    )


def _know(session: Session, women: list[Woman]) -> None:
    """Read profiles and consents. Two addresses of one person share what is known of her."""
    ids = {woman.person_id for woman in women}
    if not ids:
        return
    people = session.execute(sa.select(_people).where(_people.c.id.in_(ids)).order_by(_people.c.id).with_for_update())
    profiles = {person.id: dict(person._mapping) for person in people}
    consents: dict[int, set[Purpose]] = {person_id: set() for person_id in profiles}
    for person_id, purpose in session.execute(
        sa.select(_consents.c.person_id, _consents.c.purpose).where(_consents.c.person_id.in_(ids))
    ):
        consents[person_id].add(Purpose(purpose))
    for woman in women:
        woman.profile, woman.consents = profiles[woman.person_id or 0], consents[woman.person_id or 0]

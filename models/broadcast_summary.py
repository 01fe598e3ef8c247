"""Telling the coordinators how a broadcast went: one message to each of them, with a picture for each language.

The picture is drawn outside the rules (`bot/charts.py`), because it has words in it and takes its time; like one that a
coordinator sent, it is first a pending Media row. Whoever is to be told gets her message when it is there.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import roles
from models.broadcasts import Broadcast
from models.links import fresh_token
from models.office import Media, MediaStatus
from models.outbox import best_contact
from models.people import Contact, Person
from models.programme import Programme

#: In place of a channel: this picture is drawn here.
DRAWN = "drawn"


def wanted(session: Session, broadcast: Broadcast, now: datetime, programme: Programme) -> None:
    """Ask for the pictures of a broadcast that has ended: one for each language its readers speak."""
    for language in sorted({language for _, language in _readers(session, broadcast)}):
        session.add(
            Media(
                token=fresh_token(), channel=DRAWN, ref=f"{broadcast.id} {language}", content_type="image/png",
                status=MediaStatus.PENDING, created_at=now, expires_at=now + timedelta(days=programme.link_days),
            )
        )  # fmt: skip
    session.flush()


def subject(session: Session, picture: Media) -> tuple[Broadcast, str] | None:
    """The broadcast a drawn picture shows, and in which language; None if it is gone."""
    broadcast_id, _, language = picture.ref.partition(" ")
    found = session.get(Broadcast, int(broadcast_id))
    return (found, language) if found else None


def readers(session: Session, broadcast: Broadcast, language: str) -> list[Contact]:
    """Where those are told who read this language: the coordinators and the author, each once."""
    return [contact for contact, theirs in _readers(session, broadcast) if theirs == language]


def _readers(session: Session, broadcast: Broadcast) -> list[tuple[Contact, str]]:
    author = best_contact(session, broadcast.author_id) if broadcast.author_id else None
    contacts = {contact.id: contact for contact in [author, *roles.coordinators(session)] if contact}
    ids = [contact.person_id for contact in contacts.values()]
    spoken = session.execute(sa.select(Person.id, Person.language).where(Person.id.in_(ids)))
    languages = {row.id: row.language for row in spoken}
    return [(contact, languages.get(contact.person_id or 0, contact.language)) for contact in contacts.values()]
